package embedded

import (
	"context"
	"errors"
	"time"

	"authlab/account"
	"authlab/lab/contract"
	"authlab/lab/control"
)

var _ contract.Lab = (*Lab)(nil)

// Scale implements contract.Lab: new replicas start with an empty memory, and the last ones go first.
func (c *Lab) Scale(ctx context.Context, n int) error { return c.scale(ctx, n) }

// Flush implements contract.Lab.
func (c *Lab) Flush(ctx context.Context) error { return control.Flush(ctx, c.store.client) }

// Advance implements contract.Lab.
func (c *Lab) Advance(ctx context.Context, by time.Duration) error {
	c.time.Advance(by)
	return control.Age(ctx, c.store.client, by)
}

// AddUsers implements contract.Lab.
func (c *Lab) AddUsers(ctx context.Context, count int, password string) error {
	return control.AddUsers(ctx, c.directory, c.hasher, count, password)
}

// SetRoles implements contract.Lab.
func (c *Lab) SetRoles(ctx context.Context, user string, roles []string) error {
	return c.directory.SetRoles(ctx, user, roles)
}

// Reset implements contract.Lab.
func (c *Lab) Reset(ctx context.Context) error {
	if err := c.mendAll(ctx); err != nil {
		return err
	}
	c.time.Reset()
	c.keys.Forget()
	c.cookies.Forget()
	if err := c.scale(ctx, c.config.Replicas); err != nil {
		return err
	}
	for _, r := range c.all() { // each at a new address, where no balancer has met silence
		if err := errors.Join(r.kill(), r.start(ctx)); err != nil {
			return err
		}
	}
	if err := control.Flush(ctx, c.store.client); err != nil {
		return err
	}
	c.store.resetCounts(ctx)
	c.services.naive.Reset()
	c.directory.RemoveAllBut(control.DemoNames()...)
	return account.ResetDemos(ctx, c.directory)
}
