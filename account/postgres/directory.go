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

// User implements account.Directory. The hash stays in the database: it leaves only where a password is checked.
func (d *Directory) User(ctx context.Context, name string) (account.User, error) {
	user := account.User{Name: name}
	const query = `SELECT roles, email FROM authlab_users WHERE name = $1`
	if err := d.find(ctx, query, name, &user.Roles, &user.Email); err != nil {
		return account.User{}, err
	}
	return user, nil
}

// PasswordHash implements account.Directory.
func (d *Directory) PasswordHash(ctx context.Context, name string) (account.User, string, error) {
	user, hash := account.User{Name: name}, ""
	const query = `SELECT roles, email, password_hash FROM authlab_users WHERE name = $1`
	if err := d.find(ctx, query, name, &user.Roles, &user.Email, &hash); err != nil {
		return account.User{}, "", err
	}
	return user, hash, nil
}

// SetRoles implements account.Directory.
func (d *Directory) SetRoles(ctx context.Context, name string, roles []string) error {
	return d.change(ctx, "change roles", `UPDATE authlab_users SET roles = $2 WHERE name = $1`, name, notNull(roles))
}

// SetEmail implements account.Directory.
func (d *Directory) SetEmail(ctx context.Context, name, email string) error {
	return d.change(ctx, "change e-mail", `UPDATE authlab_users SET email = $2 WHERE name = $1`, name, email)
}

// Create implements account.Directory. Of several who create the same name at once, one does.
func (d *Directory) Create(ctx context.Context, user account.User, passwordHash string) error {
	ctx, cancel := context.WithTimeout(ctx, d.patience)
	defer cancel()
	const query = `INSERT INTO authlab_users (name, roles, email, password_hash) VALUES ($1, $2, $3, $4)
		ON CONFLICT (name) DO NOTHING`
	done, err := d.pool.Exec(ctx, query, user.Name, notNull(user.Roles), user.Email, passwordHash)
	if err != nil {
		return fmt.Errorf("create user: %w", oneLine{err})
	}
	if done.RowsAffected() == 0 {
		return fmt.Errorf("create %q: %w", user.Name, account.ErrUserExists)
	}
	return nil
}

func (d *Directory) find(ctx context.Context, query, name string, into ...any) error {
	if !canExist(name) {
		return fmt.Errorf("find %q: %w", name, account.ErrUnknownUser)
	}
	ctx, cancel := context.WithTimeout(ctx, d.patience)
	defer cancel()
	err := d.pool.QueryRow(ctx, query, name).Scan(into...)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("find %q: %w", name, account.ErrUnknownUser)
	case err != nil:
		return fmt.Errorf("find user: %w", oneLine{err})
	}
	return nil
}

func (d *Directory) change(ctx context.Context, what, query, name string, value any) error {
	if !canExist(name) {
		return fmt.Errorf("%s of %q: %w", what, name, account.ErrUnknownUser)
	}
	ctx, cancel := context.WithTimeout(ctx, d.patience)
	defer cancel()
	done, err := d.pool.Exec(ctx, query, name, value)
	if err != nil {
		return fmt.Errorf("%s: %w", what, oneLine{err})
	}
	if done.RowsAffected() == 0 {
		return fmt.Errorf("%s of %q: %w", what, name, account.ErrUnknownUser)
	}
	return nil
}

// canExist tells whether anybody can have this name. PostgreSQL refuses a text that is not UTF-8, or that has a zero
// byte in it: a stranger who types such a name would look like an outage.
func canExist(name string) bool {
	return utf8.ValidString(name) && !strings.Contains(name, "\x00")
}

// notNull is roles as the column takes them: nobody has no roles by having NULL.
func notNull(roles []string) []string {
	if roles == nil {
		return []string{}
	}
	return roles
}
