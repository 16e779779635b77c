package session

import (
	"context"
	"maps"
	"slices"
	"sync/atomic"
	"time"
)

// A Record is what the server remembers of one session.
type Record struct {
	User      string    `json:"user,omitempty"`
	Roles     []string  `json:"roles,omitempty"` // only where no Directory tells them at each request
	UserAgent string    `json:"user_agent,omitempty"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	LastSeen  time.Time `json:"last_seen,omitzero"`
	Remember  bool      `json:"remember,omitempty"` // the cookie outlives the browser; see Manager.LoginRemembered
	Values    Values    `json:"values,omitempty"`
}

// clone returns a copy whose roles and values can be changed.
func (r Record) clone() Record {
	r.Roles, r.Values = slices.Clone(r.Roles), maps.Clone(r.Values)
	return r
}

// A Store keeps records, and finds them by the credential: the text in the cookie.
//
// Absent and broken are different answers. ErrNoSession means that the store looked and has no such session, so the
// caller is not logged in. ErrUnavailable means that the store could not look, so the server cannot tell.
type Store interface {
	// Create keeps a new record and returns its credential, which is always a new one.
	Create(ctx context.Context, r Record) (credential string, err error)
	// Load finds a record and begins its idle time anew.
	Load(ctx context.Context, credential string) (Record, error)
	// Update changes a record, and returns the credential to use from now on, and the record. It is one step: change gets
	// the newest record, and no update of another request comes in between. The store may call change more than once. If
	// change returns an error, nothing is changed, and Update returns the newest record and the error.
	//
	// loaded is the record as the caller loaded it, with which the store may try first. A session that has ended in the
	// meantime stays ended: ErrNoSession.
	Update(ctx context.Context, credential string, loaded Record, change func(*Record) error) (string, Record, error)
	// Delete ends a session, as far as the store can. Ending one twice is not an error.
	Delete(ctx context.Context, credential string, r Record) error
}

// MaxSessions is how many sessions a Lister keeps of one user, unless Limit makes it fewer. A login that would make them
// more ends the oldest ones, so that a program that logs in and never out can neither fill the store nor make the user's
// list too long to be read.
const MaxSessions = 1000

// A limit is how many sessions a store keeps of one user; MaxSessions at first.
type limit struct{ fewer atomic.Int64 }

// Limit changes how many sessions the store keeps of one user, from 1 to MaxSessions; 0 is MaxSessions. It counts from the
// user's next login on.
func (l *limit) Limit(most int) {
	if most < 1 || most > MaxSessions {
		most = 0
	}
	l.fewer.Store(int64(most))
}

func (l *limit) most() int {
	if fewer := l.fewer.Load(); fewer > 0 {
		return int(fewer)
	}
	return MaxSessions
}

// A Lister is a Store that can find and end the sessions of a user, because it keeps all of them.
type Lister interface {
	Store
	// List returns the live sessions of a user, in no order.
	List(ctx context.Context, user string) ([]Entry, error)
	// End ends sessions of a user, by the keys that List gave. One that has ended already is no error.
	End(ctx context.Context, user string, keys ...string) error
	// EndAll ends all sessions of a user.
	EndAll(ctx context.Context, user string) error
}

// An Entry is a session as the server sees it: its key, and never its ID.
type Entry struct {
	Key    string // hash of the ID, hex; it cannot be used to log in
	Record Record
}
