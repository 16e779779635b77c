package console

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

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

// RemoveAllBut implements Users, on a connection of its own: no replica has to remove users, so their directory cannot.
func (d *Database) RemoveAllBut(ctx context.Context, names ...string) error {
	conn, err := pgx.Connect(ctx, d.address)
	if err != nil {
		return fmt.Errorf("users database: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }() // what it was asked is done by then, or failed
	_, err = conn.Exec(ctx, `DELETE FROM authlab_users WHERE name <> ALL ($1)`, names)
	return err
}
