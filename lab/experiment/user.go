package experiment

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"authlab/web/scheme"
)

// The balancer's policies, by the names that X-Balance takes.
const (
	RoundRobin = "round-robin"
	Sticky     = "sticky"
	Hash       = "hash"
)

// The demo accounts and their passwords, as the login page shows them.
var passwords = map[string]string{"alice": "wonderland", "bob": "builder"}

// named is a scheme of the one table.
func named(name string) scheme.Scheme {
	s, _ := scheme.Named(name)
	return s
}

// base is where a scheme is mounted.
func base(name string) string { return named(name).Base }

// A User is a simulated client: a person with one browser, who logs in by one scheme.
type User struct {
	Scheme string
	Name   string
	Policy string // how the balancer is asked to balance

	client     *http.Client
	recorder   *recorder
	identity   *identity // in the recording
	trick      string    // in the recording: what an attacker does to the requests
	url        string
	address    string            // as which the balancer sees this client
	cookies    map[string]string // all cookies, the balancer's too
	setCookies []*http.Cookie    // by the last answer
	password   string
	at         string // the replica that answered the login, or a simulated visit after it
	Access     string // the access token, of the schemes that put it in a header
	Refresh    string
	key        *ecdsa.PrivateKey // of the schemes whose token is bound to one
	nonce      string            // what the server last asked to have in a proof
}

// Copy is another browser that has this user's credentials, and would be balanced to the same replica. It has no copy of a
// key, which a browser does not give away, but one of its own.
func (u *User) Copy() *User {
	other := u.alike()
	if u.key != nil {
		other.key = newKey()
	}
	other.identity = u.recorder.copied(u, false)
	return other
}

// Kept is what this same user sets aside of its credentials before the server takes them away.
func (u *User) Kept() *User {
	other := u.alike()
	other.identity = u.recorder.copied(u, true)
	return other
}

// alike is this same browser once more, to send it elsewhere or to have it balanced otherwise.
func (u *User) alike() *User {
	other := *u
	other.cookies = maps.Clone(u.cookies)
	return &other
}

// Credential is the text that makes the server recognise this user.
func (u *User) Credential() string {
	switch named(u.Scheme).Credential {
	case scheme.Password:
		return u.password
	case scheme.Bearer, scheme.DPoP:
		return u.Access
	}
	return u.cookies[u.cookieName()]
}

// SetCredential replaces that text.
func (u *User) SetCredential(text string) {
	switch named(u.Scheme).Credential {
	case scheme.Password:
		u.password = text
	case scheme.Bearer, scheme.DPoP:
		u.Access = text
	default:
		u.cookies[u.cookieName()] = text
	}
}

// cookieName is the scheme's, or over TLS the scheme's with a prefix.
func (u *User) cookieName() string {
	name := named(u.Scheme).CookieName
	if _, ok := u.cookies[scheme.SecurePrefix+name]; ok {
		return scheme.SecurePrefix + name
	}
	return name
}

// isLogin tells the cookie of this user's login from the balancer's.
func (u *User) isLogin(cookie *http.Cookie) bool {
	name := named(u.Scheme).CookieName
	return name != "" && strings.HasSuffix(cookie.Name, name)
}

// Login logs in with the right password. With basic that is only to know it.
func (u *User) Login(ctx context.Context) error {
	if shown, ok := passwords[u.Name]; ok {
		u.password = shown
	}
	path := named(u.Scheme).Login
	if path == "" {
		return nil
	}
	answer, err := u.expect(ctx, http.StatusOK, http.MethodPost, path, map[string]string{"username": u.Name, "password": u.password})
	if err != nil {
		return err
	}
	u.at = answer.Replica
	return u.storeTokens(answer)
}

// RefreshTokens spends the refresh token for a new pair. The answer tells whether it was taken.
func (u *User) RefreshTokens(ctx context.Context) (Answer, error) {
	answer, err := u.do(ctx, http.MethodPost, named(u.Scheme).Refresh, map[string]string{"refresh_token": u.Refresh})
	if err != nil || answer.Status != http.StatusOK {
		return answer, err
	}
	return answer, u.storeTokens(answer)
}

func (u *User) storeTokens(answer Answer) error {
	if credential := named(u.Scheme).Credential; credential != scheme.Bearer && credential != scheme.DPoP {
		return nil
	}
	var pair struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	if err := json.Unmarshal(answer.Body, &pair); err != nil || pair.Access == "" {
		return fmt.Errorf("log in by %s: no token in the answer", u.Scheme)
	}
	u.Access, u.Refresh = pair.Access, pair.Refresh
	return nil
}

// Logout logs out as the scheme has it.
func (u *User) Logout(ctx context.Context) error {
	_, err := u.expect(ctx, http.StatusNoContent, http.MethodPost, named(u.Scheme).Logout, nil)
	return err
}

// Get asks for a page of the scheme, like /me.
func (u *User) Get(ctx context.Context, page string) (Answer, error) {
	return u.do(ctx, http.MethodGet, base(u.Scheme)+page, nil)
}

// Page is Get for a page that has to be answered with 200.
func (u *User) Page(ctx context.Context, page string) (Answer, error) {
	return u.expect(ctx, http.StatusOK, http.MethodGet, base(u.Scheme)+page, nil)
}

// ExpiresAt asks for /me, and tells when the server says that this login ends.
func (u *User) ExpiresAt(ctx context.Context) (time.Time, error) {
	answer, err := u.Page(ctx, "/me")
	if err != nil {
		return time.Time{}, err
	}
	var me struct {
		ExpiresAt time.Time `json:"expires_at"`
	}
	if err := json.Unmarshal(answer.Body, &me); err != nil {
		return time.Time{}, fmt.Errorf("read expires_at: %w", err)
	}
	return me.ExpiresAt, nil
}

// Status asks for a page and tells only the status.
func (u *User) Status(ctx context.Context, page string) (int, error) {
	answer, err := u.Get(ctx, page)
	return answer.Status, err
}
