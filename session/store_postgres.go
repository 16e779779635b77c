package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Postgres keeps records in PostgreSQL, for a service that has one already and no Redis.
//
//	authlab_sessions   key: hash of the ID · user_name · record: the record as JSON · idle_until · number: in the order of the logins
//
// A request that only reads costs one statement, and writes once a minute: idle_until is moved only when that makes a
// difference of touchEvery. So a session may time out up to a minute early, and never late. Whether its time is over, the
// clock of the database decides, for all replicas.
//
// PostgreSQL removes nothing by itself, so each login removes some sessions whose time is over.
type Postgres struct {
	limit

	pool  *pgxpool.Pool
	idle  time.Duration
	renew time.Duration // how much of idle has to be over before it begins anew
}

var _ Lister = (*Postgres)(nil)

// NewPostgres returns a store in the database of a pool, with the table that CreatePostgresTable makes. A record that is not
// loaded for as long as idle is gone.
//
// The store adds no timeout. Give a context with a deadline, so that a request does not wait when the database is down.
func NewPostgres(pool *pgxpool.Pool, idle time.Duration) *Postgres {
	return &Postgres{pool: pool, idle: idle, renew: min(touchEvery, idle/2)}
}

// postgresLock is the advisory lock of a program that makes the table: "sessions" in ASCII.
const postgresLock = 0x73657373696f6e73

// A user's name is kept as bytes, because a text of PostgreSQL cannot have every one.
const postgresTable = `
CREATE TABLE IF NOT EXISTS authlab_sessions (
	key        text COLLATE "C" PRIMARY KEY,
	user_name  bytea NOT NULL,
	record     text NOT NULL,
	idle_until timestamptz NOT NULL,
	number     bigint GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX IF NOT EXISTS authlab_sessions_of_user ON authlab_sessions (user_name, number);
CREATE INDEX IF NOT EXISTS authlab_sessions_by_end ON authlab_sessions (idle_until);`

// CreatePostgresTable makes the table of sessions if it is not there. Several programs may do so at once.
func CreatePostgresTable(ctx context.Context, pool *pgxpool.Pool) error {
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(postgresLock)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, postgresTable)
		return err
	})
	if err != nil {
		return fmt.Errorf("create the table of sessions: %w", err)
	}
	return nil
}

// postgresUnavailable is the error of a statement that the database did not answer.
func postgresUnavailable(what, statement string, err error) error {
	return unavailable(what, "postgres "+statement, fmt.Errorf("%w: %w", ErrPostgres, err))
}

// Create implements Store. It also removes a few sessions whose time is over. A second statement ends the user's oldest
// sessions if they are too many: the first would not see those of logins at the same time.
func (s *Postgres) Create(ctx context.Context, r Record) (string, error) {
	const statement = `
		WITH over AS (
			DELETE FROM authlab_sessions WHERE key IN (
				SELECT key FROM authlab_sessions WHERE idle_until <= now() LIMIT 10 FOR UPDATE SKIP LOCKED)
		)
		INSERT INTO authlab_sessions (key, user_name, record, idle_until) VALUES ($1, $2, $3, now() + $4)`
	const endOldest = `
		DELETE FROM authlab_sessions WHERE key IN (
			SELECT key FROM authlab_sessions WHERE user_name = $1 AND idle_until > now() ORDER BY number DESC OFFSET $2)`
	id := newID()
	key, _ := keyOf(id)
	text, err := encodeRecord(r)
	if err != nil {
		return "", fmt.Errorf("create session: %w", err)
	}
	if _, err := s.pool.Exec(ctx, statement, key, []byte(r.User), string(text), s.idle); err != nil {
		return "", postgresUnavailable("create session", "INSERT", err)
	}
	if r.User != "" {
		_, _ = s.pool.Exec(ctx, endOldest, []byte(r.User), s.most()) // if it fails, the next login does it; this one is done
	}
	return id, nil
}

// Load implements Store.
func (s *Postgres) Load(ctx context.Context, credential string) (Record, error) {
	const statement = `
		WITH live AS (
			SELECT record, idle_until FROM authlab_sessions WHERE key = $1 AND idle_until > now()
		), renewed AS (
			UPDATE authlab_sessions SET idle_until = now() + $2
			WHERE key = $1 AND EXISTS (SELECT FROM live WHERE live.idle_until <= now() + $3)
		)
		SELECT record FROM live`
	key, ok := keyOf(credential)
	if !ok {
		return Record{}, fmt.Errorf("load session: %w: %w", ErrNoSession, ErrMalformed)
	}
	text, err := s.record(ctx, "load session", statement, key, s.idle, s.idle-s.renew)
	if err != nil {
		return Record{}, err
	}
	return decodeRecord(text)
}

// record runs a query for one record. ErrNoSession: there is none.
func (s *Postgres) record(ctx context.Context, what, query string, args ...any) ([]byte, error) {
	var text string
	err := s.pool.QueryRow(ctx, query, args...).Scan(&text)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, fmt.Errorf("%s: postgres: %w", what, ErrNoSession)
	case err != nil:
		return nil, postgresUnavailable(what, "SELECT", err)
	}
	return []byte(text), nil
}

// Update implements Store. A record is replaced only if it still is what was loaded: see Redis.
func (s *Postgres) Update(ctx context.Context, credential string, loaded Record, change func(*Record) error) (string, Record, error) {
	const replace = `UPDATE authlab_sessions SET record = $3, idle_until = now() + $4 WHERE key = $1 AND record = $2 AND idle_until > now()`
	const newest = `SELECT record FROM authlab_sessions WHERE key = $1 AND idle_until > now()`
	key, ok := keyOf(credential)
	if !ok {
		return "", Record{}, fmt.Errorf("update session: %w: %w", ErrNoSession, ErrMalformed)
	}
	return compareAndSet(credential, loaded, change, func(before, after []byte) (found []byte, err error) {
		done, err := s.pool.Exec(ctx, replace, key, string(before), string(after), s.idle)
		switch {
		case err != nil:
			return nil, postgresUnavailable("update session", "UPDATE", err)
		case done.RowsAffected() == 1:
			return nil, nil
		}
		return s.record(ctx, "update session", newest, key)
	})
}

// Delete implements Store.
func (s *Postgres) Delete(ctx context.Context, credential string, _ Record) error {
	key, ok := keyOf(credential)
	if !ok {
		return nil
	}
	return s.remove(ctx, `DELETE FROM authlab_sessions WHERE key = $1`, key)
}

// List implements Lister.
func (s *Postgres) List(ctx context.Context, user string) ([]Entry, error) {
	const query = `SELECT key, record FROM authlab_sessions
		WHERE user_name = $1 AND user_name <> '' AND idle_until > now() ORDER BY number DESC LIMIT $2`
	rows, err := s.pool.Query(ctx, query, []byte(user), MaxSessions)
	if err != nil {
		return nil, postgresUnavailable("list sessions", "SELECT", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Key, Record string }])
	if err != nil {
		return nil, postgresUnavailable("list sessions", "SELECT", err)
	}
	entries := make([]Entry, 0, len(found))
	for _, row := range found {
		if record, err := decodeRecord([]byte(row.Record)); err == nil { // what cannot be read is ended by EndAll all the same
			entries = append(entries, Entry{Key: row.Key, Record: record})
		}
	}
	return entries, nil
}

// End implements Lister.
func (s *Postgres) End(ctx context.Context, user string, keys ...string) error {
	const statement = `DELETE FROM authlab_sessions WHERE user_name = $1 AND user_name <> '' AND key = ANY($2)`
	return s.remove(ctx, statement, []byte(user), keys)
}

// EndAll implements Lister.
func (s *Postgres) EndAll(ctx context.Context, user string) error { return s.EndUsers(ctx, user) }

// EndUsers ends all sessions of several users, with one statement.
func (s *Postgres) EndUsers(ctx context.Context, users ...string) error {
	names := make([][]byte, len(users))
	for i, user := range users {
		names[i] = []byte(user)
	}
	return s.remove(ctx, `DELETE FROM authlab_sessions WHERE user_name = ANY($1) AND user_name <> ''`, names)
}

// removeTimeout is how long a session may take to end, if ctx does not say.
const removeTimeout = 5 * time.Second

// remove ends sessions, also if the client that logged out has closed its connection meanwhile.
func (s *Postgres) remove(ctx context.Context, statement string, args ...any) error {
	until, ok := ctx.Deadline()
	if !ok {
		until = time.Now().Add(removeTimeout)
	}
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), until)
	defer cancel()
	if _, err := s.pool.Exec(ctx, statement, args...); err != nil {
		return postgresUnavailable("end session", "DELETE", err)
	}
	return nil
}
