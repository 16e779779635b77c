package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"authlab/account"
)

// User implements account.Directory. It does not read the hash: that leaves the database only to check a password.
func (d *Directory) User(ctx context.Context, name string) (account.User, error) {
	user := account.User{Name: name}
	const query = `SELECT roles, email FROM authlab_users WHERE name = $1`
	if err := d.row(ctx, "find user", query, name, nil, &user.Roles, &user.Email); err != nil {
		return account.User{}, err
	}
	return user, nil
}

// PasswordHash implements account.Directory.
func (d *Directory) PasswordHash(ctx context.Context, name string) (account.User, string, error) {
	user, hash := account.User{Name: name}, ""
	const query = `SELECT roles, email, password_hash FROM authlab_users WHERE name = $1`
	if err := d.row(ctx, "find user", query, name, nil, &user.Roles, &user.Email, &hash); err != nil {
		return account.User{}, "", err
	}
	return user, hash, nil
}

// SetRoles implements account.Directory.
func (d *Directory) SetRoles(ctx context.Context, name string, roles []string) error {
	const query = `UPDATE authlab_users SET roles = $2 WHERE name = $1 RETURNING name`
	return d.row(ctx, "change roles", query, name, []any{notNull(roles)}, &name)
}

// SetEmail implements account.Directory.
func (d *Directory) SetEmail(ctx context.Context, name, email string) error {
	const query = `UPDATE authlab_users SET email = $2 WHERE name = $1 RETURNING name`
	return d.row(ctx, "change e-mail", query, name, []any{email}, &name)
}

// SetPasswordHash implements account.Directory.
func (d *Directory) SetPasswordHash(ctx context.Context, name, passwordHash string) error {
	const query = `UPDATE authlab_users SET password_hash = $2 WHERE name = $1 RETURNING name`
	return d.row(ctx, "change password", query, name, []any{passwordHash}, &name)
}

// Cart implements account.Directory.
func (d *Directory) Cart(ctx context.Context, name string) (items []string, err error) {
	err = d.row(ctx, "read cart", `SELECT cart FROM authlab_users WHERE name = $1`, name, nil, &items)
	return items, err
}

// AddToCart implements account.Directory. The one UPDATE reads and writes the cart under the lock of its row, so of two
// at once the second sees what the first added.
func (d *Directory) AddToCart(ctx context.Context, name, item string) (items []string, err error) {
	const query = `UPDATE authlab_users SET cart = array_append(cart, $2) WHERE name = $1 AND cardinality(cart) < $3 RETURNING cart`
	err = d.row(ctx, "add to cart", query, name, []any{item, account.MaxCart}, &items)
	if !errors.Is(err, account.ErrUnknownUser) {
		return items, err
	}
	if _, err := d.Cart(ctx, name); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("add to cart of %q: %w", name, account.ErrCartFull)
}

// EmptyCart implements account.Directory.
func (d *Directory) EmptyCart(ctx context.Context, name string) error {
	return d.row(ctx, "empty cart", `UPDATE authlab_users SET cart = '{}' WHERE name = $1 RETURNING name`, name, nil, &name)
}

// Create implements account.Directory. If several clients create the same name at once, one of them does.
func (d *Directory) Create(ctx context.Context, user account.User, passwordHash string) error {
	pool, err := d.open(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	const query = `INSERT INTO authlab_users (name, roles, email, password_hash) VALUES ($1, $2, $3, $4)
		ON CONFLICT (name) DO NOTHING`
	done, err := pool.Exec(ctx, query, user.Name, notNull(user.Roles), user.Email, passwordHash)
	if err != nil {
		return fmt.Errorf("create user: %w", oneLine{err})
	}
	if done.RowsAffected() == 0 {
		return fmt.Errorf("create %q: %w", user.Name, account.ErrUserExists)
	}
	return nil
}

// row runs a query that is about one user, whose name is $1, and scans the row that it returns. ErrUnknownUser: it
// returned none.
func (d *Directory) row(ctx context.Context, what, query, name string, more []any, into ...any) error {
	if !canExist(name) {
		return fmt.Errorf("%s %q: %w", what, name, account.ErrUnknownUser)
	}
	pool, err := d.open(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	err = pool.QueryRow(ctx, query, append([]any{name}, more...)...).Scan(into...)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("%s %q: %w", what, name, account.ErrUnknownUser)
	case err != nil:
		return fmt.Errorf("%s: %w", what, oneLine{err})
	}
	return nil
}

// canExist tells whether a user can have this name. PostgreSQL refuses a text that is not UTF-8 or that has a zero byte in
// it. That error would read as an outage, when a client typed an odd name.
func canExist(name string) bool {
	return utf8.ValidString(name) && !strings.Contains(name, "\x00")
}

// notNull returns roles as the column takes them: no roles are an empty list, and not NULL.
func notNull(roles []string) []string {
	if roles == nil {
		return []string{}
	}
	return roles
}
