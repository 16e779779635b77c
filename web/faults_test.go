package web_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authlab/web"
	"authlab/web/scheme"
)

// patience is what the design gives a fault of Redis: no answer takes longer.
const patience = time.Second

// needsRedis tells the schemes that cannot answer without it.
func needsRedis(r route) bool {
	return r.scheme == scheme.SessionRedis || r.scheme == scheme.TokenRevocable
}

// unavailable asserts that an answer came in time, said "I can't tell right now", and took nothing away.
func unavailable(t *testing.T, scheme string, within time.Duration, ask func() answer) {
	t.Helper()
	start := time.Now()
	a := ask()
	if took := time.Since(start); took >= within {
		t.Errorf("%s: took %s, want less than %s", scheme, took, within)
	}
	a.isProblem(t, 503, "store-unavailable", scheme)
	if len(a.cookies) > 0 || a.header.Get("Retry-After") == "" || a.header.Get("WWW-Authenticate") != "" {
		t.Errorf("%s: set %v, Retry-After %q, WWW-Authenticate %q", scheme, a.cookies, a.header.Get("Retry-After"), a.header.Get("WWW-Authenticate"))
	}
}

func TestAStoppedRedisIsA503AndServiceReturnsByItself(t *testing.T) {
	w, _, c := loggedIn(t)
	cookie, refresh := c.cookies[scheme.SessionRedis], refreshBody(c.pair.RefreshToken)
	w.redis.Close()
	for _, r := range routes() {
		if needsRedis(r) {
			unavailable(t, r.scheme, patience, func() answer { return c.get(503, r.base+"/me") })
		} else {
			c.get(200, r.base+"/me")
			c.post(200, r.base+"/email", `{"email":"a@new.example"}`)
		}
	}
	for _, ask := range []struct{ method, path, body, scheme string }{
		{"GET", "/session/redis/sessions", "", scheme.SessionRedis},
		{"DELETE", "/session/redis/sessions/0123456789abcdef", "", scheme.SessionRedis},
		{"POST", "/session/redis/logout", "", scheme.SessionRedis},
		{"POST", "/session/redis/logout-everywhere", "", scheme.SessionRedis},
		{"POST", "/session/redis/login", goodLogin(0), scheme.SessionRedis},
		{"POST", "/authenticate", goodLogin(0), scheme.TokenStateless},
		{"POST", "/token/refresh", refresh, scheme.TokenStateless},
		{"POST", "/token/logout", "", scheme.TokenStateless},
		{"POST", "/token/logout-everywhere", "", scheme.TokenRevocable},
	} {
		unavailable(t, ask.scheme, patience, func() answer { return c.do(ask.method, ask.path, ask.body) })
	}
	unavailable(t, scheme.SessionRedis, patience, func() answer { return c.other().do("POST", "/session/redis/login", goodLogin(0)) })
	for _, scheme := range []string{scheme.SessionMemory, scheme.SessionCookie, scheme.TokenCookie} {
		c.other().login(scheme, "bob")
	}
	c.other().get(401, "/session/redis/me").isProblem(t, 401, "no-credential", scheme.SessionRedis)
	c.other().get(401, "/session/redis/me", "Cookie", "session-redis=garbage").isProblem(t, 401, "session-malformed", scheme.SessionRedis)

	must(t, w.redis.Restart())
	if c.cookies[scheme.SessionRedis] != cookie {
		t.Fatal("the cookie was lost")
	}
	for _, r := range routes() {
		c.get(200, r.base+"/me")
	}
	c.post(200, "/token/refresh", refresh)
}

func TestAnEmptyRedisHasNoSessionsAndNoDenylist(t *testing.T) {
	w, _, c := loggedIn(t)
	c.post(204, "/token/logout", "")
	c.get(401, "/token/revocable/me")
	w.redis.FlushAll()
	c.get(401, "/session/redis/me").isProblem(t, 401, "session-unknown", scheme.SessionRedis)
	c.get(200, "/token/revocable/me") // a revoked token that lives again
}

// A wire is a TCP connection to Redis that can go deaf: it takes what is sent, and nothing comes back.
type wire struct {
	address string
	deaf    atomic.Bool
}

func newWire(t *testing.T, redis string) *wire {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	w := &wire{address: listener.Addr().String()}
	var all sync.WaitGroup
	t.Cleanup(func() { // the clients are closed by now, and so the connections end
		listener.Close()
		all.Wait()
	})
	all.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", redis)
			if err != nil {
				near.Close()
				continue
			}
			all.Go(func() { defer far.Close(); _, _ = io.Copy(far, near) })
			all.Go(func() { defer near.Close(); _, _ = io.Copy(deafWriter{near, w}, far) })
		}
	})
	return w
}

type deafWriter struct {
	io.Writer
	wire *wire
}

func (d deafWriter) Write(p []byte) (int, error) {
	if d.wire.deaf.Load() {
		return len(p), nil
	}
	return d.Writer.Write(p)
}

func TestASilentRedisIsA503AndServiceReturnsByItself(t *testing.T) {
	w := newWorld(t)
	wire := newWire(t, w.redis.Addr())
	behind := func(name string) *replica {
		config := w.config(t, name)
		client, err := web.OpenRedis("redis://" + wire.address)
		must(t, err)
		t.Cleanup(func() { client.Close() })
		config.Redis = client
		return w.startWith(t, config)
	}
	c := newClient(t, behind("app-1"))
	for _, r := range routes() {
		c.login(r.scheme, "alice")
	}
	wire.deaf.Store(true)
	var all sync.WaitGroup
	for _, r := range routes() {
		if !needsRedis(r) {
			c.get(200, r.base+"/me")
			continue
		}
		// On the connection that was open, on new ones, and on the first one that a replica opens.
		for _, at := range []*client{c.at(c.server), c.at(c.server), c.at(behind("app-2"))} {
			all.Go(func() { unavailable(t, r.scheme, patience, func() answer { return at.get(503, r.base+"/me") }) })
		}
	}
	for _, ask := range []struct{ path, body, scheme string }{ // these have several commands, and still one wait
		{"/session/redis/login", goodLogin(0), scheme.SessionRedis},
		{"/authenticate", goodLogin(0), scheme.TokenStateless},
		{"/token/refresh", refreshBody(c.pair.RefreshToken), scheme.TokenStateless},
	} {
		at := c.at(c.server)
		all.Go(func() {
			unavailable(t, ask.scheme, patience+patience/2, func() answer { return at.post(503, ask.path, ask.body) })
		})
	}
	all.Wait()
	wire.deaf.Store(false)
	for _, r := range routes() {
		c.get(200, r.base+"/me")
	}
}

// The last of a crowd waits for a connection and then for Redis. Those two waits must not add up.
func TestACrowdAtASilentRedisIsAnsweredInTime(t *testing.T) {
	w := newWorld(t)
	w.log = nil
	silent, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0") // the kernel accepts, and no server answers
	must(t, err)
	defer silent.Close()
	config := w.config(t, "app-1")
	config.Redis, err = web.OpenRedis("redis://" + silent.Addr().String())
	must(t, err)
	defer config.Redis.Close()
	server := web.New(config)
	var all sync.WaitGroup
	for range 160 { // the pool has 128
		request := httptest.NewRequest(http.MethodGet, "/session/redis/me", nil)
		request.AddCookie(&http.Cookie{Name: scheme.SessionRedis, Value: "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE"})
		all.Go(func() {
			unavailable(t, scheme.SessionRedis, patience+patience/2, func() answer { // added up, the waits are longer; the rest is for a busy processor
				recorder := httptest.NewRecorder()
				server.Handler().ServeHTTP(recorder, request)
				return read(t, recorder.Result())
			})
		})
	}
	all.Wait()
}
