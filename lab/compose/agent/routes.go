package agent

import (
	"context"
	"encoding/json"
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

// The bodies of what the lab asks. A WireState is one too.
type (
	clockBody struct {
		Offset string `json:"offset"`
	}
	forgetBody struct {
		OwnKeys bool `json:"own_keys"`
	}
	doorBody struct {
		Door string `json:"door"`
	}
)

var (
	errBadBody = errors.New("the body should be like ")
	errNoDoor  = errors.New("this replica has no door that can be shut")
)

// Lab is what the lab asks.
func (a *Agent) Lab() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /memory", a.handleMemory)
	mux.HandleFunc("POST /clock", change(`{"offset":"15m"}`, a.setClock))
	mux.HandleFunc("POST /forget", change(`{"own_keys":false}`, func(_ context.Context, body forgetBody) error { return a.forget(body.OwnKeys) }))
	mux.HandleFunc("POST /door", change(`{"door":"silent"}, "open" or "refuses"`, a.setDoor))
	mux.HandleFunc("POST /redis", change(`{"cut":false,"delay":"5ms"}, and no delay is longer than 1s`, a.setWire))
	return mux
}

// handleMemory handles the "GET /memory" route.
func (a *Agent) handleMemory(w http.ResponseWriter, r *http.Request) {
	memory, err := a.memory(r.Context())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(memory) // it fails only if the lab has gone
}

// maxBody is how much of a body is read, in bytes.
const maxBody = 1 << 10

// change is a route that changes the replica: the body is JSON like the example, the answer is 204. What is begun is done,
// also if the lab does not wait for it.
func change[T any](example string, do func(context.Context, T) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var body T
		err := errBadBody
		if json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody)).Decode(&body) == nil {
			err = do(context.WithoutCancel(r.Context()), body)
		}
		switch {
		case err == nil:
			w.WriteHeader(http.StatusNoContent)
		case errors.Is(err, errBadBody):
			http.Error(w, errBadBody.Error()+example, http.StatusBadRequest)
		case errors.Is(err, errNoDoor):
			http.Error(w, err.Error(), http.StatusConflict)
		default:
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}
}

func (a *Agent) setClock(_ context.Context, body clockBody) error {
	offset, err := time.ParseDuration(body.Offset)
	if err != nil {
		return errBadBody
	}
	a.offset.Store(int64(offset))
	return nil
}

func (a *Agent) setWire(_ context.Context, body WireState) error {
	delay, err := time.ParseDuration(body.Delay)
	if err != nil || delay < 0 || delay > time.Second {
		return errBadBody
	}
	a.wire.set(body.Cut, delay)
	return nil
}

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

func (a *Agent) setDoor(ctx context.Context, body doorBody) error {
	door := a.config.Door
	switch body.Door {
	case DoorOpen, DoorSilent, DoorRefuses:
	default:
		return errBadBody
	}
	switch {
	case door == nil:
		return errNoDoor
	case body.Door == DoorOpen:
		door.Speak()
		return door.Listen(ctx)
	case door.Refusing(): // it is gone for its clients already
		return nil
	case body.Door == DoorSilent:
		door.Silence()
		return nil
	}
	// As a kill does: first no client reaches the replica any more, and then it remembers nothing.
	if err := door.Refuse(); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.reopen(a.ownKeys)
}
