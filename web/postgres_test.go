package web_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"authlab/account/postgres/postgrestest"
	"authlab/web"
	"authlab/web/scheme"
)

// onPostgres are two replicas that share a PostgreSQL, and a client of the first.
func onPostgres(t *testing.T, address string, before func(context.Context) error) (*client, *replica, *pgxpool.Pool) {
	t.Helper()
	pool, err := web.OpenPostgres(t.Context(), address, before)
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
	c, other, _ := onPostgres(t, postgrestest.Address(t), nil)
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
	c, _, pool := onPostgres(t, postgrestest.Address(t), func(ctx context.Context) error {
		if isSilent.Load() {
			<-ctx.Done()
		}
		return ctx.Err()
	})
	c.post(200, "/session/postgres/login", loginBody("alice", passwordOf("alice")))
	isSilent.Store(true)
	began := time.Now()
	c.get(503, "/session/postgres/me").isProblem(t, 503, "store-unavailable", scheme.SessionPostgres)
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("a silent PostgreSQL is told after %s", took)
	}
	isSilent.Store(false)
	c.get(200, "/session/postgres/me")
	pool.Close()
	c.get(503, "/session/postgres/me").isProblem(t, 503, "store-unavailable", scheme.SessionPostgres)
}
