package embedded

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"authlab/lab/contract"
)

// set breaks a fault, or mends it.
func (c *Lab) set(ctx context.Context, f contract.Fault, broken bool) error {
	r, ok := c.replica(f.Replica)
	if f.IsOfReplica() && !ok {
		return contract.NoReplica(f.Replica)
	}
	size := f.By
	if !broken {
		size = 0
	}
	if startup, ok := c.started(f.Name, broken); ok {
		return c.restart(ctx, startup)
	}
	switch f.Name {
	case contract.ReplicaKilled:
		if broken {
			return r.kill()
		}
		return r.start(ctx)
	case contract.ReplicaSilent:
		r.setSilent(broken)
		return nil
	case contract.ClockSkewed:
		r.clock.SetSkew(size)
		return nil
	case contract.RedisGuarded, contract.ReplicationCut, contract.PrimaryKilled:
		if broken && c.config.Like != nil { // one of many labs, and these faults start processes
			return fmt.Errorf("%s: %w", f, contract.ErrNotOnTarget)
		}
		return c.setGuarded(ctx, f.Name, broken)
	case contract.RedisStopped:
		return c.store.wire.SetCut(broken)
	case contract.RedisSlow:
		c.distance.Set(size)
		return c.store.wire.SetDelay(ctx, size)
	case contract.HomeCut:
		return c.services.home.SetCut(broken)
	}
	return fmt.Errorf("%s: %w", f, contract.ErrNotOnTarget)
}

// Break implements contract.Lab.
func (c *Lab) Break(ctx context.Context, f contract.Fault) error {
	c.breaking.Lock()
	defer c.breaking.Unlock()
	if r, ok := c.replica(f.Replica); ok && f.Name == contract.ReplicaSilent && !r.alive() {
		return nil // a dead replica answers nothing anyway
	}
	if (f.Name == contract.RedisStopped || f.Name == contract.RedisSlow) && c.store.guard() != nil {
		return contract.Invalid("The replicas are at another Redis now, which Sentinel guards.")
	}
	if err := c.set(ctx, f, true); err != nil {
		return err
	}
	if f.Name == contract.ReplicaKilled { // a dead replica is not silent any more
		c.forget(contract.OfReplica(contract.ReplicaSilent, f.Replica))
	}
	c.forget(f)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = append(c.broken, f)
	return nil
}

// Mend implements contract.Lab.
func (c *Lab) Mend(ctx context.Context, f contract.Fault) error {
	if err := c.mend(ctx, f); err != nil {
		return err
	}
	switch f.Name {
	case contract.ReplicaKilled, contract.ReplicaSilent:
		// The balancer would find out by itself, after a while in which a class waits.
		c.balancer.Forgive(f.Replica)
	case contract.RedisStopped:
		return c.redisBack(ctx)
	}
	return nil
}

func (c *Lab) mend(ctx context.Context, f contract.Fault) error {
	c.breaking.Lock()
	defer c.breaking.Unlock()
	err := c.set(ctx, f, false)
	if err == nil {
		c.forget(f)
	}
	return err
}

// mendAll mends everything, also when one of the faults cannot be mended.
func (c *Lab) mendAll(ctx context.Context) error {
	var failed []error
	for _, f := range c.faults() {
		failed = append(failed, c.mend(ctx, f))
	}
	return errors.Join(failed...)
}

// faults lists what is broken, the oldest first.
func (c *Lab) faults() []contract.Fault {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.Clone(c.broken)
}

// forget takes a fault off the list.
func (c *Lab) forget(f contract.Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = slices.DeleteFunc(c.broken, f.Same)
}

// started changes how the replicas are started. False: the fault is of another kind.
func (c *Lab) started(fault string, broken bool) (contract.Startup, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ok := c.startup.Set(fault, broken)
	return c.startup, ok
}

// restart makes every replica start anew so.
func (c *Lab) restart(ctx context.Context, startup contract.Startup) error {
	var failed []error
	for _, r := range c.all() {
		r.set(startup, c.store.reachedAt())
		failed = append(failed, r.kill(), r.start(ctx))
	}
	return errors.Join(failed...)
}

// redisBack waits until every replica that is alive can reach Redis: their clients need a moment to believe it.
func (c *Lab) redisBack(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for _, r := range c.all() {
		for !r.redisUp(ctx) {
			select {
			case <-ctx.Done():
				return fmt.Errorf("%s does not reach Redis: %w", r.name, ctx.Err())
			case <-again.C:
			}
		}
	}
	return nil
}
