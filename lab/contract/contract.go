// Package contract is what every lab and every client of a lab agree on.
//
//	page, `authlab run`, class ──▶ Remote ── HTTP ──▶ package control ──▶ a Lab
//	                                                                     embedded, or the console of the containers
//
// It holds the Lab interface, the faults by name, what travels as JSON, the bounds, the simulated users, and the one reader
// of Server-Timing. It imports nothing of ours.
package contract

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Bounds. What is asked for beyond them is refused before a Lab sees it.
const (
	MaxReplicas     = 16                   // how many replicas there can be
	MaxUsers        = 10_000               // how many simulated users there can be
	MaxUserSessions = 1000                 // how many sessions a store keeps of one user
	MaxStaleSeconds = 60                   // how long a replica may believe a session that it has looked up
	MaxAdvance      = 365 * 24 * time.Hour // how far a clock can be moved at once
	MaxAhead        = 100 * MaxAdvance     // and in all; a Duration ends at 292 years
	MaxDelay        = time.Second          // how far away Redis can be
	MinDelay        = time.Millisecond     // and how near, if it is moved at all
)

// ErrAhead is what Advance returns when it was asked for too much. No clock was moved.
var ErrAhead = Invalid("The lab's clock would be more than a hundred years ahead; reset brings it back.")

// A Lab is a running system that can be looked at and broken.
//
// Each method returns when what it did can be seen in the next request. ErrNoReplica: there is no replica of that name.
// ErrNotOnTarget: this lab cannot do that; a ByHand says what a person would type to have it done.
type Lab interface {
	View(ctx context.Context) (View, error)
	// Bytes is what the server keeps about the users who are logged in.
	Bytes(ctx context.Context) (Bytes, error)

	// Break breaks something, and Mend mends it. Doing either twice is no error.
	Break(ctx context.Context, f Fault) error
	Mend(ctx context.Context, f Fault) error

	// Scale makes it so many replicas, 1 to MaxReplicas: app-1 to app-n. New ones start with an empty memory.
	Scale(ctx context.Context, replicas int) error
	// Flush empties Redis.
	Flush(ctx context.Context) error
	// Advance moves all replicas' clocks forward, by MaxAdvance at most. ErrAhead: they would be more than MaxAhead ahead.
	Advance(ctx context.Context, by time.Duration) error
	// RotateKeys makes new keys sign, in every replica. With overlap the keys before go on verifying.
	RotateKeys(ctx context.Context, overlap bool) error
	// AddUsers makes simulated users with the same password, 1 to MaxUsers, named by SimulatedName. Users of these names
	// stay as they are. Reset removes them.
	AddUsers(ctx context.Context, count int, password string) error
	// SetRoles changes a user in the users database.
	SetRoles(ctx context.Context, user string, roles []string) error
	// Set makes all replicas work so from now on, those that start later included.
	Set(ctx context.Context, s Settings) error
	// Reset makes a clean lab: everything alive, empty and on time.
	Reset(ctx context.Context) error
}

var (
	// ErrNotOnTarget means that this lab cannot do what was asked of it.
	ErrNotOnTarget = errors.New("not on this target")
	// ErrNoReplica means that a lab has no replica of that name.
	ErrNoReplica = errors.New("no such replica")
)

// NoReplica is ErrNoReplica with the name, as a sentence for a person.
func NoReplica(name string) error { return noReplica(name) }

type noReplica string

func (e noReplica) Error() string      { return fmt.Sprintf("There is no replica %q.", string(e)) }
func (noReplica) Is(target error) bool { return target == ErrNoReplica }

// ByHand is ErrNotOnTarget where a person can do it, by typing a command.
type ByHand struct {
	What    string // a sentence: The console cannot kill a container.
	Command string // empty: no command does it either
}

func (e ByHand) Error() string { return e.What }

// Is makes a ByHand an ErrNotOnTarget.
func (ByHand) Is(target error) bool { return target == ErrNotOnTarget }
