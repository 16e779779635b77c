package resource_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"authlab/lab/resource"
	"authlab/lab/testkit"
)

// A home stands in for the first service: it publishes keys, and knows one cookie value and every token but a revoked one.
type home struct {
	t      *testing.T
	server *httptest.Server

	mu      sync.Mutex
	keys    []jose.JSONWebKey
	asked   map[string]int // by path
	revoked bool
	answer  http.HandlerFunc // in place of everything, if there is one
}

func newHome(t *testing.T) *home {
	h := &home{t: t, asked: map[string]int{}}
	h.server = httptest.NewServer(h)
	t.Cleanup(h.server.Close)
	return h
}

func (h *home) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.asked[r.URL.Path]++
	keys, revoked, answer := h.keys, h.revoked, h.answer
	h.mu.Unlock()
	known := false
	switch {
	case answer != nil:
		answer(w, r)
		return
	case r.URL.Path == "/.well-known/jwks.json":
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: keys})
		return
	case strings.HasPrefix(r.URL.Path, "/session/"):
		cookie, err := r.Cookie(strings.ReplaceAll(r.URL.Path[1:len(r.URL.Path)-len("/me")], "/", "-"))
		known = err == nil && cookie.Value == "good" && r.Header.Get("X-Balance") == "sticky" && r.Header.Get("Authorization") == ""
	case r.URL.Path == "/token/revocable/me":
		known = !revoked && strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ey") && r.Header.Get("Cookie") == ""
	}
	if !known {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"title":"No","detail":"app-2 has no such session."}`)
		return
	}
	fmt.Fprint(w, `{"scheme":"any","user":{"name":"alice","roles":["user","admin"]},"replica":"app-1","expires_at":null}`)
}

func (h *home) set(change func(*home)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(h)
}

func (h *home) calls(path string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.asked[path]
}

const jwks = "/.well-known/jwks.json"

// A key signs as home does.
type key struct {
	id      string
	method  jwt.SigningMethod
	private crypto.Signer
}

func newKey(t *testing.T, id string) key {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	testkit.Must(t, err)
	return key{id, jwt.SigningMethodES256, private}
}

// publish makes keys those that home signs with, and takes those from before away.
func (h *home) publish(keys ...key) {
	h.set(func(h *home) {
		h.keys = nil
		for _, k := range keys {
			h.keys = append(h.keys, jose.JSONWebKey{Key: k.private.Public(), KeyID: k.id, Algorithm: k.method.Alg(), Use: "sig"})
		}
	})
}

// now is the time in these tests.
var now = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

// token signs what home would, with changes to the header and to the claims. nil takes a member away.
func (k key) token(t *testing.T, header, claims map[string]any) string {
	t.Helper()
	token := jwt.NewWithClaims(k.method, jwt.MapClaims{
		"iss": "authlab", "aud": []string{"authlab"}, "sub": "alice", "exp": now.Add(15 * time.Minute).Unix(),
		"iat": float64(now.UnixMilli()) / 1000, "jti": "1", "sid": "2", "client_id": "authlab", "roles": []string{"user", "admin"},
	})
	token.Header["typ"], token.Header["kid"] = "at+jwt", k.id
	for into, changes := range map[*map[string]any]map[string]any{&token.Header: header, (*map[string]any)(ptr(token.Claims.(jwt.MapClaims))): claims} {
		for name, value := range changes {
			if (*into)[name] = value; value == nil {
				delete(*into, name)
			}
		}
	}
	text, err := token.SignedString(k.private)
	testkit.Must(t, err)
	return text
}

func ptr(c jwt.MapClaims) *jwt.MapClaims { return &c }

// serve starts a service that calls h home.
func serve(t *testing.T, h *home, log io.Writer, origins ...string) http.Handler {
	t.Helper()
	s, err := resource.New(resource.Config{
		Home: h.server.URL, AllowedOrigins: origins, Now: func() time.Time { return now },
		Logger: slog.New(slog.NewTextHandler(log, nil)),
	})
	testkit.Must(t, err)
	t.Cleanup(s.Close)
	return s.Handler()
}

// An answer is what came back, of a report and of a problem alike.
type answer struct {
	status int
	header http.Header
	text   string

	Type, Detail, Scheme, Service string
	HomeCalls                     int `json:"home_calls"`
	User                          struct {
		Name  string
		Roles []string
	}
}

// get asks the service, with headers by name and value.
func get(t *testing.T, service http.Handler, path string, header ...string) answer {
	t.Helper()
	return send(t, service, http.MethodGet, path, header...)
}

func send(t *testing.T, service http.Handler, method, path string, header ...string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	service.ServeHTTP(w, r)
	a := answer{status: w.Code, header: w.Header(), text: w.Body.String()}
	if a.text != "" {
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
			t.Errorf("%s %s: %v in %q", method, path, err, a.text)
		}
		if calls := a.header.Get("X-Home-Calls"); calls != fmt.Sprint(a.HomeCalls) {
			t.Errorf("%s %s: X-Home-Calls is %q, and the body says %d", method, path, calls, a.HomeCalls)
		}
	}
	return a
}
