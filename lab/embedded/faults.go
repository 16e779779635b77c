package embedded

import (
	"context"
	"fmt"
	"time"

	"authlab/lab/contract"
	"authlab/lab/fault"
)

// fault is how a fault is broken and mended here.
func (c *Lab) fault(f contract.Fault) (fault.Fault, error) {
	var r *replica
	if f.Replica != "" {
		var ok bool
		if r, ok = c.replica(f.Replica); !ok {
			return nil, contract.NoReplica(f.Replica)
		}
	}
	switch f.Name {
	case contract.ReplicaKilled:
		return fault.Killed{Replica: r}, nil
	case contract.ReplicaSilent:
		return fault.Silent{Replica: r}, nil
	case contract.ClockSkewed:
		return fault.Skewed{Clock: r.clock, By: f.By}, nil
	case contract.RedisStopped:
		return fault.Cut{Wire: c.store.wire}, nil
	case contract.RedisSlow:
		return fault.RedisSlow{Wire: c.store.wire, By: f.By}, nil
	case contract.BootKeys:
		return c.bootKeys(), nil
	case contract.HomeCut:
		return fault.Cut{Wire: c.services.home}, nil
	}
	return nil, fmt.Errorf("%s: %w", f, contract.ErrNotOnTarget)
}

// Break implements contract.Lab.
func (c *Lab) Break(ctx context.Context, f contract.Fault) error {
	how, err := c.fault(f)
	if err != nil {
		return err
	}
	switch r, _ := c.replica(f.Replica); f.Name {
	case contract.ReplicaKilled: // a dead replica is not silent any more
		c.faults.Forget(contract.Fault{Name: contract.ReplicaSilent, Replica: f.Replica})
	case contract.ReplicaSilent:
		if !r.alive() {
			return nil // it is silent in a way of its own
		}
	}
	return c.faults.Break(ctx, f, how)
}

// Mend implements contract.Lab.
func (c *Lab) Mend(ctx context.Context, f contract.Fault) error {
	how, err := c.fault(f)
	if err != nil {
		return err
	}
	if err := c.faults.Mend(ctx, f, how); err != nil {
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
