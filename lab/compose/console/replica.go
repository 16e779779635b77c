package console

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"authlab/lab/compose/agent"
	"authlab/lab/contract"
)

// A replica is one as the console sees it: through its agent, and in nginx's log.
type replica struct {
	name     string
	spare    bool
	agent    *agent.Client
	requests atomic.Int64
	finding  atomic.Bool // a goroutine asks whether it is back
	telling  sync.Mutex  // held while it is told its state, so that it is told the latest last

	// Guarded by Console.mu.
	skew time.Duration
	last agent.Memory // what it remembered when it last answered
	away error        // why it did not answer when it was last asked; nil: it did
}

// look asks what a replica remembers; nil: it is away. A replica that was away a moment ago keeps no caller waiting: it is
// asked in the background, and the next look finds it.
func (c *Console) look(ctx context.Context, r *replica) *agent.Memory {
	if c.isAway(r) {
		if r.finding.CompareAndSwap(false, true) {
			go func() {
				defer r.finding.Store(false)
				_, _ = c.ask(context.WithoutCancel(ctx), r) // which notes what came of it
			}()
		}
		return nil
	}
	if memory, err := c.ask(ctx, r); err == nil {
		return &memory
	}
	return nil
}

// ask asks what a replica remembers, and tells it its time, its way to Redis and its settings if they are not as they should be: a
// replica that has just been started begins with the real time and a whole way.
func (c *Console) ask(ctx context.Context, r *replica) (agent.Memory, error) {
	memory, err := r.agent.Memory(ctx)
	offset, wire, settings := c.wanted(r)
	if err == nil && (memory.Offset != offset.String() || memory.Wire != wire || memory.Settings != settings) {
		err = c.tell(ctx, r)
	}
	if ctx.Err() == nil {
		c.mu.Lock()
		r.away = err
		if err == nil {
			r.last = memory
		}
		c.mu.Unlock()
	}
	return memory, err
}

// tell tells a replica how far ahead of the real time its clock is to be, how far away Redis is, and its settings.
func (c *Console) tell(ctx context.Context, r *replica) error {
	r.telling.Lock()
	defer r.telling.Unlock()
	offset, wire, settings := c.wanted(r)
	if err := r.agent.SetClock(ctx, offset); err != nil {
		return err
	}
	if err := r.agent.SetWire(ctx, wire); err != nil {
		return err
	}
	return r.agent.Set(ctx, settings)
}

// wanted is how far ahead of the real time a replica's clock has to be, its way to Redis, and its settings.
func (c *Console) wanted(r *replica) (time.Duration, agent.WireState, contract.Settings) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ahead + r.skew, c.wire, c.settings
}

func (c *Console) isAway(r *replica) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return r.away != nil
}

// each does something with all replicas at once that were there when they were last asked. One that has gone since is no
// error: it is told what it has to know when it is back.
func (c *Console) each(do func(*replica) error) error {
	failed := make([]error, len(c.replicas))
	var wg sync.WaitGroup
	for i, r := range c.replicas {
		if !c.isAway(r) {
			wg.Go(func() { failed[i] = unlessAway(do(r)) })
		}
	}
	wg.Wait()
	return errors.Join(failed...)
}

// unlessAway is nil where an error is that a replica is away.
func unlessAway(err error) error {
	if errors.Is(err, agent.ErrAway) || errors.Is(err, agent.ErrSilent) {
		return nil
	}
	return err
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
