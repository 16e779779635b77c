// Package postgres is a users directory in PostgreSQL, which all replicas share.
//
//	replica ──┐  pool of a few connections
//	replica ──┼──────────────────────────▶ authlab_users    name, roles, e-mail, password hash
//	replica ──┘  a question is one query   authlab_schema   which migrations this database has seen
//
// Whoever asks has a user waiting, so a question has 800 ms in all: to get a connection, to open it, to ask and to hear
// the answer. A database that is gone, silent or slow is an error by then, and never an ErrUnknownUser. When it is back,
// service returns by itself.
package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"authlab/account"
)

// DefaultPatience is how long one question may take in all.
const DefaultPatience = 800 * time.Millisecond

// connectPatience is how long it may take to open a connection. A question does not wait for that longer than for
// anything else, but the opening goes on for those who ask next: on a machine that is short of time, connections would
// otherwise be begun for ever, and never be had.
const connectPatience = 3 * time.Second

// schemaPatience is how long it may take to bring the schema up to date. That is waiting, mostly: of the replicas that
// start at once, one does it and the others look on.
const schemaPatience = 30 * time.Second

// A Directory is an account.Directory in PostgreSQL. Make one with Open, and Close it.
type Directory struct {
	pool     *pgxpool.Pool
	patience time.Duration
}

var _ account.Directory = (*Directory)(nil)

// An Option changes how a Directory behaves.
type Option func(*Directory)

// WithPatience is how long one question may take in all, in place of DefaultPatience.
func WithPatience(patience time.Duration) Option {
	return func(d *Directory) { d.patience = patience }
}

// Open connects to the database at an address like postgres://user:password@host:5432/database, and brings its schema
// up to date. Any number of replicas may do so at once.
//
// It tries once and does not wait for a database that is still starting. ErrAddress means that nothing was tried. No
// error shows the password.
//
// The address takes the parameters of libpq and of pgxpool: pool_max_conns is 8, and another number there wins.
func Open(ctx context.Context, address string, options ...Option) (*Directory, error) {
	d := &Directory{patience: DefaultPatience}
	for _, option := range options {
		option(d)
	}
	config, err := parse(address, d.patience)
	if err != nil {
		return nil, err
	}
	if d.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	if err := d.prepare(ctx); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func (d *Directory) prepare(ctx context.Context) error {
	reaching, cancel := context.WithTimeout(ctx, connectPatience)
	defer cancel()
	if err := d.pool.Ping(reaching); err != nil {
		return fmt.Errorf("postgres at %s cannot be reached: %w", where(d.pool.Config()), oneLine{err})
	}
	steps, err := readSteps(migrations)
	if err != nil {
		return err
	}
	return d.migrate(ctx, steps)
}

// Close closes all connections, when the questions that are under way have their answers.
func (d *Directory) Close() { d.pool.Close() }
