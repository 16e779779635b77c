// Package control is the lab's controls: what a page or `authlab run` can ask of a lab over HTTP, the same for every lab.
//
//	page, authlab run ──▶ guard ──▶ /lab/… ──▶ a Lab    the embedded cluster, or the console of the containers
//	       ▲                                   │
//	       └──── /lab/events ◀── Observe ◀─────┘        one event for each request, a picture after each change
//
// The controls are never balanced, so they survive the faults that they cause. What a lab cannot do by itself it answers
// with 501, and with the command that does it, for the page to show.
package control

import (
	"context"
	"net/http"
	"time"
)

const (
	// MaxReplicas bounds how many replicas there can be.
	MaxReplicas = 16
	// MaxUsers bounds how many simulated users there can be.
	MaxUsers = 10_000
	// maxAdvance bounds how far a clock can be moved at once.
	maxAdvance = 365 * 24 * time.Hour
)

// A Lab is what can be looked at and broken. What is asked of it is within bounds already.
//
// ErrNoReplica: there is no replica of that name. account.ErrUnknownUser: there is no such user. NotHere: this lab cannot
// do that by itself. Each method returns when what it did can be seen in the next request.
type Lab interface {
	View(ctx context.Context) (View, error)
	Bytes(ctx context.Context) (Bytes, error)

	Kill(ctx context.Context, replica string) error
	// Silence makes a replica accept connections and answer nothing. It forgets nothing.
	Silence(ctx context.Context, replica string) error
	// Start starts a replica that was killed, and ends the silence of one that is silent.
	Start(ctx context.Context, replica string) error
	// Skew makes one replica's clock wrong; 0 sets it right.
	Skew(ctx context.Context, replica string, by time.Duration) error
	// Scale makes it so many replicas, 1 to MaxReplicas.
	Scale(ctx context.Context, replicas int) error

	StopStore(ctx context.Context) error
	StartStore(ctx context.Context) error
	FlushStore(ctx context.Context) error
	// DelayStore moves Redis 1 ms to 1 s away; 0 brings it back.
	DelayStore(ctx context.Context, by time.Duration) error

	// Advance moves everyone's clock forward.
	Advance(ctx context.Context, by time.Duration) error
	// AddUsers makes simulated users who share a password, 1 to MaxUsers. Those who are there already stay as they are.
	AddUsers(ctx context.Context, count int, password string) error
	SetRoles(ctx context.Context, user string, roles []string) error

	// RotateKeys makes new keys sign, in all replicas. Without overlap the old ones are gone in the same moment.
	RotateKeys(ctx context.Context, overlap bool) error
	// BootKeys starts every replica anew, each with keys of its own.
	BootKeys(ctx context.Context) error
	// StopHome cuts the second service off from the replicas, and StartHome joins them again.
	StopHome(ctx context.Context) error
	StartHome(ctx context.Context) error

	// Reset makes a clean lab: everything alive, empty, and on time.
	Reset(ctx context.Context) error
}

// Config says who may use the controls.
type Config struct {
	LabKey string // lets others than this machine in, if they send it in X-Lab-Key; empty: nobody
	// FromHere tells whether a request was sent from this machine; by default by its remote address. Who is behind a
	// proxy that only this machine reaches may say true.
	FromHere func(*http.Request) bool
	// Experiments serves everything under /lab/experiments. nil: this lab runs none by itself.
	Experiments http.Handler
}

// Controls serve a Lab. Make them with New.
type Controls struct {
	lab    Lab
	config Config
	events *broker
	mux    *http.ServeMux
}

var _ http.Handler = (*Controls)(nil)

// New returns the controls of a lab: serve them at /lab/, and let Watch run.
func New(lab Lab, config Config) *Controls {
	if config.FromHere == nil {
		config.FromHere = func(r *http.Request) bool { return isLoopback(r.RemoteAddr) }
	}
	c := &Controls{lab: lab, config: config, events: newBroker(), mux: http.NewServeMux()}
	c.routes()
	return c
}
