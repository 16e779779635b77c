// Package postgres is a users directory in PostgreSQL, which all replicas share.
//
//	replica ──┐  pool of a few connections
//	replica ──┼──────────────────────────▶ authlab_users    name, roles, e-mail, password hash, cart
//	replica ──┘  a query is one round trip authlab_schema   which migrations this database has seen
//
// Make a Directory with Open, or with New where the database may start later than the program. A client waits for each
// query, so a query has 800 ms in all: to get a connection, to open it, and to ask and hear the answer. If the database is
// gone, silent or slow, the query fails by then, and never with ErrUnknownUser. When the database is back, queries work
// again without a restart.
package postgres

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"authlab/account"
)

// queryTimeout is how long one query may take in all.
const queryTimeout = 800 * time.Millisecond

// connectTimeout is how long it may take to open a connection. A query waits for it no longer than its own timeout, and
// the opening goes on for the queries that follow: on a busy machine, connections would otherwise be begun again and again
// and never be ready.
const connectTimeout = 3 * time.Second

// migrateTimeout is how long it may take to bring the schema up to date. Of the replicas that start at once, one does it,
// and the others wait.
const migrateTimeout = 30 * time.Second

// A Directory is an account.Directory in PostgreSQL. Make one with Open or New, and Close it.
type Directory struct {
	address string

	mu   sync.Mutex
	pool *pgxpool.Pool // nil until it is open
}

var _ account.Directory = (*Directory)(nil)

// New returns the directory at an address like postgres://user:password@host:5432/database. The first query opens it, as
// Open does, and if that fails, the next query tries again.
func New(address string) *Directory { return &Directory{address: address} }

// Open returns the directory at an address, connects to it, and brings its schema up to date. Any number of replicas may
// do so at once.
//
// It tries once and does not wait for a database that is still starting. ErrAddress means that nothing was tried. No error
// shows the password.
//
// The address takes the parameters of libpq and of pgxpool. pool_max_conns is 8 if the address does not set it.
func Open(ctx context.Context, address string) (*Directory, error) {
	d := New(address)
	if _, err := d.open(ctx); err != nil {
		return nil, err
	}
	return d, nil
}

// open returns the pool, and makes it if there is none yet.
func (d *Directory) open(ctx context.Context) (*pgxpool.Pool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pool != nil {
		return d.pool, nil
	}
	pool, err := OpenPool(ctx, d.address, nil)
	if err != nil {
		return nil, err
	}
	steps, err := readSteps(migrations)
	if err == nil {
		err = migrate(ctx, pool, steps)
	}
	if err != nil {
		pool.Close()
		return nil, err
	}
	d.pool = pool
	return pool, nil
}

// OpenPool connects to the database at an address, which is read as by Open. On its connections no step of a statement takes
// longer than a query of a Directory may, the orderly end of a connection included. A tracer hears of each statement; nil: none
// does. Close the pool.
func OpenPool(ctx context.Context, address string, tracer pgx.QueryTracer) (*pgxpool.Pool, error) {
	config, err := parse(address)
	if err != nil {
		return nil, err
	}
	config.ConnConfig.Tracer = tracer
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	reaching, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if err := pool.Ping(reaching); err != nil {
		pool.Close()
		return nil, fmt.Errorf("postgres at %s cannot be reached: %w", where(config), oneLine{err})
	}
	return pool, nil
}

// Close closes all connections, after the queries that are running.
func (d *Directory) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pool != nil {
		d.pool.Close()
	}
}
