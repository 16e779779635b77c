package control

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"authlab/lab/contract"
)

// silentRun is how long a run may change nothing before it counts as killed, and gives the lab free.
const silentRun = 2 * time.Minute

// A turn is held by the run whose experiment is under way: until it ends, no other client changes anything in the lab.
// The zero value is held by no run.
type turn struct {
	mu         sync.Mutex
	run        string // what the run sends in contract.RunHeader
	experiment string
	until      time.Time
}

// check lets the run through that has the turn, and all clients if none has.
func (t *turn) check(r *http.Request) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.checkLocked(r)
}

func (t *turn) checkLocked(r *http.Request) error {
	switch {
	case t.run == "" || time.Now().After(t.until):
		return nil
	case r.Header.Get(contract.RunHeader) != t.run:
		return contract.NewProblem(http.StatusConflict, "busy", fmt.Sprintf("The experiment %s is running and has the lab to itself. Wait until it is over.", t.experiment))
	}
	t.until = time.Now().Add(silentRun)
	return nil
}

// begin gives a run the turn, unless another has it. A run that does not name itself has the lab with all others.
func (t *turn) begin(r *http.Request, experiment string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.checkLocked(r); err != nil {
		return err
	}
	t.run, t.experiment, t.until = r.Header.Get(contract.RunHeader), experiment, time.Now().Add(silentRun)
	return nil
}

// end takes the turn back from the run that has it.
func (t *turn) end(r *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r.Header.Get(contract.RunHeader) == t.run {
		t.run = ""
	}
}
