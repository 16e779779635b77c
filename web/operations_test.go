package web_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"authlab/web/scheme"
)

func TestAReplicaSaysWhetherItLivesAndWhetherToSendToIt(t *testing.T) {
	w, c := alone(t)
	ready := func(want int, body string) {
		t.Helper()
		if got := c.get(want, "/readyz").body; got != body {
			t.Errorf("readyz: %s, want %s", got, body)
		}
	}
	ready(200, `{"redis":"up","replica":"app-1","status":"ready"}`)
	w.redis.Close()
	ready(200, `{"redis":"down","replica":"app-1","status":"ready"}`)
	must(t, w.redis.Restart())
	ready(200, `{"redis":"up","replica":"app-1","status":"ready"}`)
	c.login(scheme.SessionMemory, "alice")
	c.server.Drain()
	ready(503, `{"redis":"up","replica":"app-1","status":"draining"}`)
	c.get(200, "/session/memory/me") // what comes all the same is answered
	if got := c.get(200, "/livez").body; got != `{"replica":"app-1","status":"alive"}` {
		t.Errorf("livez: %s", got)
	}
}

func TestTheMetricsCountRequestsStoreCommandsAndQueries(t *testing.T) {
	_, c := alone(t)
	for _, r := range routes() {
		c.login(r.scheme, "alice")
		c.get(200, r.base+"/me")
		c.get(200, r.base+"/me")
	}
	c.get(404, "/nothing")
	c.other().get(401, "/token/stateless/me")
	text := c.get(200, "/metrics").body
	for _, want := range []string{
		`authlab_requests_total{outcome="200",scheme="basic"} 2`,
		`authlab_requests_total{outcome="200",scheme="session-memory"} 3`,
		`authlab_requests_total{outcome="200",scheme="session-redis"} 3`,
		`authlab_requests_total{outcome="200",scheme="token-stateless"} 4`,
		`authlab_requests_total{outcome="200",scheme="token-revocable"} 2`,
		`authlab_requests_total{outcome="401",scheme="token-stateless"} 1`,
		`authlab_requests_total{outcome="404",scheme="none"} 1`,
		`authlab_store_commands_total{command="GETEX"} 2`,
		`authlab_store_commands_total{command="MGET"} 2`,
		`authlab_users_database_queries_total 18`, // 6 logins with 2 each, and 3 schemes ask at each of 2 pages
		`authlab_request_duration_seconds_count{scheme="session-redis"} 3`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(text, "HELLO") {
		t.Error("the greeting on a new connection counts as a command")
	}
}

// Each command is a round trip of its own, and all of them are waited for.
func TestALoginCostsThreeRedisCommandsAndARefreshTwo(t *testing.T) {
	_, c := alone(t)
	commands := func(a answer) int { return strings.Count(a.header.Get("Server-Timing"), "redis ") }
	for _, r := range routes() {
		if r.login == "" {
			continue
		}
		if n := commands(c.login(r.scheme, "alice")); n > 3 {
			t.Errorf("a login of %s costs %d", r.scheme, n)
		}
	}
	if n := commands(c.post(200, "/token/refresh", refreshBody(c.pair.RefreshToken))); n != 2 {
		t.Errorf("a refresh costs %d", n)
	}
}

// A client can send any method and any address: neither may make a new time series or a new word in the log.
func TestAClientCannotWriteItsTextIntoTheMetricsOrTheLog(t *testing.T) {
	w, c := alone(t)
	c.expect(405, "X-SECRET-METHOD", "/livez", "")
	c.get(404, "/x-secret-path?x-secret-query", "User-Agent", "x-secret-agent", "X-Forwarded-For", "x-secret-address")
	c.login(scheme.SessionRedis, "alice")
	c.expect(404, "DELETE", "/session/redis/sessions/x-secret-id", "")
	for where, text := range map[string]string{"metrics": c.get(200, "/metrics").body, "log": w.log.String()} {
		if strings.Contains(strings.ToLower(text), "x-secret") {
			t.Errorf("the %s: %s", where, text)
		}
	}
}

func TestALineOfTheLogSaysWhichRouteAndNotWhichAddress(t *testing.T) {
	w, c := alone(t)
	c.login(scheme.SessionRedis, "alice")
	c.expect(404, "DELETE", "/session/redis/sessions/0123456789abcdef", "")
	lines := strings.Split(strings.TrimSpace(w.log.String()), "\n")
	var line map[string]any
	must(t, json.Unmarshal([]byte(lines[len(lines)-1]), &line))
	if names := slices.Sorted(maps.Keys(line)); !slices.Equal(names, []string{"level", "method", "msg", "replica", "route", "scheme", "status", "time", "took"}) {
		t.Errorf("the line has %v", names)
	}
	delete(line, "time")
	delete(line, "took")
	want := map[string]any{
		"level": "INFO", "msg": "request", "replica": "app-1", "method": "DELETE",
		"route": "/session/redis/sessions/:id", "scheme": "session-redis", "status": 404.0,
	}
	if !maps.Equal(line, want) {
		t.Errorf("the line says %v, want %v", line, want)
	}
}
