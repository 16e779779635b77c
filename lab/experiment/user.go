package experiment

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"

	"authlab/lab/contract"
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
	url        string
	address    string            // as which the balancer sees this client
	cookies    map[string]string // all cookies, the balancer's too
	setCookies []*http.Cookie    // by the last answer
	password   string
	at         string // the replica that answered the login, or a simulated visit after it
	Access     string // the access token, of the two Bearer schemes
	Refresh    string
}

// An Answer is what came back.
type Answer struct {
	Status    int
	Replica   string
	Body      []byte
	Took      time.Duration
	SetCookie bool           // a cookie other than the balancer's was set or taken away
	Timing    map[string]int // entries of Server-Timing by name: hash, users, store, signature
}

// Copy is another browser that has this user's credentials, and would be balanced to the same replica.
func (u *User) Copy() *User {
	other := *u
	other.cookies = maps.Clone(u.cookies)
	return &other
}

// Credential is the text that makes the server recognise this user.
func (u *User) Credential() string {
	switch named(u.Scheme).Credential {
	case scheme.Password:
		return u.password
	case scheme.Bearer:
		return u.Access
	}
	return u.cookies[u.cookieName()]
}

// SetCredential replaces that text.
func (u *User) SetCredential(text string) {
	switch named(u.Scheme).Credential {
	case scheme.Password:
		u.password = text
	case scheme.Bearer:
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
	if named(u.Scheme).Credential != scheme.Bearer {
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

// expect is do for a request that has to be answered with this status; any other is an unexpectedError.
func (u *User) expect(ctx context.Context, status int, method, path string, body any) (Answer, error) {
	answer, err := u.do(ctx, method, path, body)
	if err == nil && answer.Status != status {
		err = unexpectedError{answer, u.Scheme + ": " + method + " " + path}
	}
	return answer, err
}

// An unexpectedError is an answer with a status that an experiment cannot go on with.
type unexpectedError struct {
	Answer
	request string
}

func (e unexpectedError) Error() string { return fmt.Sprintf("%s: %d %s", e.request, e.Status, e.Body) }

func (u *User) do(ctx context.Context, method, path string, body any) (Answer, error) {
	request, err := u.request(ctx, method, path, body)
	if err != nil {
		return Answer{}, err
	}
	return u.send(request)
}

// request is what this user would send.
func (u *User) request(ctx context.Context, method, path string, body any) (*http.Request, error) {
	var text io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		text = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, u.url+path, text)
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-Balance", u.Policy)
	request.Header.Set("X-Forwarded-For", u.address)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	switch {
	case u.Scheme == Basic && u.password != "":
		request.SetBasicAuth(u.Name, u.password)
	case u.Access != "":
		request.Header.Set("Authorization", "Bearer "+u.Access)
	}
	for name, value := range u.cookies {
		request.Header.Add("Cookie", name+"="+value)
	}
	return request, nil
}

func (u *User) send(request *http.Request) (Answer, error) {
	start := time.Now()
	response, err := u.client.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	answer := Answer{Status: response.StatusCode, Replica: response.Header.Get("X-Served-By")}
	if answer.Body, err = io.ReadAll(io.LimitReader(response.Body, 1<<20)); err != nil {
		return Answer{}, err
	}
	answer.Took = time.Since(start)
	answer.Timing = contract.ParseServerTiming(response.Header.Values("Server-Timing")...).Count()
	u.setCookies = response.Cookies()
	for _, cookie := range u.setCookies {
		if strings.HasSuffix(cookie.Name, u.Scheme) {
			answer.SetCookie = true
		}
		u.cookies[cookie.Name] = cookie.Value
		if cookie.MaxAge < 0 {
			delete(u.cookies, cookie.Name)
		}
	}
	return answer, nil
}
