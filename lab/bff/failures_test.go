package bff_test

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"
)

func TestARefreshThatCannotBeStoredIsNotLost(t *testing.T) {
	s := newStand(t)
	s.login()
	s.passes(15 * time.Minute)
	s.store.fails.Store(true)
	s.send(503, "GET", "/bff/me", "")
	s.send(503, "GET", "/bff/me", "")
	s.store.fails.Store(false)
	s.page("GET by Bearer access-2")
	s.page("GET by Bearer access-2")
	s.passes(15 * time.Minute)
	s.page("GET by Bearer access-3")
	if s.pairs != 3 || s.spent != 0 {
		t.Errorf("%d pairs, and %d refresh tokens came again", s.pairs, s.spent)
	}
}

// A user's request waits for a silent home for a second, and no other user waits with them.
func TestASilentHomeKeepsNoOtherUserWaiting(t *testing.T) {
	s := newStand(t)
	s.login()
	s.passes(15 * time.Minute)
	speak := make(chan struct{})
	s.set(func() { s.silent = speak })
	start := time.Now()
	waits := make(chan time.Duration)
	go func() {
		s.send(503, "GET", "/bff/me", "")
		waits <- time.Since(start)
	}()
	jar, _ := cookiejar.New(nil) // it cannot fail without options
	other := &stand{t: t, url: s.url, client: &http.Client{Jar: jar}}
	other.login()
	other.page("GET by Bearer access-2")
	select {
	case <-waits:
		t.Error("the other user has waited")
	default:
	}
	if waited := <-waits; waited < 900*time.Millisecond || waited > 3*time.Second {
		t.Errorf("the user has waited %s", waited)
	}
	s.set(func() { s.pairs = 1 }) // home gives and takes the pairs of the first user
	close(speak)
	s.page("GET by Bearer access-2") // the refresh has gone on
	if s.spent != 0 {
		t.Errorf("%d refresh tokens came again", s.spent)
	}
}

func TestALoginEndsTheOneThatItReplaces(t *testing.T) {
	s := newStand(t)
	s.login()
	s.login()
	s.page("GET by Bearer access-2")
	if fmt.Sprint(s.revoked) != "[refresh-1]" {
		t.Errorf("revoked: %v", s.revoked)
	}
}

func TestALoginThatCannotBeStoredEndsAtHome(t *testing.T) {
	const login = `{"username":"alice","password":"wonderland"}`
	s := newStand(t)
	s.store.fails.Store(true)
	s.send(503, "POST", "/bff/login", login) // the session is there, and can neither get its tokens nor end
	s.store.fails.Store(false)
	s.send(401, "GET", "/bff/me", "")
	if dump := s.send(200, "GET", "/bff/dump/alice", ""); strings.Contains(dump, "Key") {
		t.Errorf("a session without tokens stays: %s", dump)
	}
	s.login()
	s.store.fails.Store(true)
	s.send(503, "POST", "/bff/login", login)
	s.store.fails.Store(false)
	s.page("GET by Bearer access-2") // the session of before could not be ended
	if fmt.Sprint(s.revoked, s.pairs, s.spent) != "[refresh-1 refresh-3] 3 0" {
		t.Errorf("revoked: %v of %d", s.revoked, s.pairs)
	}
}

func TestATokenThatTheServiceRefusesIsRefreshedOnce(t *testing.T) {
	for method, path := range map[string]string{"GET": "/bff/me", "POST": "/bff/email"} {
		s := newStand(t)
		s.login()
		s.set(func() { s.refused = 1 }) // home has changed its keys
		if got := s.send(200, method, path, "{}"); !strings.HasPrefix(got, method+" by Bearer access-2") {
			t.Errorf("%s: %s", path, got)
		}
		s.send(200, method, path, "{}")
		if s.pairs != 2 {
			t.Errorf("%s: %d pairs", path, s.pairs)
		}
		s.set(func() { s.refused = 9 })
		s.send(401, method, path, "{}")
		if s.pairs != 3 || s.spent != 0 {
			t.Errorf("%s: %d pairs", path, s.pairs)
		}
	}
}

func TestHomesRefusalsArePassedOn(t *testing.T) {
	for _, tt := range []struct {
		home, want int
		name       string
	}{
		{429, 429, "refused-at-home"}, {503, 503, "home-unavailable"}, {500, 503, "home-unavailable"}, {401, 401, "refused-at-home"},
	} {
		s := newStand(t)
		s.set(func() { s.status = tt.home })
		text, header := s.answered(tt.want, "POST", "/bff/login", `{"username":"alice","password":"wonderland"}`)
		if !strings.Contains(text, tt.name) || header.Get("Retry-After") != "7" {
			t.Errorf("home says %d: %s, Retry-After %q", tt.home, text, header.Get("Retry-After"))
		}
	}
}

func TestWhatIsTooLargeIsRefusedWhole(t *testing.T) {
	const most, mostAnswer = 4 << 10, 64 << 10
	s := newStand(t)
	s.login()
	fits := `{"email":"` + strings.Repeat("a", most-12) + `"}`
	s.send(200, "POST", "/bff/email", fits)
	s.send(413, "POST", "/bff/email", fits+" ")
	s.send(413, "POST", "/bff/login", `{"username":"`+strings.Repeat("a", most))
	page := "GET by Bearer access-1"
	s.set(func() { s.answer = strings.Repeat("a", mostAnswer-len(page)) })
	s.page(page + s.answer)
	s.set(func() { s.answer += "a" })
	s.send(502, "GET", "/bff/me", "")
}

func TestHEADIsGETWithoutTheBody(t *testing.T) {
	s := newStand(t)
	s.send(401, "HEAD", "/bff/me", "")
	s.login()
	for _, path := range []string{"/bff/me", "/bff/dump/alice"} {
		want, header := s.answered(200, "GET", path, "")
		text, head := s.answered(200, "HEAD", path, "")
		if text != "" || head.Get("Content-Length") != fmt.Sprint(len(want)) || head.Get("Content-Type") != header.Get("Content-Type") {
			t.Errorf("HEAD %s: %q, %v", path, text, head)
		}
	}
	s.send(404, "HEAD", "/bff/email", "")
}
