package web_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"authlab/account/postgres/postgrestest"
	"authlab/web"
	"authlab/web/scheme"
)

// onPostgres are two replicas that share a PostgreSQL, and a client of the first.
func onPostgres(t *testing.T, before func(context.Context) error) (*client, *replica, *pgxpool.Pool) {
	t.Helper()
	pool, err := web.OpenPostgres(t.Context(), postgrestest.Address(t), before)
	must(t, err)
	t.Cleanup(pool.Close)
	w := newWorld(t)
	start := func(name string) *replica {
		config := w.config(t, name)
		config.Postgres = pool
		return w.startWith(t, config)
	}
	return newClient(t, start("app-1")), start("app-2"), pool
}

func TestASessionInPostgresIsSharedAndCostsOneStatementForEachRequest(t *testing.T) {
	c, other, _ := onPostgres(t, nil)
	login := loginBody("alice", passwordOf("alice"))
	c.get(401, "/session/postgres/me")
	c.post(200, "/session/postgres/login", login)
	for range 2 {
		if costs := c.at(other).get(200, "/session/postgres/me").costs(); costs["store"] != 1 || costs["users"] != 1 {
			t.Errorf("a request costs %v, want one statement and one look at the user", costs)
		}
	}
	second := c.other()
	second.post(200, "/session/postgres/login", login)
	second.post(204, "/session/postgres/logout", "")
	c.get(200, "/session/postgres/me")
	answer := second.post(200, "/session/postgres/login", login)
	if answer.costs()["store"] == 0 {
		t.Error("a login costs nothing")
	}
	second.post(204, "/session/postgres/logout-everywhere", "")
	c.get(401, "/session/postgres/me").isProblem(t, 401, "session-unknown", scheme.SessionPostgres)
}

func TestWithoutPostgresThereIsNoSuchScheme(t *testing.T) {
	_, c := alone(t)
	c.get(404, "/session/postgres/me")
	c.post(404, "/session/postgres/login", loginBody("alice", passwordOf("alice")))
}

// A PostgreSQL that is silent and one that is gone are 503 in time, and the cookie stays: the session is there when it is back.
func TestAPostgresThatDoesNotAnswerIsUnavailable(t *testing.T) {
	var isSilent atomic.Bool
	c, _, pool := onPostgres(t, func(ctx context.Context) error {
		if isSilent.Load() {
			<-ctx.Done()
		}
		return ctx.Err()
	})
	c.post(200, "/session/postgres/login", loginBody("alice", passwordOf("alice")))
	isSilent.Store(true)
	unavailable(t, scheme.SessionPostgres, patience+patience/10, func() answer { return c.get(503, "/session/postgres/me") })
	isSilent.Store(false)
	c.get(200, "/session/postgres/me")
	pool.Close()
	unavailable(t, scheme.SessionPostgres, patience, func() answer { return c.get(503, "/session/postgres/me") })
}

// A change of password that is refused has ended nothing, whichever store is away, and the answer names the one that is.
func TestAPasswordIsChangedOnlyIfRedisAndPostgresAreThere(t *testing.T) {
	c, _, pool := onPostgres(t, nil)
	w := c.server.world
	w.secrets["correct horse"] = true
	for _, r := range routes() {
		c.login(r.scheme, "alice")
	}
	c.post(200, "/session/postgres/login", goodLogin(0))
	table := route{scheme: scheme.SessionPostgres, base: "/session/postgres"}
	refresh := refreshBody(c.pair.RefreshToken)
	alter := func(statement string) {
		_, err := pool.Exec(t.Context(), "ALTER TABLE "+statement)
		must(t, err)
	}
	for _, away := range []struct {
		store       string
		leave, back func()
	}{
		{"PostgreSQL", func() { alter("authlab_sessions RENAME TO away") }, func() { alter("away RENAME TO authlab_sessions") }},
		{"Redis", w.redis.Close, func() { must(t, w.redis.Restart()) }},
	} {
		away.leave()
		for _, r := range []route{routeOf(scheme.SessionMemory), routeOf(scheme.TokenRevocable), table} {
			a := c.post(503, r.base+"/password", passwordBody(passwordOf("alice"), "correct horse"))
			if a.isProblem(t, 503, "store-unavailable", r.scheme); !strings.Contains(a.body, "answer from "+away.store) {
				t.Errorf("without %s, %s: %s", away.store, r.scheme, a.body)
			}
		}
		away.back()
		for _, r := range append(routes(), table) {
			c.get(200, r.base+"/me")
		}
	}
	c.other().post(200, "/session/redis/login", goodLogin(0))
	if a := c.post(200, "/session/memory/password", passwordBody(passwordOf("alice"), "correct horse")); !strings.Contains(a.body, `"session-postgres":"all"`) {
		t.Errorf("ended: %s", a.body)
	}
	c.get(401, table.base+"/me")
	c.get(401, "/session/redis/me")
	c.post(401, "/token/refresh", refresh)
}

// What failed is told by the error and not by the scheme: a login to session-postgres is counted in Redis.
func TestALoginThatRedisCouldNotCountDoesNotBlamePostgres(t *testing.T) {
	c, _, _ := onPostgres(t, nil)
	c.server.world.mistakes = true // the log has lines of its own for it
	c.server.world.redis.SetError("READONLY You can't write against a read only replica.")
	a := c.post(503, "/session/postgres/login", goodLogin(0))
	if !strings.Contains(a.body, "answer from Redis (READONLY") || strings.Contains(a.body, "PostgreSQL") {
		t.Errorf("%s", a.body)
	}
}
