package console

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"authlab/lab/compose/agent"
	"authlab/lab/contract"
)

// patience is how long an agent may take. It asks Redis before it answers, and waits for that up to 800 ms.
const patience = 1500 * time.Millisecond

// A replica is one as the console sees it: through its agent, and in nginx's log.
type replica struct {
	name     string
	spare    bool
	agent    *agent.Client
	requests atomic.Int64
	away     atomic.Bool   // it was, or it was silent, a moment ago
	silent   atomic.Bool   // and of the two, which
	finding  atomic.Bool   // somebody looks whether it still is
	telling  sync.Mutex    // so that who tells the time last tells the latest
	skew     time.Duration // guarded by Console.mu
	last     agent.Memory  // what it remembered when it was last asked; guarded by Console.mu
}

// look asks what a replica remembers. One that has another time than it should is told: it has just been started, and
// began with the real one.
//
// Nobody waits for a replica that was away a moment ago. It is looked for in the background, by one at a time, and when
// it is found, whoever looks next asks it.
func (r *replica) look(ctx context.Context, c *Console) (agent.Memory, error) {
	if r.away.Load() {
		r.find(ctx, c)
		return agent.Memory{}, fmt.Errorf("%s: %w", r.name, agent.ErrAway)
	}
	memory, err := r.ask(ctx, c)
	if ctx.Err() == nil {
		r.silent.Store(errors.Is(err, agent.ErrSilent))
		r.away.Store(err != nil)
	}
	return memory, err
}

func (r *replica) find(ctx context.Context, c *Console) {
	if !r.finding.CompareAndSwap(false, true) {
		return
	}
	go func() {
		defer r.finding.Store(false)
		_, err := r.ask(context.WithoutCancel(ctx), c)
		r.silent.Store(errors.Is(err, agent.ErrSilent))
		r.away.Store(err != nil)
	}()
}

func (r *replica) ask(ctx context.Context, c *Console) (agent.Memory, error) {
	asking, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	memory, err := r.agent.Memory(asking)
	if err != nil {
		return memory, fmt.Errorf("%s: %w", r.name, err)
	}
	if memory.Offset != c.offset(r).String() || memory.Wire != c.wireState() {
		return memory, r.tell(ctx, c)
	}
	return memory, nil
}

// tell tells a replica how far ahead of the real time its clock is to be, and how far away Redis is.
func (r *replica) tell(ctx context.Context, c *Console) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r.telling.Lock()
	defer r.telling.Unlock()
	err := r.agent.SetClock(ctx, c.offset(r))
	if err == nil {
		err = r.agent.SetWire(ctx, c.wireState())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	return nil
}

// forget makes a replica as it was when it started, or as if it had been started without the keys that all share.
func (r *replica) forget(ctx context.Context, ownKeys bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := r.agent.Forget(ctx, ownKeys); err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	return nil
}

// view shows a replica by what it remembers. A dead one remembers nothing: nil. One that its clients cannot reach is dead
// to them.
func (r *replica) view(memory *agent.Memory) contract.ReplicaView {
	v := contract.ReplicaView{Name: r.name, ClockSkew: r.skew.String(), Requests: r.requests.Load(), Sessions: []contract.SessionView{}}
	if memory == nil {
		return v
	}
	v.Refuses, v.Silent = memory.Door == agent.DoorRefuses, memory.Door == agent.DoorSilent
	if v.Alive = !v.Refuses; v.Alive && memory.Sessions != nil {
		v.Sessions, v.SessionCount = memory.Sessions, memory.SessionCount
	}
	return v
}
