package issuer_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"authlab/lab/issuer"
	"authlab/lab/testkit"
)

const callback, verifier = "https://app.example/back", "a-verifier-that-is-as-long-as-one-has-to-be-43"

// A stand is a login server, and a home with one user.
type stand struct {
	t    *testing.T
	url  string
	home *httptest.Server

	mu      sync.Mutex
	now     time.Time
	logins  int
	revoked []string
}

func newStand(t *testing.T) *stand {
	s := &stand{t: t, now: time.Now()}
	routes := http.NewServeMux()
	routes.HandleFunc("POST /authenticate", func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Username, Password string }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Password != "wonderland" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.logins++
		fmt.Fprintf(w, `{"access_token":"access-%d"}`, s.logins)
	})
	routes.HandleFunc("POST /token/revoke", func(_ http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.revoked = append(s.revoked, r.FormValue("token"))
	})
	s.home = httptest.NewServer(routes)
	t.Cleanup(s.home.Close)
	server := httptest.NewServer(issuer.New(issuer.Config{
		Home: s.home.URL, Clients: map[string]string{"app": callback}, Logger: slog.New(slog.DiscardHandler),
		Now: func() time.Time { s.mu.Lock(); defer s.mu.Unlock(); return s.now },
	}).Handler())
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// post posts a form, and returns status, text, and where the browser is sent.
func (s *stand) post(path string, form url.Values) (int, string, *url.URL) {
	s.t.Helper()
	response := testkit.Send(s.t, http.MethodPost, s.url+path, form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"} {
		if got := response.Header.Get(name); got != want {
			s.t.Errorf("%s: %q", name, got)
		}
	}
	back, err := url.Parse(response.Header.Get("Location"))
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, response.Text, back
}

// changed is what a client should ask, with something else in it.
func changed(right url.Values, change ...string) url.Values {
	for i := 0; i < len(change); i += 2 {
		right.Set(change[i], change[i+1])
	}
	return right
}

func (s *stand) authorize(password string, change ...string) (int, string, *url.URL) {
	hash := sha256.Sum256([]byte(verifier))
	query := changed(url.Values{
		"client_id": {"app"}, "redirect_uri": {callback}, "response_type": {"code"}, "state": {"s&t"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(hash[:])}, "code_challenge_method": {"S256"},
	}, change...)
	return s.post("/authorize?"+query.Encode(), url.Values{"username": {"alice"}, "password": {password}})
}

func (s *stand) redeem(code string, change ...string) (int, string) {
	status, text, _ := s.post("/token", changed(url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "client_id": {"app"}, "redirect_uri": {callback}, "code_verifier": {verifier},
	}, change...))
	return status, text
}

func TestABrowserIsSentBackToItsClientAlone(t *testing.T) {
	s := newStand(t)
	for name, tt := range map[string]struct {
		password string
		change   []string
		status   int
		error    string // in the address; "": the browser is not sent there
	}{
		"wrong password":       {"x", nil, 401, ""},
		"another client":       {"wonderland", []string{"client_id", "other"}, 400, ""},
		"another address":      {"wonderland", []string{"redirect_uri", callback + "/"}, 400, ""},
		"token in the address": {"wonderland", []string{"response_type", "token"}, 303, "unsupported_response_type"},
		"no challenge":         {"wonderland", []string{"code_challenge", ""}, 303, "invalid_request"},
		"plain challenge":      {"wonderland", []string{"code_challenge_method", "plain"}, 303, "invalid_request"},
	} {
		status, _, back := s.authorize(tt.password, tt.change...)
		if status != tt.status || back.Query().Get("error") != tt.error || back.Query().Has("code") || (back.Host != "") != (tt.error != "") {
			t.Errorf("%s: %d, %s", name, status, back)
		}
	}
	status, _, back := s.authorize("wonderland")
	if status != http.StatusSeeOther || !strings.HasPrefix(back.String(), callback+"?") || back.Query().Get("code") == "" || back.Query().Get("state") != "s&t" {
		t.Errorf("%d, %s", status, back)
	}
	s.home.Close()
	if status, text, back := s.authorize("wonderland"); status != http.StatusServiceUnavailable || back.Host != "" || !strings.Contains(text, "<form") {
		t.Errorf("home is down: %d, %s", status, back)
	}
}

func TestACodeIsGoodOnceForTheClientThatHasTheVerifier(t *testing.T) {
	s := newStand(t)
	_, _, back := s.authorize("wonderland")
	code := back.Query().Get("code")
	for name, change := range map[string][]string{
		"another code":     {"code", code + "x"},
		"another client":   {"client_id", "other"},
		"another address":  {"redirect_uri", callback + "/"},
		"another verifier": {"code_verifier", verifier + "x"},
		"no verifier":      {"code_verifier", ""},
		"another grant":    {"grant_type", "password"},
	} {
		if status, text := s.redeem(code, change...); status != http.StatusBadRequest || !strings.Contains(text, `"error"`) {
			t.Errorf("%s: %d %s", name, status, text)
		}
	}
	if status, text := s.redeem(code); status != http.StatusOK || text != `{"access_token":"access-1"}` {
		t.Errorf("%d %s", status, text)
	}
	if s.redeem(code, "code_verifier", ""); len(s.revoked) != 0 {
		t.Errorf("a thief without the verifier ended %q", s.revoked)
	}
	if status, _ := s.redeem(code); status != http.StatusBadRequest || len(s.revoked) != 1 || s.revoked[0] != "access-1" {
		t.Errorf("again: %d, and %q are revoked", status, s.revoked)
	}
}

func TestACodeEndsAndThereAreNeverTooMany(t *testing.T) {
	s := newStand(t)
	_, _, back := s.authorize("wonderland")
	code := back.Query().Get("code")
	for range 999 {
		s.authorize("wonderland")
	}
	if _, _, back := s.authorize("wonderland"); back.Query().Get("error") != "temporarily_unavailable" {
		t.Errorf("one too many: %s", back)
	}
	s.mu.Lock()
	s.now = s.now.Add(time.Minute)
	s.mu.Unlock()
	if status, _ := s.redeem(code); status != http.StatusBadRequest {
		t.Errorf("after a minute: %d", status)
	}
	if _, _, back := s.authorize("wonderland"); back.Query().Get("code") == "" {
		t.Errorf("the old ones are kept: %s", back)
	}
}
