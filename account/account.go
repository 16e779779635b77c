// Package account is who may log in: users, their roles, and the check of a password.
//
// It knows nothing of HTTP, of sessions or of tokens. Both logins start here, with the same question:
//
//	name, password ──▶ Authenticator ──▶ Directory   (who is that, and what is the stored hash?)
//	                        │
//	                        └──────────▶ Hasher      (does the password match it? slow on purpose)
package account

import (
	"context"
	"errors"
)

// A User is what the rest of the program may know about somebody: everything but the password.
type User struct {
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
	Email string   `json:"email"`
}

// RoleAdmin opens the admin pages. RoleUser is what everybody has.
const (
	RoleAdmin = "admin"
	RoleUser  = "user"
)

// A Directory is the users database.
//
// ErrUnknownUser means that the directory answered and there is nobody of that name. Any other error means that the
// directory could not answer: whoever asked does not know, and must not treat the caller as a stranger.
type Directory interface {
	// User finds a user by name.
	User(ctx context.Context, name string) (User, error)
	// PasswordHash finds a user together with the encoded hash that Hasher.Hash made.
	PasswordHash(ctx context.Context, name string) (User, string, error)
	// SetRoles replaces the roles of a user who exists.
	SetRoles(ctx context.Context, name string, roles []string) error
	// SetEmail replaces the e-mail address of a user who exists.
	SetEmail(ctx context.Context, name, email string) error
	// Create adds a user. ErrUserExists means that the name is taken and nothing was changed.
	Create(ctx context.Context, user User, passwordHash string) error
}

var (
	// ErrUnknownUser is a Directory's answer for a name that it does not have.
	ErrUnknownUser = errors.New("unknown user")
	// ErrUserExists is a Directory's answer when a name is created twice.
	ErrUserExists = errors.New("user exists")
	// ErrBadCredentials is the one answer for a wrong password and for an unknown user: telling them apart would
	// tell a stranger who has an account here.
	ErrBadCredentials = errors.New("name or password is wrong")
	// ErrTooManyAttempts means that a password was not checked, because too many were wrong before. See TooManyError.
	ErrTooManyAttempts = errors.New("too many failed logins")
	// ErrBusy means that too many passwords are being checked already. Nothing was checked; try again.
	ErrBusy = errors.New("too many logins at once")
)
