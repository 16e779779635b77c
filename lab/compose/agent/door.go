package agent

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// What a replica's door can be.
const (
	DoorOpen    = "open"
	DoorSilent  = "silent"  // connections are accepted, and nothing is answered
	DoorRefuses = "refuses" // connections are reset and refused, and the replica has forgotten everything
)

var errNoDoor = errors.New("this replica has no door that can be shut")

func (a *Agent) door() string {
	switch d := a.config.Door; {
	case d == nil:
		return DoorOpen
	case d.Refusing():
		return DoorRefuses
	case d.Silent():
		return DoorSilent
	}
	return DoorOpen
}

// handleDoor handles the "POST /door" route: {"door":"silent"}.
func (a *Agent) handleDoor(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Door string `json:"door"`
	}
	if err := readBody(r, &body); err != nil {
		http.Error(w, `the body should be like {"door":"silent"}`, http.StatusBadRequest)
		return
	}
	set := map[string]func(context.Context) error{DoorOpen: a.open, DoorSilent: a.silence, DoorRefuses: a.refuse}[body.Door]
	if set == nil {
		http.Error(w, "a door is open, silent, or refuses", http.StatusBadRequest)
		return
	}
	if a.config.Door == nil {
		http.Error(w, errNoDoor.Error(), http.StatusConflict)
		return
	}
	// What is begun is done, also if the lab does not wait for it.
	if err := set(context.WithoutCancel(r.Context())); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (a *Agent) open(ctx context.Context) error {
	a.config.Door.Speak()
	return a.config.Door.Listen(ctx)
}

// silence does nothing to a replica that refuses: it is gone for its clients, in another way.
func (a *Agent) silence(context.Context) error {
	if !a.config.Door.Refusing() {
		a.config.Door.Silence()
	}
	return nil
}

// refuse does what a kill does: first no client reaches the replica any more, and then it remembers nothing.
func (a *Agent) refuse(context.Context) error {
	if a.config.Door.Refusing() {
		return nil
	}
	if err := a.config.Door.Refuse(); err != nil {
		return err
	}
	a.mu.Lock()
	ownKeys := a.ownKeys
	a.mu.Unlock()
	return a.forget(ownKeys)
}

// handleRedis handles the "POST /redis" route: {"cut":false,"delay":"5ms"}.
func (a *Agent) handleRedis(w http.ResponseWriter, r *http.Request) {
	var body WireState
	if err := readBody(r, &body); err != nil {
		http.Error(w, `the body should be like {"cut":false,"delay":"5ms"}`, http.StatusBadRequest)
		return
	}
	delay, err := time.ParseDuration(body.Delay)
	if err != nil || delay < 0 || delay > time.Second {
		http.Error(w, "a delay is from 0s to 1s", http.StatusBadRequest)
		return
	}
	a.wire.Set(body.Cut, delay)
	w.WriteHeader(http.StatusNoContent)
}
