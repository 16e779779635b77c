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
	telling  sync.Mutex  // held while it is told something, so that it is told the latest last

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

// ask asks what a replica remembers, and puts it right if it does not work, or was not started, as it should be: a container that
// Docker has just started knows nothing of what is broken.
func (c *Console) ask(ctx context.Context, r *replica) (agent.Memory, error) {
	memory, err := r.agent.Memory(ctx)
	if err == nil && !c.isRight(r, memory) {
		err = c.putRight(ctx, r)
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

// tell tells a replica its conditions.
func (c *Console) tell(ctx context.Context, r *replica) error {
	r.telling.Lock()
	defer r.telling.Unlock()
	conditions, _ := c.wanted(r)
	return r.agent.Set(ctx, conditions)
}

// restart makes a replica forget everything, and start as it should.
func (c *Console) restart(ctx context.Context, r *replica) error {
	r.telling.Lock()
	defer r.telling.Unlock()
	_, startup := c.wanted(r)
	return r.agent.Forget(ctx, startup)
}

// putRight tells a replica what it should have been told. It asks once more, because it may have been told by now, and must not
// forget a login that came since.
func (c *Console) putRight(ctx context.Context, r *replica) error {
	r.telling.Lock()
	defer r.telling.Unlock()
	memory, err := r.agent.Memory(ctx)
	conditions, startup := c.wanted(r)
	if err == nil && memory.Startup != startup {
		err = r.agent.Forget(ctx, startup)
	}
	if err == nil && memory.Conditions != conditions {
		err = r.agent.Set(ctx, conditions)
	}
	return err
}

func (c *Console) isRight(r *replica, memory agent.Memory) bool {
	conditions, startup := c.wanted(r)
	return memory.Conditions == conditions && memory.Startup == startup
}

// wanted is how a replica has to work, and how it has to be started.
func (c *Console) wanted(r *replica) (agent.Conditions, contract.Startup) {
	c.mu.Lock()
	defer c.mu.Unlock()
	wanted := c.conditions
	wanted.Offset += r.skew
	return wanted, c.startup
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
