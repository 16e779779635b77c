// Package account is who may log in: users, their roles, and the check of a password.
//
// Both logins, by session and by token, begin with the same check:
//
//	name, password ──▶ Attempts        have too many passwords been wrong?
//	                   Authenticator ──▶ Directory   who is that, and what is the stored hash?
//	                                └──▶ Hasher      does the password match it? slow on purpose
//
// Make a Directory with NewMemory, or with package postgres, a Hasher with NewHasher, and an Authenticator of both. The
// package knows nothing of HTTP, sessions and tokens.
package account

import (
	"context"
	"errors"
)

// A User is what the rest of the program may know about a user: everything but the password.
type User struct {
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
	Email string   `json:"email"`

	checked string // the stored hash that Authenticate compared a password with
}

// RoleAdmin opens the admin pages. Every user has RoleUser.
const (
	RoleAdmin = "admin"
	RoleUser  = "user"
)

// MaxCart is how many items a cart holds at the most.
const MaxCart = 50

// A Directory is the users database.
//
// ErrUnknownUser means that the directory answered, and has no user of that name. Any other error, but for those that a
// method names, means that it could not answer: then the server cannot tell, and must answer 503 and not 401.
type Directory interface {
	// User finds a user by name.
	User(ctx context.Context, name string) (User, error)
	// PasswordHash finds a user together with the encoded hash that Hasher.Hash made.
	PasswordHash(ctx context.Context, name string) (User, string, error)
	// SetRoles replaces the roles of a user who exists.
	SetRoles(ctx context.Context, name string, roles []string) error
	// SetEmail replaces the e-mail address of a user who exists.
	SetEmail(ctx context.Context, name, email string) error
	// SetPasswordHash replaces the encoded hash of a user who exists.
	SetPasswordHash(ctx context.Context, name, passwordHash string) error
	// Cart returns what is in a user's shopping cart, in the order in which it was added.
	Cart(ctx context.Context, name string) ([]string, error)
	// AddToCart adds one item and returns what is in the cart then. Of many calls at once, none loses the item of another.
	// ErrCartFull: the cart has MaxCart items, and nothing was added.
	AddToCart(ctx context.Context, name, item string) ([]string, error)
	// EmptyCart removes everything from a user's cart.
	EmptyCart(ctx context.Context, name string) error
	// Create adds a user. ErrUserExists means that the name is taken and nothing was changed.
	Create(ctx context.Context, user User, passwordHash string) error
}

var (
	// ErrUnknownUser is a Directory's answer for a name that it does not have.
	ErrUnknownUser = errors.New("unknown user")
	// ErrUserExists is a Directory's answer when a name is created twice.
	ErrUserExists = errors.New("user exists")
	// ErrCartFull means that a cart has MaxCart items already, and nothing was added.
	ErrCartFull = errors.New("cart is full")
	// ErrBadCredentials is the answer for a wrong password and for an unknown user. An answer that told them apart would
	// tell an attacker which names have an account (CWE-204).
	ErrBadCredentials = errors.New("name or password is wrong")
	// ErrTooManyAttempts means that a password was not checked, because too many were wrong before. A *TooManyError is one.
	ErrTooManyAttempts = errors.New("too many failed logins")
	// ErrNotCounted means that a password was not checked, because the attempt could not be counted: Redis answered an error.
	ErrNotCounted = errors.New("login could not be counted")
	// ErrWeakPassword means that a new password was refused. See CheckNewPassword.
	ErrWeakPassword = errors.New("new password is too short or too long")
	// ErrBusy means that too many passwords are being checked already, and this one was not checked. Try again.
	ErrBusy = errors.New("too many logins at once")
)
