package console

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"authlab/lab/agent"
	"authlab/lab/control"
)

// patience is how long an agent may take. It asks Redis before it answers, and waits for that up to 800 ms.
const patience = 1500 * time.Millisecond

// A replica is one as the console sees it: through its agent, and in nginx's log.
type replica struct {
	name     string
	spare    bool
	agent    *agent.Client
	requests atomic.Int64
	away     atomic.Bool   // it was, a moment ago
	finding  atomic.Bool   // somebody looks whether it still is
	telling  sync.Mutex    // so that who tells the time last tells the latest
	skew     time.Duration // guarded by Console.mu
}

// look asks what a replica remembers. One that has another time than it should is told: it has just been started, and
// began with the real one.
//
// Nobody waits for a replica that was away a moment ago. It is looked for in the background, by one at a time, and when
// it is found, whoever looks next asks it.
func (r *replica) look(ctx context.Context, offset func(*replica) time.Duration) (agent.Memory, error) {
	if r.away.Load() {
		r.find(ctx, offset)
		return agent.Memory{}, fmt.Errorf("%s: %w", r.name, agent.ErrAway)
	}
	memory, err := r.ask(ctx, offset)
	r.away.Store(err != nil && ctx.Err() == nil)
	return memory, err
}

func (r *replica) find(ctx context.Context, offset func(*replica) time.Duration) {
	if !r.finding.CompareAndSwap(false, true) {
		return
	}
	go func() {
		defer r.finding.Store(false)
		if _, err := r.ask(context.WithoutCancel(ctx), offset); err == nil {
			r.away.Store(false)
		}
	}()
}

func (r *replica) ask(ctx context.Context, offset func(*replica) time.Duration) (agent.Memory, error) {
	asking, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	memory, err := r.agent.Memory(asking)
	if err != nil {
		return memory, fmt.Errorf("%s: %w", r.name, err)
	}
	if memory.Offset != offset(r).String() {
		return memory, r.tell(ctx, offset)
	}
	return memory, nil
}

// tell tells a replica how far ahead of the real time its clock is to be.
func (r *replica) tell(ctx context.Context, offset func(*replica) time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r.telling.Lock()
	defer r.telling.Unlock()
	if err := r.agent.SetClock(ctx, offset(r)); err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	return nil
}

// forget makes a replica as it was when it started.
func (r *replica) forget(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := r.agent.Forget(ctx); err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	return nil
}

// view shows a replica. A dead one remembers nothing.
func (r *replica) view(memory agent.Memory, alive bool, skew time.Duration) control.ReplicaView {
	v := control.ReplicaView{
		Name: r.name, Alive: alive, ClockSkew: skew.String(), Requests: r.requests.Load(), Sessions: []control.SessionView{},
	}
	if alive {
		v.Sessions, v.SessionCount = memory.Sessions, memory.SessionCount
	}
	return v
}
