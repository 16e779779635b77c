package web_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"authlab/lab/redisserver"
	"authlab/lab/redisserver/redistest"
	"authlab/web"
	"authlab/web/scheme"
)

// replicaOn is a replica of a world of its own, on Redis processes at an address.
func replicaOn(t *testing.T, address string) *client {
	t.Helper()
	w := newWorld(t)
	w.mistakes = true // the log tells what a node refuses
	config := w.config(t, "app-1")
	client, err := web.OpenRedis(address)
	must(t, err)
	t.Cleanup(func() { client.Close() })
	must(t, web.PingRedis(t.Context(), client))
	config.Redis = client
	return newClient(t, w.startWith(t, config))
}

// everyLogin logs in with each scheme, and does what has several commands or keys.
func everyLogin(c *client) {
	c.t.Helper()
	for _, r := range routes() {
		c.login(r.scheme, "alice")
		c.get(200, r.base+"/me")
	}
	c.get(200, "/session/redis/sessions")
	c.post(200, "/token/refresh", refreshBody(c.pair.RefreshToken))
	for _, r := range routes() {
		c.login(r.scheme, "alice")
	}
}

// returns waits until the answer is 200 again, and asserts that it was 503 until then, and never "you are not logged in". Then
// logging out works too.
func returns(t *testing.T, c *client) {
	t.Helper()
	const within = 5 * time.Second
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	for _, path := range []string{"/session/redis/me", "/token/revocable/me"} {
		for status := 0; status != 200; {
			if status = c.do(http.MethodGet, path, "").status; status != 200 && status != 503 {
				t.Fatalf("%s: %d, want 503 until the other primary is found", path, status)
			}
			if ctx.Err() != nil {
				t.Fatalf("%s: service has not returned within %s", path, within)
			}
		}
	}
	c.post(204, "/session/redis/logout-everywhere", "")
	c.get(401, "/session/redis/me")
	c.post(204, "/token/logout-everywhere", "")
	c.get(401, routeOf(scheme.TokenRevocable).base+"/me")
}

func TestLoginsWorkOnAClusterAlsoWhenAPrimaryDies(t *testing.T) {
	t.Parallel()
	var shared redistest.Shared
	cluster := shared.Cluster(t)
	t.Cleanup(func() { must(t, cluster.Stop()) })
	c := replicaOn(t, cluster.Address())
	everyLogin(c)
	must(t, cluster.TakeOver(t.Context(), "2b")) // which has alice's sessions
	returns(t, c)
}

func TestLoginsWorkBehindSentinelAlsoWhenThePrimaryDies(t *testing.T) {
	t.Parallel()
	guarded, err := redisserver.StartGuarded(t.Context())
	redistest.SkipWithout(t, err)
	t.Cleanup(func() { must(t, guarded.Stop()) })
	c := replicaOn(t, guarded.Address())
	everyLogin(c)
	must(t, guarded.CutReplica(t.Context())) // when it has all
	must(t, guarded.FailOver(t.Context()))
	returns(t, c)
}
