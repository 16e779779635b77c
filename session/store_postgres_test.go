package session_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"authlab/account/postgres/postgrestest"
	"authlab/session"
)

// realPostgres is a schema of the test's own, with an empty table of sessions. With -short the test is skipped.
func realPostgres(t *testing.T) *pgxpool.Pool {
	t.Helper()
	if testing.Short() {
		t.Skip("a thousand logins take a while")
	}
	// What is committed need not be on the disk: a thousand logins would wait for it.
	pool, err := pgxpool.New(t.Context(), postgrestest.With(t, postgrestest.Address(t), "synchronous_commit", "off"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	var all sync.WaitGroup
	for range 3 { // replicas that start at once
		all.Go(func() {
			if err := session.CreatePostgresTable(t.Context(), pool); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	return pool
}

func TestAPostgresThatIsGoneIsUnavailableAndNotAnEmptyOne(t *testing.T) {
	pool := realPostgres(t)
	store := session.NewPostgres(pool, idle)
	id, err := store.Create(t.Context(), session.Record{User: "alice"})
	if err != nil {
		t.Fatal(err)
	}
	pool.Close()
	for what, err := range storeErrors(t, store, id) {
		if !errors.Is(err, session.ErrUnavailable) || errors.Is(err, session.ErrNoSession) {
			t.Errorf("%s: %v, want ErrUnavailable", what, err)
		}
	}
}

func TestPostgresKeepsNoSessionWhoseTimeIsOver(t *testing.T) {
	pool := realPostgres(t)
	store := session.NewPostgres(pool, idle)
	rows := func() (n int) {
		t.Helper()
		if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM authlab_sessions").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for range 12 {
		if _, err := store.Create(t.Context(), session.Record{}); err != nil { // a visitor, who has no limit
			t.Fatal(err)
		}
	}
	if _, err := pool.Exec(t.Context(), "UPDATE authlab_sessions SET idle_until = now()"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{12 - 10 + 1, 2, 3} {
		if _, err := store.Create(t.Context(), session.Record{User: "alice\x00\xff"}); err != nil {
			t.Fatal(err)
		}
		if n := rows(); n != want {
			t.Errorf("%d rows, want %d", n, want)
		}
	}
	if err := errors.Join(store.EndAll(t.Context(), ""), store.EndAll(t.Context(), "alice\x00\xff")); err != nil || rows() != 0 {
		t.Errorf("%d rows are left, %v", rows(), err)
	}
}

func TestPostgresWritesOnlyNowAndThenWhatIsOnlyRead(t *testing.T) {
	pool := realPostgres(t)
	store := session.NewPostgres(pool, idle)
	id, err := store.Create(t.Context(), session.Record{User: "alice"})
	if err != nil {
		t.Fatal(err)
	}
	version := func() (xmin string) {
		t.Helper()
		if err := pool.QueryRow(t.Context(), "SELECT xmin::text FROM authlab_sessions").Scan(&xmin); err != nil {
			t.Fatal(err)
		}
		return xmin
	}
	for _, tt := range []struct {
		later   time.Duration
		written bool
	}{{0, false}, {30 * time.Second, false}, {31 * time.Second, true}, {0, false}} {
		if tt.later > 0 {
			if _, err := pool.Exec(t.Context(), "UPDATE authlab_sessions SET idle_until = idle_until - $1::interval", tt.later); err != nil {
				t.Fatal(err)
			}
		}
		before := version()
		if _, err := store.Load(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if written := version() != before; written != tt.written {
			t.Errorf("%s later: written %v", tt.later, written)
		}
	}
}
