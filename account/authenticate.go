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
	user.checked = encoded
	return user, nil
}

// Confirm tells whether the password that Authenticate checked is still the user's. ErrBadCredentials: it was changed in the
// meantime, or the user is gone.
//
// Call it last of all, when the login is kept and before the client is answered. A change of a password first replaces the
// hash, and then ends the user's logins. So a login that is kept before it saw the old hash is one of those that end; and one
// that sees the new hash must not be answered.
func (a *Authenticator) Confirm(ctx context.Context, user User) error {
	_, encoded, err := a.directory.PasswordHash(ctx, user.Name)
	switch {
	case errors.Is(err, ErrUnknownUser), err == nil && encoded != user.checked:
		return &BadCredentialsError{user.Name}
	}
	return err
}
