package bff_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
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
	refused int             // access tokens up to this one are of a key that the service does not take any more
	status  int             // of home's answers, if not 0
	silent  <-chan struct{} // home answers a refresh when it is closed
	answer  string          // of the service, after the rest
	store   *failingStore
}

// A failingStore takes no changes while it fails.
type failingStore struct {
	session.Lister
	fails atomic.Bool
}

func (f *failingStore) Update(ctx context.Context, id string, r session.Record, change func(*session.Record) error) (string, session.Record, error) {
	if f.fails.Load() {
		return "", session.Record{}, session.ErrUnavailable
	}
	return f.Lister.Update(ctx, id, r, change)
}

func (f *failingStore) Delete(ctx context.Context, id string, r session.Record) error {
	if f.fails.Load() {
		return session.ErrUnavailable
	}
	return f.Lister.Delete(ctx, id, r)
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
		var number int
		if fmt.Sscanf(r.Header.Get("Authorization"), "Bearer access-%d", &number); number <= s.refused {
			w.WriteHeader(http.StatusUnauthorized)
		}
		fmt.Fprintf(w, "%s by %s%s%s", r.Method, r.Header.Get("Authorization"), body, s.answer)
	}
	routes.HandleFunc("GET /reports/token", page)
	routes.HandleFunc("POST /token/stateless/email", page)
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		silent := s.silent
		s.mu.Unlock()
		if silent != nil && r.URL.Path == "/token/refresh" {
			<-silent
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.away {
			panic(http.ErrAbortHandler)
		}
		if s.status != 0 {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(s.status)
			return
		}
		routes.ServeHTTP(w, r)
	}))
	t.Cleanup(home.Close)
	now := func() time.Time { s.mu.Lock(); defer s.mu.Unlock(); return s.now }
	s.store = &failingStore{Lister: session.NewMemory(session.DefaultIdle, now)}
	backend := httptest.NewServer(bff.New(bff.Config{
		Home: home.URL, Reports: home.URL, Cookie: "login", Now: now, Logger: slog.New(slog.DiscardHandler),
		Sessions: s.store,
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
	text, _ := s.answered(want, method, path, body, header...)
	return text
}

// answered is send with the header of the answer.
func (s *stand) answered(want int, method, path, body string, header ...string) (string, http.Header) {
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
	if want == http.StatusUnauthorized && response.Header.Get("WWW-Authenticate") == "" {
		s.t.Errorf("%s %s: 401 without a challenge", method, path)
	}
	return string(text), response.Header
}

// set changes what home, the service or the clock does.
func (s *stand) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *stand) login() {
	s.t.Helper()
	if text := s.send(200, "POST", "/bff/login", `{"username":"alice","password":"wonderland"}`); strings.Contains(text, "access-") || strings.Contains(text, "refresh-") {
		s.t.Errorf("a script can read a token: %s", text)
	}
}

func (s *stand) passes(d time.Duration) {
	s.set(func() { s.now = s.now.Add(d) })
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
		s.set(func() { s.away = away })
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
	s.set(func() { s.away = true })
	s.send(503, "GET", "/bff/me", "") // and no user is logged out by that
	s.set(func() {
		s.away = false
		s.pairs++ // the login has ended at home: its refresh token is not taken
	})
	s.send(401, "GET", "/bff/me", "")
	s.send(401, "GET", "/bff/me", "")
	if s.spent != 1 {
		t.Errorf("the session that ended at home tried %d times", s.spent)
	}
}
