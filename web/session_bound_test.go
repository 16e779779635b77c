package web_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"authlab/web"
	"authlab/web/scheme"
)

// A boundBrowser does what a browser does for Device Bound Session Credentials.
type boundBrowser struct {
	*client
	key       *ecdsa.PrivateKey
	challenge string // the last that the server gave
	id        string // of the session
}

func newBoundBrowser(c *client) *boundBrowser {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(c.t, err)
	return &boundBrowser{client: c, key: key}
}

// between is what stands in a text between two others.
func between(text, before, after string) string {
	_, text, _ = strings.Cut(text, before)
	text, _, _ = strings.Cut(text, after)
	return text
}

func (b *boundBrowser) logIn() {
	b.t.Helper()
	a := b.post(http.StatusOK, "/session/bound/login", loginBody("alice", passwordOf("alice")))
	b.challenge = between(a.header.Get("Secure-Session-Registration"), `(ES256);path="/session/bound/register";challenge="`, `"`)
}

// signed is the challenge as the browser signs it: with its key in the header if it registers it.
func (b *boundBrowser) signed(challenge string, registers bool) string {
	b.t.Helper()
	proof := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{"jti": challenge})
	if proof.Header["typ"] = "dbsc+jwt"; registers {
		proof.Header["jwk"] = jose.JSONWebKey{Key: b.key.Public()}
	}
	text, err := proof.SignedString(b.key)
	must(b.t, err)
	return text
}

// sends posts a signature to one of the two routes, and keeps what a good answer gives.
func (b *boundBrowser) sends(want int, route, signed string) answer {
	b.t.Helper()
	a := b.post(want, "/session/bound/"+route, "", "Secure-Session-Response", signed, "Sec-Secure-Session-Id", b.id)
	if challenge := a.header.Get("Secure-Session-Challenge"); challenge != "" {
		b.challenge, b.id = between(challenge, `"`, `"`), between(challenge, `;id="`, `"`)
	}
	return a
}

func TestABoundSessionGoesOnForTheBrowserThatHasItsKey(t *testing.T) {
	w := newWorld(t)
	owner := newBoundBrowser(newClient(t, w.start(t, "app-1")))
	owner.logIn()
	owner.get(http.StatusOK, "/session/bound/me")
	registered := owner.sends(http.StatusOK, "register", owner.signed(owner.challenge, true))
	var told struct {
		ID          string                  `json:"session_identifier"`
		Refresh     string                  `json:"refresh_url"`
		Credentials []struct{ Name string } `json:"credentials"`
	}
	must(t, json.Unmarshal([]byte(registered.body), &told))
	if told.ID != owner.id || told.Refresh != "/session/bound/refresh" || len(told.Credentials) != 1 || told.Credentials[0].Name != scheme.SessionProof {
		t.Errorf("%s", registered.body)
	}
	thief := owner.at(owner.server)
	thief.cookies = map[string]string{scheme.SessionBound: owner.cookies[scheme.SessionBound], scheme.SessionProof: owner.cookies[scheme.SessionProof]}
	thief.get(http.StatusOK, "/session/bound/me")

	w.clock.Advance(10 * time.Minute)
	owner.get(http.StatusUnauthorized, "/session/bound/me")
	owner.sends(http.StatusForbidden, "refresh", "") // asks for the challenge
	owner.sends(http.StatusOK, "refresh", owner.signed(owner.challenge, false))
	owner.get(http.StatusOK, "/session/bound/me")
	if got := thief.get(http.StatusUnauthorized, "/session/bound/me"); !strings.Contains(got.body, "session-not-proved") {
		t.Errorf("the thief: %s", got.body)
	}
	owner.post(http.StatusNoContent, "/session/bound/logout", "")
	owner.sends(http.StatusUnauthorized, "refresh", owner.signed(owner.challenge, false))
}

func TestAKeyIsRegisteredOnceAndASignatureIsGoodOnce(t *testing.T) {
	w := newWorld(t)
	owner := newBoundBrowser(newClient(t, w.start(t, "app-1")))
	owner.logIn()
	first := owner.challenge
	thief := newBoundBrowser(owner.client)
	for name, signed := range map[string]string{
		"nothing": "", "no key": owner.signed(first, false), "another challenge": owner.signed("x", true), "no challenge": owner.signed("", true), "no token": "x.y.z",
	} {
		if a := owner.post(http.StatusForbidden, "/session/bound/register", "", "Secure-Session-Response", signed); a.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: a cookie", name)
		}
	}
	owner.sends(http.StatusForbidden, "refresh", owner.signed(first, false)) // there is no key yet
	owner.sends(http.StatusOK, "register", owner.signed(first, true))
	thief.sends(http.StatusForbidden, "register", thief.signed(owner.challenge, true))
	thief.id = owner.id
	thief.sends(http.StatusForbidden, "refresh", thief.signed(owner.challenge, true))
	used := owner.signed(owner.challenge, false)
	owner.sends(http.StatusOK, "refresh", used)
	owner.sends(http.StatusForbidden, "refresh", used)
	owner.id = "another"
	owner.sends(http.StatusForbidden, "refresh", owner.signed(owner.challenge, false))
}

func TestABoundSessionIsNoneWhereNothingAsksForAProof(t *testing.T) {
	w := newWorld(t)
	owner := newBoundBrowser(newClient(t, w.start(t, "app-1")))
	owner.logIn()
	id, proof := owner.cookies[scheme.SessionBound], owner.cookies[scheme.SessionProof]
	other := newBoundBrowser(newClient(t, owner.server))
	other.logIn()
	for name, cookies := range map[string]map[string]string{
		"the session in another scheme":     {scheme.SessionRedis: id},
		"without the short cookie":          {scheme.SessionBound: id},
		"without the session":               {scheme.SessionProof: proof},
		"the short cookie of another login": {scheme.SessionBound: id, scheme.SessionProof: other.cookies[scheme.SessionProof]},
	} {
		thief := newClient(t, owner.server)
		thief.cookies = cookies
		for _, path := range []string{"/session/bound/me", "/session/redis/me"} {
			if a := thief.do(http.MethodGet, path, ""); a.status != http.StatusUnauthorized {
				t.Errorf("%s: %s: %d", name, path, a.status)
			}
		}
	}
}

func TestAStreamOfABoundSessionGoesOnWhileTheOwnerRenews(t *testing.T) {
	w := newWorld(t)
	owner := newBoundBrowser(newClient(t, w.start(t, "app-1")))
	owner.logIn()
	owner.sends(http.StatusOK, "register", owner.signed(owner.challenge, true))
	s := owner.open(t, "/session/bound/stream", "", "")
	for range 3 { // the request's own short cookie ends after ten minutes
		w.clock.Advance(6 * time.Minute)
		owner.sends(http.StatusOK, "refresh", owner.signed(owner.challenge, false))
		if e := s.next(w.clock.Now()); e.Event != "here" {
			t.Fatalf("%+v", e)
		}
	}
	owner.post(http.StatusNoContent, "/session/bound/logout", "")
	w.clock.Advance(web.DefaultStreamAsk)
	s.isEnded(s.next(w.clock.Now()), "session-unknown")
}

func TestTheBoundOnSessionsIsForBoundOnesToo(t *testing.T) {
	w := newWorld(t)
	config := w.config(t, "app-1")
	config.Tuning.MaxSessions = 1
	first := newBoundBrowser(newClient(t, w.startWith(t, config)))
	first.logIn()
	w.clock.Advance(time.Second)
	newBoundBrowser(newClient(t, first.server)).logIn()
	first.get(http.StatusUnauthorized, "/session/bound/me")
}
