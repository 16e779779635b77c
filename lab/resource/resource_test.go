package resource_test

import (
	"bytes"
	"cmp"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"authlab/lab/resource"
	"authlab/lab/testkit"
)

func TestWhoIsCallingCostsACallHomeExceptWithAToken(t *testing.T) {
	h, k := newHome(t), newKey(t, "one")
	h.publish(k)
	var log bytes.Buffer
	service := serve(t, h, &log)
	token := k.token(t, nil, nil)
	get(t, service, "/reports/token", "Authorization", "Bearer "+token) // fetches the keys
	for name, tt := range map[string]struct {
		path, header, value string
		status, calls       int
		scheme              string
	}{
		"memory":                 {"/reports/session/memory", "Cookie", "session-memory=good; other=1", 200, 1, "session-memory"},
		"redis":                  {"/reports/session/redis", "Cookie", "session-redis=good", 200, 1, "session-redis"},
		"signed cookie":          {"/reports/session/cookie", "Cookie", "session-cookie=good", 200, 1, "session-cookie"},
		"an unknown cookie":      {"/reports/session/redis", "Cookie", "session-redis=bad", 401, 1, "session-redis"},
		"no cookie":              {"/reports/session/redis", "X-Nothing", "", 401, 1, "session-redis"},
		"token":                  {"/reports/token", "Authorization", "Bearer " + token, 200, 0, "token-stateless"},
		"token, other case":      {"/reports/token", "Authorization", "bearer " + token, 200, 0, "token-stateless"},
		"no token":               {"/reports/token", "X-Nothing", "", 401, 0, "token-stateless"},
		"token that home checks": {"/reports/revocable", "Authorization", "Bearer " + token, 200, 1, "token-revocable"},
		"no token to check":      {"/reports/revocable", "X-Nothing", "", 401, 0, "token-revocable"},
		"garbage is not sent on": {"/reports/revocable", "Authorization", "Bearer eyJhbGciOiJub25lIn0.e30.", 401, 0, "token-revocable"},
	} {
		t.Run(name, func(t *testing.T) {
			other := map[string]string{"Cookie": "Authorization", "Authorization": "Cookie"}[tt.header]
			a := get(t, service, tt.path, tt.header, tt.value, "X-Balance", "sticky", cmp.Or(other, "X-Other"), "not=needed")
			if a.status != tt.status || a.HomeCalls != tt.calls || a.Scheme != tt.scheme || a.Service != "reports" || a.header.Get("X-Served-By") != "reports" {
				t.Errorf("%d %s, want %d after %d calls", a.status, a.text, tt.status, tt.calls)
			}
			if tt.status == 200 && (a.User.Name != "alice" || !slices.Equal(a.User.Roles, []string{"user", "admin"})) {
				t.Errorf("it is %+v", a.User)
			}
			challenge := a.header.Get("WWW-Authenticate")
			if wants := tt.status == 401 && strings.HasPrefix(tt.scheme, "token"); wants != strings.HasPrefix(challenge, "Bearer ") {
				t.Errorf("WWW-Authenticate: %q", challenge)
			}
			if (challenge != "") != (tt.status == 401) {
				t.Errorf("%d with the challenge %q", tt.status, challenge)
			}
			if timing := a.header.Get("Server-Timing"); strings.Count(timing, "home;desc=") != tt.calls {
				t.Errorf("Server-Timing: %q", timing)
			}
		})
	}
	if a := get(t, service, "/reports/session/memory", "Cookie", "session-memory=bad"); a.Detail != "reports asked home. Home says: app-2 has no such session." {
		t.Errorf("detail %q", a.Detail)
	}
	for _, secret := range []string{"good", "session-redis=", token, strings.Split(token, ".")[2]} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log has %.20q in it", secret)
		}
	}
}

func TestARevokedTokenIsTakenUnlessHomeIsAsked(t *testing.T) {
	h, k := newHome(t), newKey(t, "one")
	h.publish(k)
	service := serve(t, h, io.Discard)
	bearer := "Bearer " + k.token(t, nil, nil)
	h.set(func(h *home) { h.revoked = true })
	if a := get(t, service, "/reports/token", "Authorization", bearer); a.status != 200 {
		t.Errorf("by itself: %d %s", a.status, a.text)
	}
	if a := get(t, service, "/reports/revocable", "Authorization", bearer); a.status != 401 || a.Type != "urn:authlab:problem:unknown-at-home" {
		t.Errorf("with home: %d %s", a.status, a.text)
	}
}

func TestKeysAreFetchedOnceAndAgainForOneThatIsNew(t *testing.T) {
	h, old, next := newHome(t), newKey(t, "old"), newKey(t, "next")
	h.publish(old)
	service := serve(t, h, io.Discard)
	if h.calls(jwks) != 0 {
		t.Error("home was asked for its keys before a token came")
	}
	for i, want := range []int{1, 0, 0} {
		if a := get(t, service, "/reports/token", "Authorization", "Bearer "+old.token(t, nil, nil)); a.status != 200 || a.HomeCalls != want {
			t.Errorf("request %d: %d %s, want %d calls", i+1, a.status, a.text, want)
		}
	}
	h.publish(next, old)
	var clients sync.WaitGroup
	for range 50 {
		clients.Go(func() {
			if a := get(t, service, "/reports/token", "Authorization", "Bearer "+next.token(t, nil, nil)); a.status != 200 {
				t.Errorf("with the new key: %d %s", a.status, a.text)
			}
		})
	}
	clients.Wait()
	if n := h.calls(jwks); n != 2 {
		t.Errorf("home was asked for its keys %d times, want once for each key that was new", n)
	}
	h.publish(newKey(t, "third"))
	if a := get(t, service, "/reports/token", "Authorization", "Bearer "+newKey(t, "third").token(t, nil, nil)); a.status != 401 {
		t.Errorf("a key of home's name that is not home's: %d", a.status)
	}
	if a := get(t, service, "/reports/token", "Authorization", "Bearer "+old.token(t, nil, nil)); a.status != 401 {
		t.Errorf("a key that home has withdrawn: %d", a.status)
	}
}

func TestMadeUpKeyNamesDoNotFloodHome(t *testing.T) {
	h, k := newHome(t), newKey(t, "one")
	h.publish(k)
	var log bytes.Buffer
	service := serve(t, h, &log)
	good := "Bearer " + k.token(t, nil, nil)
	get(t, service, "/reports/token", "Authorization", good)
	start := time.Now()
	var clients sync.WaitGroup
	for range 40 {
		clients.Go(func() {
			a := get(t, service, "/reports/token", "Authorization", "Bearer "+k.token(t, map[string]any{"kid": rand.Text()}, nil))
			if a.status != 401 && a.status != 503 {
				t.Errorf("%d %s", a.status, a.text)
			}
		})
	}
	clients.Wait()
	// 1 at first, a burst of 5, and one more a second.
	if n, most := h.calls(jwks), 7+int(time.Since(start).Seconds()); n > most {
		t.Errorf("home was asked %d times, want at most %d", n, most)
	}
	if n := strings.Count(log.String(), "level=ERROR"); n > 0 {
		t.Errorf("a client wrote %d errors into the log", n)
	}
	if a := get(t, service, "/reports/token", "Authorization", good); a.status != 200 || a.HomeCalls != 0 {
		t.Errorf("a good token meanwhile: %d %s", a.status, a.text)
	}
}

func TestWithoutHomeOnlyATokenWorks(t *testing.T) {
	for name, silence := range map[string]func(*home){
		"down": func(h *home) { h.server.CloseClientConnections(); h.server.Listener.Close() },
		"503":  func(h *home) { h.set(func(h *home) { h.answer = says(503, `{"detail":"Redis is down"}`) }) },
		"500":  func(h *home) { h.set(func(h *home) { h.answer = says(500, `{"user":{"name":"alice"},"keys":[]}`) }) },
		"502":  func(h *home) { h.set(func(h *home) { h.answer = says(502, `<html>Bad Gateway</html>`) }) },
		"silent": func(h *home) {
			h.set(func(h *home) { h.answer = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() } })
		},
		"babble":  func(h *home) { h.set(func(h *home) { h.answer = says(200, `{"user":`) }) },
		"no user": func(h *home) { h.set(func(h *home) { h.answer = says(200, `{}`) }) },
		"moved":   func(h *home) { h.set(func(h *home) { h.answer = says(302, ``) }) },
		"hollow": func(h *home) {
			h.set(func(h *home) {
				h.answer = func(w http.ResponseWriter, _ *http.Request) {
					for range 1000 {
						if _, err := w.Write(bytes.Repeat([]byte(" "), 1024)); err != nil {
							return
						}
					}
					_, _ = io.WriteString(w, `{"user":{"name":"alice"},"keys":[]}`)
				}
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, k := newHome(t), newKey(t, "one")
			h.publish(k)
			service, late := serve(t, h, io.Discard), serve(t, h, io.Discard)
			good := "Bearer " + k.token(t, nil, nil)
			unknown := "Bearer " + k.token(t, map[string]any{"kid": "two"}, nil)
			get(t, service, "/reports/token", "Authorization", good)
			silence(h)
			if a := get(t, service, "/reports/token", "Authorization", good); a.status != 200 || a.HomeCalls != 0 {
				t.Errorf("a token: %d %s", a.status, a.text)
			}
			for what, ask := range map[string]func() answer{
				"a cookie":                   func() answer { return get(t, service, "/reports/session/redis", "Cookie", "session-redis=good") },
				"a token that home checks":   func() answer { return get(t, service, "/reports/revocable", "Authorization", good) },
				"a token with a new key":     func() answer { return get(t, service, "/reports/token", "Authorization", unknown) },
				"a token, and no keys ever":  func() answer { return get(t, late, "/reports/token", "Authorization", good) },
				"a token, and no keys again": func() answer { return get(t, late, "/reports/token", "Authorization", good) },
			} {
				if name == "no user" && strings.Contains(what, "key") {
					continue // a set without keys is an answer: home knows no such key
				}
				start := time.Now()
				a := ask()
				if a.status != 503 || a.HomeCalls != 1 || a.header.Get("Retry-After") == "" || a.header.Get("Set-Cookie") != "" {
					t.Errorf("%s: %d %s %v", what, a.status, a.text, a.header)
				}
				if took := time.Since(start); took > time.Second {
					t.Errorf("%s: it took %v to say so", what, took)
				}
			}
		})
	}
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "https://elsewhere.example/")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestServiceReturnsWithHome(t *testing.T) {
	h, k := newHome(t), newKey(t, "one")
	h.publish(k)
	service := serve(t, h, io.Discard)
	bearer := "Bearer " + k.token(t, nil, nil)
	h.set(func(h *home) { h.answer = says(503, "{}") })
	if a := get(t, service, "/reports/token", "Authorization", bearer); a.status != 503 {
		t.Fatalf("without keys: %d", a.status)
	}
	h.set(func(h *home) { h.answer = nil })
	if a := get(t, service, "/reports/token", "Authorization", bearer); a.status != 200 {
		t.Errorf("when home is back: %d %s", a.status, a.text)
	}
}

func TestATokenThatIsNotHomesIsRefused(t *testing.T) {
	h, k := newHome(t), newKey(t, "one")
	rsaPrivate, err := rsa.GenerateKey(rand.Reader, 2048)
	testkit.Must(t, err)
	rs := key{"rsa", jwt.SigningMethodRS256, rsaPrivate}
	_, edPrivate, err := ed25519.GenerateKey(rand.Reader)
	testkit.Must(t, err)
	ed := key{"ed", jwt.SigningMethodEdDSA, edPrivate}
	h.publish(k, rs, ed)
	service := serve(t, h, io.Discard)
	for _, good := range []string{
		k.token(t, nil, nil), rs.token(t, nil, nil), ed.token(t, nil, nil),
		k.token(t, map[string]any{"typ": "application/AT+JWT"}, nil), k.token(t, nil, map[string]any{"roles": nil, "aud": "authlab"}),
	} {
		if a := get(t, service, "/reports/token", "Authorization", "Bearer "+good); a.status != 200 {
			t.Fatalf("a good token: %d %s", a.status, a.text)
		}
	}

	good := k.token(t, nil, nil)
	parts := strings.Split(good, ".")
	public, err := x509.MarshalPKIXPublicKey(rsaPrivate.Public())
	testkit.Must(t, err)
	confused := func(secret []byte) string {
		token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"iss": "authlab", "aud": "authlab", "sub": "alice", "exp": now.Add(time.Hour).Unix()})
		token.Header["typ"], token.Header["kid"] = "at+jwt", "rsa"
		text, err := token.SignedString(secret)
		testkit.Must(t, err)
		return text
	}
	b64 := base64.RawURLEncoding.EncodeToString
	for name, token := range map[string]string{
		"garbage":                         "garbage",
		"three times garbage":             "a.b.c",
		"no signature":                    parts[0] + "." + parts[1] + ".",
		"a signature by another key":      parts[0] + "." + parts[1] + "." + strings.Split(newKey(t, "one").token(t, nil, nil), ".")[2],
		"another payload":                 parts[0] + "." + strings.Split(k.token(t, nil, map[string]any{"sub": "bob"}), ".")[1] + "." + parts[2],
		"alg none":                        b64([]byte(`{"alg":"none","typ":"at+jwt","kid":"one"}`)) + "." + parts[1] + ".",
		"signed with the public key":      confused(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})),
		"signed with the public key, DER": confused(public),
		"signed with nothing":             confused([]byte{}),
		"the alg of another key":          k.token(t, map[string]any{"kid": "rsa"}, nil),
		"the name of another key":         k.token(t, map[string]any{"kid": "ed"}, nil),
		"a key of its own":                k.token(t, map[string]any{"kid": "mine", "jku": "http://127.0.0.1:1/keys", "jwk": map[string]string{"kty": "oct"}}, nil),
		"no key named":                    k.token(t, map[string]any{"kid": nil}, nil),
		"a number for a key":              k.token(t, map[string]any{"kid": 1}, nil),
		"an ID token":                     k.token(t, map[string]any{"typ": "JWT"}, nil),
		"no typ":                          k.token(t, map[string]any{"typ": nil}, nil),
		"an extension":                    k.token(t, map[string]any{"crit": []string{"b64"}, "b64": false}, nil),
		"another issuer":                  k.token(t, nil, map[string]any{"iss": "other"}),
		"no issuer":                       k.token(t, nil, map[string]any{"iss": nil}),
		"another audience":                k.token(t, nil, map[string]any{"aud": "other"}),
		"no audience":                     k.token(t, nil, map[string]any{"aud": nil}),
		"expired":                         k.token(t, nil, map[string]any{"exp": now.Add(-time.Second).Unix()}),
		"without an end":                  k.token(t, nil, map[string]any{"exp": nil}),
		"not yet":                         k.token(t, nil, map[string]any{"nbf": now.Add(time.Minute).Unix()}),
		"without a user":                  k.token(t, nil, map[string]any{"sub": nil}),
		"a number for a name":             k.token(t, nil, map[string]any{"sub": 7}),
		"too long":                        k.token(t, nil, map[string]any{"more": strings.Repeat("x", 8<<10)}),
	} {
		a := get(t, service, "/reports/token", "Authorization", "Bearer "+token)
		if a.status != 401 || a.Type != "urn:authlab:problem:token-invalid" || !strings.Contains(a.header.Get("WWW-Authenticate"), `error="invalid_token"`) {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
		if calls := a.HomeCalls; calls > 1 || (calls == 1 && name != "a key of its own") {
			t.Errorf("%s: home was asked %d times", name, calls)
		}
	}
	h.publish(key{"enc", k.method, k.private}) // the same key, for something else
	h.set(func(h *home) { h.keys[0].Use = "enc" })
	if a := get(t, service, "/reports/token", "Authorization", "Bearer "+k.token(t, map[string]any{"kid": "enc"}, nil)); a.status != 401 {
		t.Errorf("a key that is for encryption: %d %s", a.status, a.text)
	}
	twice := get(t, service, "/reports/token", "Authorization", "Bearer "+good, "Authorization", "Bearer "+good)
	basic := get(t, service, "/reports/token", "Authorization", "Basic YWxpY2U6d29uZGVybGFuZA==")
	if twice.status != 401 || basic.status != 401 || basic.Type != "urn:authlab:problem:no-credential" {
		t.Errorf("two headers: %d; a password: %d %s", twice.status, basic.status, basic.text)
	}
}

func TestOnlyATokenMayComeFromPagesOfOtherOrigins(t *testing.T) {
	const ours, theirs = "http://127.0.0.1:8080", "http://evil.example"
	h, k := newHome(t), newKey(t, "one")
	h.publish(k)
	service := serve(t, h, io.Discard, ours, "http://localhost:8080")
	for path, open := range map[string]bool{"/reports/token": true, "/reports/revocable": true, "/reports/session/redis": false} {
		for _, origin := range []string{ours, theirs, "null", ""} {
			may := open && origin == ours
			a := send(t, service, http.MethodOptions, path, "Origin", origin,
				"Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "authorization")
			if (a.status == 204) != may || (a.header.Get("Access-Control-Allow-Origin") == origin && origin != "") != may ||
				strings.Contains(a.header.Get("Access-Control-Allow-Headers"), "Authorization") != may {
				t.Errorf("preflight of %s from %q: %d %v", path, origin, a.status, a.header)
			}
			b := get(t, service, path, "Origin", origin, "Authorization", "Bearer "+k.token(t, nil, nil))
			if (b.status == 200) != open || (b.header.Get("Access-Control-Allow-Origin") == origin && origin != "") != may {
				t.Errorf("%s from %q: %d %v", path, origin, b.status, b.header)
			}
			if open && (a.header.Get("Vary") != "Origin" || b.header.Get("Vary") != "Origin") {
				t.Errorf("%s does not say that the answer depends on the origin", path)
			}
			if a.header.Get("Access-Control-Allow-Credentials")+b.header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%s from %q allows cookies", path, origin)
			}
		}
	}
}

func TestWhatIsNotThereAndWhatEndsIsSaid(t *testing.T) {
	h := newHome(t)
	s, err := resource.New(resource.Config{Home: h.server.URL + "/", Name: "reports-2"})
	testkit.Must(t, err)
	service := s.Handler()
	for _, tt := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/livez", 200}, {"GET", "/readyz", 200}, {"GET", "/", 404}, {"GET", "/reports/session/other", 404},
		{"POST", "/reports/token", 405}, {"GET", "/reports/session/redis", 401}, {"DELETE", "/livez", 405},
		{"HEAD", "/livez", 200}, {"HEAD", "/readyz", 200}, {"HEAD", "/reports/session/redis", 401}, {"HEAD", "/reports/token", 401}, {"HEAD", "/reports/revocable", 401},
	} {
		if a := send(t, service, tt.method, tt.path); a.status != tt.status || a.Service != "reports-2" {
			t.Errorf("%s %s: %d %s", tt.method, tt.path, a.status, a.text)
		}
	}
	s.Close()
	if a := get(t, service, "/readyz"); a.status != 503 {
		t.Errorf("/readyz when it has ended: %d", a.status)
	}
	if a := get(t, service, "/livez"); a.status != 200 {
		t.Errorf("/livez when it has ended: %d", a.status)
	}
	for _, config := range []resource.Config{
		{}, {Home: "127.0.0.1:8080"}, {Home: "ftp://home"}, {Home: "http://home/path"}, {Home: "http://"},
		{Home: "http://home", AllowedOrigins: []string{"*"}}, {Home: "http://home", AllowedOrigins: []string{"http://home/"}},
	} {
		if _, err := resource.New(config); err == nil {
			t.Errorf("%+v was taken", config)
		}
	}
}

func TestAnAnswerOfHomeIsBelievedForAsLongAsThePageSays(t *testing.T) {
	h := newHome(t)
	now := time.Unix(1_000_000, 0)
	revoked, expires, confirmation := false, now.Add(time.Hour), ""
	h.set(func(h *home) {
		h.answer = func(w http.ResponseWriter, r *http.Request) {
			name, secret, _ := r.BasicAuth()
			if r.URL.Path != "/token/introspect" || name != "reports" || secret != "a secret" || r.FormValue("token") != "the-token" {
				w.WriteHeader(http.StatusUnauthorized)
			}
			if revoked {
				_, _ = io.WriteString(w, `{"active":false}`)
				return
			}
			fmt.Fprintf(w, `{"active":true,"sub":"alice","roles":["user"],"exp":%d%s}`, expires.Unix(), confirmation)
		}
	})
	var log bytes.Buffer
	s, err := resource.New(resource.Config{Home: h.server.URL, Secret: "a secret", Now: func() time.Time { return now }})
	testkit.Must(t, err)
	t.Cleanup(s.Close)
	service := s.Handler()
	ask := func(page string, status, calls int) {
		t.Helper()
		a := get(t, service, "/reports/introspected/"+page, "Authorization", "Bearer the-token")
		if a.status != status || a.HomeCalls != calls || (status == 200 && a.User.Name != "alice") {
			t.Errorf("%s: %d after %d calls, %s; want %d after %d", page, a.status, a.HomeCalls, a.text, status, calls)
		}
	}
	for range 2 {
		ask("0", 200, 1)
	}
	for _, page := range []string{"5", "60"} {
		ask(page, 200, 1)
		ask(page, 200, 0)
	}
	revoked = true
	ask("0", 401, 1)
	now = now.Add(5 * time.Second)
	ask("5", 401, 1)
	ask("5", 401, 1) // what home refuses is not kept
	ask("60", 200, 0)
	now = now.Add(55 * time.Second)
	ask("60", 401, 1)
	revoked, expires = false, now.Add(time.Second) // no answer outlives its token
	ask("60", 200, 1)
	now = now.Add(time.Second)
	revoked = true
	ask("60", 401, 1)
	if a := get(t, service, "/reports/introspected/0"); a.status != 401 {
		t.Errorf("without a token: %d", a.status)
	}
	revoked, confirmation = false, `,"token_type":"DPoP","cnf":{"jkt":"of a key"}` // a copy of it would be as good
	ask("0", 401, 1)
	if a := get(t, serve(t, h, &log), "/reports/introspected/0", "Authorization", "Bearer the-token"); a.status != 404 {
		t.Errorf("a service that home does not know: %d", a.status)
	}
}

func TestANewKeyIsNoticedAfterAStormOfInventedOnes(t *testing.T) {
	h, one, two := newHome(t), newKey(t, "one"), newKey(t, "two")
	h.publish(one)
	clock := now
	s, err := resource.New(resource.Config{Home: h.server.URL, Now: func() time.Time { return clock }})
	testkit.Must(t, err)
	t.Cleanup(s.Close)
	ask := func(token string) answer {
		return get(t, s.Handler(), "/reports/token", "Authorization", "Bearer "+token)
	}
	ask(one.token(t, nil, nil)) // fetches the keys
	calls := 0
	for range 50 {
		calls += ask(one.token(t, map[string]any{"kid": rand.Text()}, nil)).HomeCalls
	}
	if calls != 5 {
		t.Errorf("home was asked %d times for 50 invented keys, want the burst of 5", calls)
	}
	h.publish(one, two)
	if a := ask(two.token(t, nil, nil)); a.status != 503 || a.header.Get("Retry-After") != "1" {
		t.Errorf("at once: %d %s, want that it cannot be told yet", a.status, a.text)
	}
	clock = clock.Add(time.Second)
	if a := ask(two.token(t, nil, nil)); a.status != 200 || a.HomeCalls != 1 {
		t.Errorf("a second later: %d %s", a.status, a.text)
	}
}
