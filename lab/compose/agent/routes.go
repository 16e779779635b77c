package agent

import (
	"context"
	"net/http"

	"authlab/lab/contract"
	"authlab/lab/control"
)

// What a replica's door can be.
const (
	DoorOpen    = "open"
	DoorSilent  = "silent"  // connections are accepted, and nothing is answered
	DoorRefuses = "refuses" // connections are reset and refused, and the replica has forgotten everything
)

type doorBody struct {
	Door string `json:"door"`
}

// maxBody is how much of a body is read, in bytes.
const maxBody = 1 << 10

// Lab is what the lab asks. Errors are problems, as of the lab's controls.
func (a *Agent) Lab() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /memory", contract.HandleRead(a.memory))
	mux.HandleFunc("POST /conditions", contract.HandleChange(contract.WithBody(a.set)))
	mux.HandleFunc("POST /forget", contract.HandleChange(contract.WithBody(func(_ *http.Request, startup contract.Startup) error { return a.forget(startup) })))
	mux.HandleFunc("POST /door", contract.HandleChange(contract.WithBody(a.setDoor)))
	return http.MaxBytesHandler(mux, maxBody)
}

func (a *Agent) set(_ *http.Request, body Conditions) error {
	if body.Delay < 0 || body.Delay > contract.MaxDelay {
		return contract.Invalid("Redis can be up to %s away.", contract.MaxDelay)
	}
	if err := body.Settings.Check(); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.config.Delay.Set(body.Delay)
	if before := a.conditions.Swap(&body); before.Settings != body.Settings {
		a.app.Load().Tune(control.Tuned(body.Settings))
	}
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

func (a *Agent) setDoor(r *http.Request, body doorBody) error {
	door := a.config.Door
	switch body.Door {
	case DoorOpen, DoorSilent, DoorRefuses:
	default:
		return contract.Invalid("A door is open, silent, or refuses.")
	}
	switch {
	case door == nil:
		return contract.NewProblem(http.StatusConflict, "no-door", "This replica has no door that can be shut.")
	case body.Door == DoorOpen:
		door.Speak()
		return door.Listen(context.WithoutCancel(r.Context())) // also if the lab does not wait for it
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
	return a.reopen(a.startup)
}
