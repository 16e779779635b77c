package experiment

import (
	"context"
	"errors"
	"time"
)

// A Target is a running system that experiments send requests to and break.
//
// A fault that a target cannot do is ErrNotOnTarget. Each method returns when what it did can be seen in the next
// request.
type Target interface {
	// URL is the balancer's: http://127.0.0.1:8080.
	URL() string
	// Replicas says which replicas there are, and what each remembers.
	Replicas(ctx context.Context) ([]Replica, error)
	// Store says what is in Redis, and what Redis has been asked.
	Store(ctx context.Context) (Store, error)

	Kill(ctx context.Context, replica string) error
	Start(ctx context.Context, replica string) error
	StopStore(ctx context.Context) error
	StartStore(ctx context.Context) error
	FlushStore(ctx context.Context) error
	// Advance moves everyone's clock forward.
	Advance(ctx context.Context, d time.Duration) error
	// SetRoles changes a user in the users database.
	SetRoles(ctx context.Context, user string, roles []string) error
	// Reset makes everything alive, empty and on time.
	Reset(ctx context.Context) error
}

// ErrNotOnTarget means that this target cannot do what an experiment needs.
var ErrNotOnTarget = errors.New("not on this target")

// A Replica is one copy of the server.
type Replica struct {
	Name     string
	Alive    bool
	Sessions int // records in its own memory
}

// A Store is what Redis knows.
type Store struct {
	Alive    bool
	Keys     map[string]int   // by kind: session, family, refresh, denied, …
	Commands map[string]int64 // by name, counted at Redis, without what only keeps connections
}

// Sum is how many commands there were.
func (s Store) Sum() int64 {
	var sum int64
	for _, n := range s.Commands {
		sum += n
	}
	return sum
}
