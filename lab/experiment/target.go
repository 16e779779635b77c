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
	// Silence makes a replica accept connections and answer nothing. It forgets nothing.
	Silence(ctx context.Context, replica string) error
	// Start starts a replica that was killed, and ends the silence of one that is silent.
	Start(ctx context.Context, replica string) error
	StopStore(ctx context.Context) error
	StartStore(ctx context.Context) error
	FlushStore(ctx context.Context) error
	// DelayStore moves Redis so far away; 0 brings it back.
	DelayStore(ctx context.Context, d time.Duration) error
	// Scale makes it so many replicas: app-1 to app-n.
	Scale(ctx context.Context, replicas int) error
	// Skew makes one replica's clock wrong; 0 sets it right.
	Skew(ctx context.Context, replica string, by time.Duration) error
	// AddUsers makes simulated users, user-00001 and so on, who share a password. Reset removes them.
	AddUsers(ctx context.Context, count int, password string) error
	// RotateKeys makes new signing keys in every replica, for tokens and for signed cookies. With overlap the keys
	// before go on verifying.
	RotateKeys(ctx context.Context, overlap bool) error
	// BootKeys starts every replica anew, each with keys of its own. Reset brings back those that all share.
	BootKeys(ctx context.Context) error
	// Bytes says how many bytes of sessions, tokens and lists are kept: in the memory of all replicas, and in Redis.
	Bytes(ctx context.Context) (Bytes, error)
	// Services says where the other servers of the lab are.
	Services(ctx context.Context) (Services, error)
	// StopHome cuts the reports service off from the replicas, and StartHome joins them again.
	StopHome(ctx context.Context) error
	StartHome(ctx context.Context) error
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

// Bytes are what the server keeps about those who are logged in.
type Bytes struct {
	Replicas, Store int64
}

// Services are the other servers of a lab, by their addresses. Empty: this target has none.
type Services struct {
	Reports string // the second service
	Naive   string // the twin that falls for everything
}
