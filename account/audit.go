package account

import "context"

// The kinds of Event.
const (
	EventLogin            = "login"             // a user has logged in
	EventLoginFailed      = "login-failed"      // a password was wrong, or there is no such user
	EventAccountLimit     = "account-limit"     // too many passwords of an account were wrong: it has to wait
	EventAddressLimit     = "address-limit"     // too many passwords from an address were wrong: it has to wait
	EventRefreshReused    = "refresh-reused"    // a refresh token came a second time, so its family has ended
	EventLogoutEverywhere = "logout-everywhere" // a user has ended all logins
	EventPasswordChanged  = "password-changed"  // a user has another password, and all logins that can be ended have
	EventKeyChanged       = "key-changed"       // another key signs from now on
)

// An Event is something that an operator wants to find in a log when an account was attacked. It contains no credential.
type Event struct {
	Kind string
	User string // the user whom it is about; empty if none is known, as in a login with an unknown name
	Key  string // the ID of the key that signs now, in EventKeyChanged
}

// An Audit is told each Event once, in the request that it belongs to. It must not wait for anything.
type Audit func(context.Context, Event)

// Tell tells an event. A nil Audit is told nothing.
func (a Audit) Tell(ctx context.Context, event Event) {
	if a != nil {
		a(ctx, event)
	}
}
