package bff_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"authlab/lab/bff"
	"authlab/session"
)

// A stand is a backend, a home with one user, and a service that takes the newest access token.
type stand struct {
	t       *testing.T
	url     string
	client  *http.Client // a browser
	mu      sync.Mutex
	now     time.Time
	pairs   int // that home has given
	spent   int // refresh tokens that came again
	revoked []string
	away    bool
}

func newStand(t *testing.T) *stand {
	s := &stand{t: t, now: time.Now()}
	give := func(w http.ResponseWriter) {
		s.pairs++
		fmt.Fprintf(w, `{"access_token":"access-%d","refresh_token":"refresh-%d","expires_in":900}`, s.pairs, s.pairs)
	}
	routes := http.NewServeMux()
	read := func(r *http.Request) (body map[string]string) {
		if r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %s", r.URL, r.Header.Get("Content-Type"))
		}
		_ = json.NewDecoder(r.Body).Decode(&body)
		return body
	}
	routes.HandleFunc("POST /authenticate", func(w http.ResponseWriter, r *http.Request) {
		if read(r)["password"] != "wonderland" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		give(w)
	})
	routes.HandleFunc("POST /token/refresh", func(w http.ResponseWriter, r *http.Request) {
		if read(r)["refresh_token"] != fmt.Sprintf("refresh-%d", s.pairs) {
			s.spent++
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		give(w)
	})
	routes.HandleFunc("POST /token/logout", func(w http.ResponseWriter, r *http.Request) {
		s.revoked = append(s.revoked, read(r)["refresh_token"])
		w.WriteHeader(http.StatusNoContent)
	})
	page := func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "" {
			t.Error("the cookie was sent on")
		}
		w.Header().Set("Server-Timing", "signature;dur=1")
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s by %s%s", r.Method, r.Header.Get("Authorization"), body)
	}
	routes.HandleFunc("GET /reports/token", page)
	routes.HandleFunc("POST /token/stateless/email", page)
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.away {
			panic(http.ErrAbortHandler)
		}
		routes.ServeHTTP(w, r)
	}))
	t.Cleanup(home.Close)
	now := func() time.Time { s.mu.Lock(); defer s.mu.Unlock(); return s.now }
	backend := httptest.NewServer(bff.New(bff.Config{
		Home: home.URL, Reports: home.URL, Cookie: "login", Now: now, Logger: slog.New(slog.DiscardHandler),
		Sessions: session.NewMemory(session.DefaultIdle, now),
	}).Handler())
	t.Cleanup(backend.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.url, s.client = backend.URL, &http.Client{Jar: jar}
	return s
}

// send sends a request, with a header given as name and value, and wants a status. It returns the answer's text.
func (s *stand) send(want int, method, path, body string, header ...string) string {
	s.t.Helper()
	request, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			request.Host = header[i+1]
		}
	}
	response, err := s.client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != want {
		s.t.Errorf("%s %s: %d, want %d: %s %v", method, path, response.StatusCode, want, text, err)
	}
	for _, cookie := range response.Cookies() {
		if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" {
			s.t.Errorf("cookie %+v", cookie)
		}
	}
	if path == "/bff/me" && want == http.StatusOK {
		if timing := strings.Join(response.Header.Values("Server-Timing"), ", "); !strings.HasPrefix(timing, "store;") || !strings.Contains(timing, "signature;") {
			s.t.Errorf("Server-Timing: %s", timing)
		}
	}
	return string(text)
}

func (s *stand) login() {
	s.t.Helper()
	if text := s.send(200, "POST", "/bff/login", `{"username":"alice","password":"wonderland"}`); strings.Contains(text, "access-") || strings.Contains(text, "refresh-") {
		s.t.Errorf("a script can read a token: %s", text)
	}
}

func (s *stand) passes(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func (s *stand) page(want string) {
	s.t.Helper()
	if got := s.send(200, "GET", "/bff/me", ""); got != want {
		s.t.Errorf("page: %q, want %q", got, want)
	}
}

func TestTheBrowserHasACookieAndTheServiceGetsTheToken(t *testing.T) {
	s := newStand(t)
	s.send(401, "GET", "/bff/me", "")
	s.send(401, "POST", "/bff/login", `{"username":"alice","password":"wrong"}`)
	s.send(400, "POST", "/bff/login", `{`)
	s.login()
	s.page("GET by Bearer access-1")
	if got := s.send(200, "POST", "/bff/email", `{"email":"a"}`); got != `POST by Bearer access-1{"email":"a"}` {
		t.Errorf("email: %s", got)
	}
	if dump := s.send(200, "GET", "/bff/dump/alice", ""); !strings.Contains(dump, "access-1") || !strings.Contains(dump, "refresh-1") {
		t.Errorf("dump: %s", dump)
	}
	s.send(403, "GET", "/bff/dump/alice", "", "Host", "lab.example")
}

func TestAFormOfAnotherSiteIsRefused(t *testing.T) {
	s := newStand(t)
	s.login()
	s.send(403, "POST", "/bff/email", `{"email":"m"}`, "Sec-Fetch-Site", "cross-site")
	s.send(403, "POST", "/bff/logout", "", "Origin", "https://evil.example")
	s.send(415, "POST", "/bff/email", "email=m", "Content-Type", "application/x-www-form-urlencoded")
	s.send(415, "POST", "/bff/login", "username=m", "Content-Type", "text/plain")
	s.page("GET by Bearer access-1")
}

func TestALogoutEndsTheSessionAlsoIfHomeIsAway(t *testing.T) {
	for _, away := range []bool{false, true} {
		s := newStand(t)
		s.login()
		s.mu.Lock()
		s.away = away
		s.mu.Unlock()
		s.send(204, "POST", "/bff/logout", "")
		s.send(401, "GET", "/bff/me", "")
		s.send(204, "POST", "/bff/logout", "")
		if want := map[bool]string{false: "[refresh-1]", true: "[]"}[away]; fmt.Sprint(s.revoked) != want {
			t.Errorf("home away: %v: revoked %v, want %s", away, s.revoked, want)
		}
	}
}

func TestTokensAreRefreshedOnceForManyRequests(t *testing.T) {
	s := newStand(t)
	s.login()
	s.passes(15 * time.Minute)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { s.send(200, "GET", "/bff/me", "") })
	}
	all.Wait()
	if s.pairs != 2 || s.spent != 0 {
		t.Errorf("%d pairs, and %d refresh tokens came again", s.pairs, s.spent)
	}
	s.page("GET by Bearer access-2")

	s.passes(15 * time.Minute)
	s.mu.Lock()
	s.away = true
	s.mu.Unlock()
	s.send(503, "GET", "/bff/me", "") // and no user is logged out by that
	s.mu.Lock()
	s.away = false
	s.pairs++ // the login has ended at home: its refresh token is not taken
	s.mu.Unlock()
	s.send(401, "GET", "/bff/me", "")
	s.send(401, "GET", "/bff/me", "")
	if s.spent != 1 {
		t.Errorf("the session that ended at home tried %d times", s.spent)
	}
}
