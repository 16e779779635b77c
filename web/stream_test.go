package web_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"authlab/session"
	"authlab/token"
	"authlab/web"
	"authlab/web/scheme"
)

// A stream is an open stream of a client.
type stream struct {
	t     *testing.T
	lines *bufio.Scanner
}

type streamEvent struct {
	Event  string
	At     time.Time
	User   string
	Reason string
}

func (c *client) stream(t *testing.T, r route) *stream {
	t.Helper()
	authorization := ""
	if r.scheme == scheme.Basic {
		authorization = "Basic " + base64.StdEncoding.EncodeToString([]byte(c.password))
	} else if r.keepsTokens() {
		authorization = "Bearer " + c.pair.AccessToken
	}
	return c.open(t, r.base+"/stream", authorization, "")
}

// open opens a stream with these headers, and the cookies of the client.
func (c *client) open(t *testing.T, path, authorization, proof string) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.server.address+path, nil)
	must(t, err)
	for name, value := range c.cookies {
		request.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	for name, value := range map[string]string{"Authorization": authorization, "DPoP": proof} {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	c.server.world.sent()
	response, err := c.http.Do(request)
	must(t, err)
	t.Cleanup(func() { cancel(); response.Body.Close() })
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s: %d %s", path, response.StatusCode, response.Header.Get("Content-Type"))
	}
	return &stream{t, bufio.NewScanner(response.Body)}
}

// next is the next event that is not older than a time.
func (s *stream) next(from time.Time) (e streamEvent) {
	s.t.Helper()
	for s.lines.Scan() {
		line := s.lines.Text()
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			e = streamEvent{Event: name}
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			must(s.t, json.Unmarshal([]byte(data), &e))
			if !e.At.Before(from) {
				return e
			}
		}
	}
	s.t.Fatalf("the stream broke off: %v", s.lines.Err())
	return e
}

// isEnded asserts that an event was the last.
func (s *stream) isEnded(e streamEvent, reason string) {
	s.t.Helper()
	if e.Event != "ended" || e.Reason != reason || s.lines.Scan() && s.lines.Text() != "" || s.lines.Scan() {
		s.t.Errorf("%+v, and then %q; want the end by %q", e, s.lines.Text(), reason)
	}
}

// endsLogins is the problem of a login that the server has ended; empty: of this scheme it can end none.
func endsLogins(r route) string {
	switch r.scheme {
	case scheme.SessionMemory, scheme.SessionRedis:
		return "session-unknown"
	case scheme.TokenRevocable:
		return "token-revoked"
	}
	return ""
}

func TestAStreamGoesOnAfterALogoutUntilItAsksAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		tuning web.Tuning
		after  time.Duration // from the logout to the end
	}{
		"asked every 5 s":  {web.Tuning{}, 5 * time.Second},
		"asked every 30 s": {web.Tuning{StreamAsk: 30 * time.Second}, 30 * time.Second},
		"told by Redis":    {web.Tuning{StreamAsk: -1, StreamTold: true}, 0},
		"asked never":      {web.Tuning{StreamAsk: -1}, -1},
	} {
		t.Run(name, func(t *testing.T) {
			onEachScheme(t, func(t *testing.T, w *world, c *client, r route) {
				c.server.Tune(tt.tuning)
				c.login(r.scheme, "alice")
				s := c.stream(t, r)
				if e := s.next(time.Time{}); e.Event != "here" || e.User != "alice" {
					t.Fatalf("first: %+v", e)
				}
				if r.logout != "" {
					c.post(204, r.logout, "")
				}
				if tt.after > 0 {
					w.clock.Advance(tt.after - time.Second)
					if e := s.next(w.clock.Now()); e.Event != "here" {
						t.Fatalf("too early: %+v", e)
					}
					w.clock.Advance(time.Second)
				}
				if endsLogins(r) != "" && tt.after >= 0 {
					s.isEnded(s.next(w.clock.Now()), endsLogins(r))
					return
				}
				w.clock.Advance(time.Minute)
				if e := s.next(w.clock.Now()); e.Event != "here" {
					t.Fatalf("no one ends it: %+v", e)
				}
				if r.scheme == scheme.Basic {
					return
				}
				w.clock.Advance(session.DefaultIdle) // longer than a token's life, also for a stream that was told only now
				e := s.next(w.clock.Now())
				want := map[string]string{scheme.SessionCookie: "session-expired", scheme.TokenStateless: "token-time", scheme.TokenCookie: "token-time"}[r.scheme]
				if want == "" { // it was logged out, and is found out when its time is over
					want = endsLogins(r)
					if r.scheme == scheme.TokenRevocable {
						want = "token-time"
					}
				}
				s.isEnded(e, want)
			})
		})
	}
	if session.DefaultIdle < token.DefaultAccess {
		t.Error("a token outlives what this test waits")
	}
}

func TestAStreamIsToldOfALogoutAtAnotherReplica(t *testing.T) {
	w := newWorld(t)
	one, two := w.start(t, "app-1"), w.start(t, "app-2")
	told := web.Tuning{StreamAsk: -1, StreamTold: true}
	one.Tune(told)
	two.Tune(told)
	c, bob := newClient(t, one), newClient(t, one)
	r := routeOf(scheme.SessionRedis)
	c.login(r.scheme, "alice")
	bob.login(r.scheme, "bob")
	first, second, his := c.stream(t, r), c.stream(t, r), bob.stream(t, r)
	c.at(two).post(204, r.base+"/logout-everywhere", "")
	for _, s := range []*stream{first, second} {
		s.next(time.Time{}) // the first event
		s.isEnded(s.next(time.Time{}), "session-unknown")
	}
	his.next(time.Time{})
	w.clock.Advance(time.Second)
	if e := his.next(w.clock.Now()); e.Event != "here" {
		t.Errorf("another user's: %+v", e)
	}
}

func TestAnOutageEndsNoStreamAndAReplicaThatEndsDoes(t *testing.T) {
	w, c := alone(t)
	r := routeOf(scheme.SessionRedis)
	c.login(r.scheme, "alice")
	s := c.stream(t, r)
	s.next(time.Time{})
	w.redis.Close()
	w.clock.Advance(6 * time.Second)
	if e := s.next(w.clock.Now()); e.Event != "here" {
		t.Errorf("Redis is away: %+v", e)
	}
	must(t, w.redis.Restart())
	c.server.Drain()
	for {
		if e := s.next(time.Time{}); e.Event == "ended" {
			s.isEnded(e, "draining")
			break
		}
	}
	c.other().get(401, r.base+"/stream").isProblem(t, 401, "no-credential", r.scheme)
	c.expect(200, http.MethodHead, r.base+"/stream", "") // and it ends
}

func TestAUserHasABoundedNumberOfOpenStreams(t *testing.T) {
	_, c := alone(t)
	c.login(scheme.TokenStateless, "alice")
	r, bob := routeOf(scheme.TokenStateless), c.other()
	bob.login(scheme.SessionMemory, "bob")
	t.Run("open", func(t *testing.T) {
		for range 32 {
			c.stream(t, r).next(time.Time{})
		}
		if a := c.get(429, r.base+"/stream"); a.header.Get("Retry-After") == "" {
			t.Errorf("%s: %v", a.body, a.header)
		}
		c.get(200, r.base+"/me")
		bob.stream(t, routeOf(scheme.SessionMemory)).next(time.Time{})
	})
	for until := time.Now().Add(5 * time.Second); c.do(http.MethodHead, r.base+"/stream", "").status != 200; {
		if time.Now().After(until) {
			t.Fatal("a stream that was closed still counts")
		}
	}
}
