package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authlab/account"
	"authlab/lab/control"
	"authlab/lab/fault"
)

var _ control.Lab = (*Cluster)(nil)

// Kill implements control.Lab.
func (c *Cluster) Kill(ctx context.Context, name string) error {
	return c.onReplica(name, func(r *replica) error { return c.faults.Break(ctx, fault.Killed{Replica: r}) })
}

// Start implements control.Lab.
func (c *Cluster) Start(ctx context.Context, name string) error {
	return c.onReplica(name, func(r *replica) error { return c.faults.Mend(ctx, fault.Killed{Replica: r}) })
}

// Skew implements control.Lab.
func (c *Cluster) Skew(ctx context.Context, name string, by time.Duration) error {
	return c.onReplica(name, func(r *replica) error {
		f := fault.Skewed{Replica: r.name, Clock: r.clock, By: by}
		if by == 0 {
			return c.faults.Mend(ctx, f)
		}
		return c.faults.Break(ctx, f)
	})
}

func (c *Cluster) onReplica(name string, do func(*replica) error) error {
	r, ok := c.replica(name)
	if !ok {
		return control.NoReplica(name)
	}
	return do(r)
}

// Scale implements control.Lab: new replicas start with an empty memory, and the last ones go first.
func (c *Cluster) Scale(ctx context.Context, n int) error { return c.scale(ctx, n) }

// StopStore implements control.Lab.
func (c *Cluster) StopStore(ctx context.Context) error {
	return c.faults.Break(ctx, c.redisStopped())
}

// StartStore implements control.Lab.
func (c *Cluster) StartStore(ctx context.Context) error {
	if err := c.faults.Mend(ctx, c.redisStopped()); err != nil {
		return err
	}
	return c.redisBack(ctx)
}

// FlushStore implements control.Lab.
func (c *Cluster) FlushStore(ctx context.Context) error { return control.Flush(ctx, c.store.client) }

// DelayStore implements control.Lab.
func (c *Cluster) DelayStore(ctx context.Context, by time.Duration) error {
	f := fault.RedisSlow{Wire: c.store.wire, By: by}
	if by == 0 {
		return c.faults.Mend(ctx, f)
	}
	return c.faults.Break(ctx, f)
}

func (c *Cluster) redisStopped() fault.Cut { return fault.Cut{Server: "redis", Wire: c.store.wire} }

// redisBack waits until every replica that is alive can reach Redis: their clients need a moment to believe it.
func (c *Cluster) redisBack(ctx context.Context) error {
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

// Advance implements control.Lab.
func (c *Cluster) Advance(ctx context.Context, by time.Duration) error {
	c.time.Advance(by)
	return control.Age(ctx, c.store.client, by)
}

// AddUsers implements control.Lab.
func (c *Cluster) AddUsers(ctx context.Context, count int, password string) error {
	return account.CreateSimulated(ctx, c.directory, c.hasher, count, control.SimulatedName, password)
}

// SetRoles implements control.Lab.
func (c *Cluster) SetRoles(ctx context.Context, user string, roles []string) error {
	return c.directory.SetRoles(ctx, user, roles)
}

// StopHome implements control.Lab.
func (c *Cluster) StopHome(ctx context.Context) error { return c.faults.Break(ctx, c.homeStopped()) }

// StartHome implements control.Lab.
func (c *Cluster) StartHome(ctx context.Context) error { return c.faults.Mend(ctx, c.homeStopped()) }

// Reset implements control.Lab.
func (c *Cluster) Reset(ctx context.Context) error {
	if err := c.faults.MendAll(ctx); err != nil {
		return err
	}
	c.time.Reset()
	c.keys.Forget()
	c.cookies.Forget()
	if err := c.scale(ctx, c.config.Replicas); err != nil {
		return err
	}
	for _, r := range c.all() {
		if err := errors.Join(r.Kill(), r.Start(ctx)); err != nil {
			return err
		}
	}
	if err := control.Flush(ctx, c.store.client); err != nil {
		return err
	}
	c.store.resetCounts(ctx)
	c.services.naive.Reset()
	var demos []string
	for _, demo := range account.Demos() {
		demos = append(demos, demo.Name)
	}
	c.directory.RemoveAllBut(demos...)
	return account.ResetDemos(ctx, c.directory)
}
