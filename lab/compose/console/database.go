package console

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"authlab/account/postgres"
)

// A Database is Users in PostgreSQL. The first query opens it, because the console has to be there before all that it
// looks at.
type Database struct {
	*postgres.Directory
	address string
}

var _ Users = (*Database)(nil)

// NewDatabase returns the database at an address like postgres://user:password@host:5432/database. Close it.
func NewDatabase(address string) *Database { return &Database{postgres.New(address), address} }

// undefinedTable is PostgreSQL's code for a table that is not there.
const undefinedTable = "42P01"

// RemoveAllBut implements Users, on a connection of its own: no replica has to remove users, so their directory cannot. The
// sessions are those of session-postgres. They end first, by the names of the users: simulated users are made again under the
// same names, and an old session would be good again.
func (d *Database) RemoveAllBut(ctx context.Context, names ...string) error {
	conn, err := pgx.Connect(ctx, d.address)
	if err != nil {
		return fmt.Errorf("users database: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }() // what it was asked is done by then, or failed
	const endSessions = `DELETE FROM authlab_sessions WHERE user_name IN (SELECT convert_to(name, 'UTF8') FROM authlab_users)`
	_, err = conn.Exec(ctx, endSessions)
	if refused, ok := errors.AsType[*pgconn.PgError](err); err != nil && (!ok || refused.Code != undefinedTable) {
		return fmt.Errorf("end sessions: %w", err)
	}
	_, err = conn.Exec(ctx, `DELETE FROM authlab_users WHERE name <> ALL ($1)`, names)
	return err
}
