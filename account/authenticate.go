package account

import (
	"context"
	"errors"
)

// A Checker compares a password with a stored hash. Hasher is one.
type Checker interface {
	Matches(ctx context.Context, encoded, password string) (bool, error)
}

// An Authenticator checks names and passwords against a directory.
type Authenticator struct {
	directory Directory
	checker   Checker
	decoy     string // a hash that no password matches, checked when there is no such user
}

// NewAuthenticator returns an Authenticator over a directory.
func NewAuthenticator(directory Directory, checker Checker) *Authenticator {
	return &Authenticator{directory: directory, checker: checker, decoy: newParams(argonMemory, argonPasses).String()}
}

// Authenticate returns the user of that name if the password is theirs.
//
// ErrBadCredentials is the answer to a wrong password and to an unknown name, and it takes the same time: for an unknown
// name a hash is computed too, so that an attacker cannot tell the two apart by a clock. ErrBusy means that nothing was
// checked. Any other error is the directory's.
func (a *Authenticator) Authenticate(ctx context.Context, name, password string) (User, error) {
	if len(password) > maxPassword {
		return User{}, ErrBadCredentials
	}
	user, encoded, err := a.directory.PasswordHash(ctx, name)
	unknown := errors.Is(err, ErrUnknownUser)
	switch {
	case unknown:
		encoded = a.decoy
	case err != nil:
		return User{}, err
	}
	ok, err := a.checker.Matches(ctx, encoded, password)
	if err != nil {
		return User{}, err
	}
	if !ok || unknown {
		return User{}, ErrBadCredentials
	}
	return user, nil
}
