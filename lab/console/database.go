package console

import (
	"context"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"

	"authlab/account"
	"authlab/account/postgres"
)

// A Database is Users in PostgreSQL. It is opened when it is first asked, and tried again if that failed, because the
// console has to be there before all that it looks at.
type Database struct {
	address string

	mu   sync.Mutex
	open *postgres.Directory
}

var _ Users = (*Database)(nil)

// NewDatabase returns the database at an address like postgres://user:password@host:5432/database. Close it.
func NewDatabase(address string) *Database { return &Database{address: address} }

// Close closes all connections.
func (d *Database) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open != nil {
		d.open.Close()
	}
}

func (d *Database) directory(ctx context.Context) (*postgres.Directory, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open == nil {
		opened, err := postgres.Open(ctx, d.address)
		if err != nil {
			return nil, fmt.Errorf("users database: %w", err)
		}
		d.open = opened
	}
	return d.open, nil
}

// User implements account.Directory.
func (d *Database) User(ctx context.Context, name string) (account.User, error) {
	directory, err := d.directory(ctx)
	if err != nil {
		return account.User{}, err
	}
	return directory.User(ctx, name)
}

// PasswordHash implements account.Directory.
func (d *Database) PasswordHash(ctx context.Context, name string) (account.User, string, error) {
	directory, err := d.directory(ctx)
	if err != nil {
		return account.User{}, "", err
	}
	return directory.PasswordHash(ctx, name)
}

// SetRoles implements account.Directory.
func (d *Database) SetRoles(ctx context.Context, name string, roles []string) error {
	directory, err := d.directory(ctx)
	if err != nil {
		return err
	}
	return directory.SetRoles(ctx, name, roles)
}

// SetEmail implements account.Directory.
func (d *Database) SetEmail(ctx context.Context, name, email string) error {
	directory, err := d.directory(ctx)
	if err != nil {
		return err
	}
	return directory.SetEmail(ctx, name, email)
}

// Create implements account.Directory.
func (d *Database) Create(ctx context.Context, user account.User, passwordHash string) error {
	directory, err := d.directory(ctx)
	if err != nil {
		return err
	}
	return directory.Create(ctx, user, passwordHash)
}

// Keep implements Users, on a connection of its own: no replica has to remove users, so their directory cannot.
func (d *Database) Keep(ctx context.Context, names ...string) error {
	conn, err := pgx.Connect(ctx, d.address)
	if err != nil {
		return fmt.Errorf("users database: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }() // what it was asked is done by then, or failed
	_, err = conn.Exec(ctx, `DELETE FROM authlab_users WHERE name <> ALL ($1)`, names)
	return err
}
