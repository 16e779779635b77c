package account

import (
	"context"
	"errors"
)

// A BadCredentialsError is an ErrBadCredentials. It knows whose password was wrong, for an Audit: do not tell the client.
type BadCredentialsError struct{ User string } // empty: there is no such user

// Unwrap makes it an ErrBadCredentials.
func (e *BadCredentialsError) Unwrap() error { return ErrBadCredentials }

func (e *BadCredentialsError) Error() string { return ErrBadCredentials.Error() }

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
// ErrBadCredentials, as a *BadCredentialsError, is the answer to a wrong password and to an unknown name, and it takes the same time: for an unknown
// name a hash is computed too, so that an attacker cannot tell the two apart by a clock. ErrBusy means that nothing was
// checked. Any other error is the directory's.
func (a *Authenticator) Authenticate(ctx context.Context, name, password string) (User, error) {
	if len(password) > maxPassword {
		return User{}, &BadCredentialsError{}
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
		return User{}, &BadCredentialsError{user.Name} // the directory's name, which is empty for an unknown user
	}
	return user, nil
}
