// Package session is the login that the server remembers.
//
// The client gets a cookie. What is in the cookie decides everything else, and that is the Store's business:
//
//	             Cookie: session-redis=x7Gk…
//	client ─────────────────────────────────▶ Manager ──▶ Store
//	                                             │          Memory  the ID's record, in this process
//	                                             │          Redis   the ID's record, in Redis, for every replica
//	                                             │          Signed  no record: the cookie is the record, signed
//	                                             └── idle and absolute timeouts, a new ID at every login
//
// With Memory and Redis the cookie is a reference: a ticket number that means nothing without the filing cabinet. With
// Signed it is a value: a letter that the server can read but cannot take back.
//
// The package works on github.com/gin-contrib/sessions: Manager.Middleware puts a session in each request, and
// sessions.Default(c).Set and Save work as they do with any store. Two traps of that package are closed here. It treats
// a store that does not answer like a visitor without a session; Manager.Identify tells the two apart. And it keeps
// the session ID when somebody logs in; Manager.Login never does.
package session

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"
)

// A Record is what a session stands for.
type Record struct {
	User      string         `json:"user,omitempty"`
	Roles     []string       `json:"roles,omitempty"` // kept by value stores only; others look roles up
	UserAgent string         `json:"user_agent,omitempty"`
	CreatedAt time.Time      `json:"created_at,omitzero"`
	LastSeen  time.Time      `json:"last_seen,omitzero"`
	Values    map[string]any `json:"values,omitempty"` // what handlers keep with sessions.Default(c).Set
}

func (r Record) clone() Record {
	r.Roles = slices.Clone(r.Roles)
	r.Values = maps.Clone(r.Values)
	return r
}

// A Store turns a credential, the text in the cookie, into the record that it stands for.
//
// Absent and broken are different answers. An error that is ErrNoSession means that the store looked and there is
// nothing: the caller is a stranger. One that is ErrUnavailable means that it could not look: nobody knows.
type Store interface {
	// Create keeps a new record and returns the credential for it. It never reuses one.
	Create(ctx context.Context, r Record) (credential string, err error)
	// Load finds the record and, where the store keeps one, starts its idle time anew.
	Load(ctx context.Context, credential string) (Record, error)
	// Update replaces a record that is there and returns the credential from now on. A session that has ended in the
	// meantime stays ended: ErrNoSession.
	Update(ctx context.Context, credential string, r Record) (string, error)
	// Delete ends a session as far as the store can. Ending one twice is not an error.
	Delete(ctx context.Context, credential string, r Record) error
}

// A Rememberer is a Store that has every session in its hands, and so can find and end those of one user.
type Rememberer interface {
	Store
	// List returns the live sessions of a user, in no order.
	List(ctx context.Context, user string) ([]Entry, error)
	// End ends the session of a user that has this key. ErrNoSession: that user has none such.
	End(ctx context.Context, user, key string) error
	// EndAll ends every session of a user.
	EndAll(ctx context.Context, user string) error
}

// An Entry is a session seen from the server's side: its key, never its ID.
type Entry struct {
	Key    string // hash of the ID, hex; it cannot be used to log in
	Record Record
}

var (
	// ErrNoCookie means that the request carries no session at all.
	ErrNoCookie = errors.New("no session cookie")
	// ErrNoSession means that the store has no session for this credential: never had, ended, or timed out.
	ErrNoSession = errors.New("no such session")
	// ErrTampered is an ErrNoSession whose cookie was not signed by us.
	ErrTampered = errors.New("signature of the session cookie does not match")
	// ErrExpired is an ErrNoSession whose record was found, and was too old.
	ErrExpired = errors.New("session timed out")
	// ErrUnavailable means that the store did not answer. The session may well be alive.
	ErrUnavailable = errors.New("session store does not answer")
	// ErrTooLarge means that the record does not fit in a cookie.
	ErrTooLarge = errors.New("session does not fit in a cookie")
	// ErrWeakKey means that a signing key is too short to be safe.
	ErrWeakKey = errors.New("session cookie key is shorter than 32 bytes")
)
