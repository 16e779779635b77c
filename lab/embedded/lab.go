package embedded

import (
	"context"
	"errors"
	"time"

	"authlab/account"
	"authlab/lab/contract"
	"authlab/lab/control"
	"authlab/session"
)

var _ contract.Lab = (*Lab)(nil)

// View implements contract.Lab.
func (c *Lab) View(ctx context.Context) (contract.View, error) {
	v := contract.View{Target: "embedded", MaxReplicas: c.config.MaxReplicas, Now: c.time.Now().UTC(), Faults: []string{}, Services: c.services.urls}
	c.mu.RLock()
	v.LeakedSecret = c.startup.LeakedSecret
	c.mu.RUnlock()
	for _, f := range c.faults() {
		v.Faults = append(v.Faults, f.String())
	}
	for _, r := range c.all() {
		v.Replicas = append(v.Replicas, viewOf(r))
	}
	var err error
	if v.Accounts, err = control.Accounts(ctx, c.directory); err != nil {
		return contract.View{}, err
	}
	if v.Redis, err = control.RedisKeys(ctx, c.store.seen()); err != nil {
		return v, err
	}
	v.Redis.Alive, v.Redis.Commands = !c.store.wire.IsCut(), c.store.commands(ctx)
	return v, nil
}

func viewOf(r *replica) contract.ReplicaView {
	entries := r.remembers()
	return contract.ReplicaView{
		Name: r.name, Alive: r.alive(), Silent: r.silent(), ClockSkew: r.clock.Skew().String(), Requests: r.requests.Load(),
		Sessions: control.Sessions(entries), SessionCount: len(entries),
	}
}

// Bytes implements contract.Lab.
func (c *Lab) Bytes(ctx context.Context) (contract.Bytes, error) {
	var b contract.Bytes
	for _, r := range c.all() {
		n, err := control.SessionBytes(r.remembers())
		if err != nil {
			return b, err
		}
		b.Replicas += n
	}
	return b, control.AddRedisBytes(ctx, &b, c.store.seen())
}

// Records is how many things the lab keeps for its clients: sessions in replicas, keys in Redis and accounts. It grows with what
// clients do, and so does the memory that the lab takes.
func (c *Lab) Records(ctx context.Context) int {
	keys, _ := c.store.client.DBSize(ctx).Result() // a Redis that is stopped is still there for the lab; no answer is none
	records := int(keys) + c.directory.Len()
	for _, r := range c.all() {
		records += len(r.remembers())
	}
	return records
}

// Scale implements contract.Lab: new replicas start with an empty memory, and the last ones go first.
func (c *Lab) Scale(ctx context.Context, n int) error {
	if n > c.config.MaxReplicas {
		return contract.Invalid("This lab has at most %d replicas.", c.config.MaxReplicas)
	}
	return c.scale(ctx, n)
}

// Flush implements contract.Lab.
func (c *Lab) Flush(ctx context.Context) error { return control.Flush(ctx, c.store.seen()) }

// Advance implements contract.Lab.
func (c *Lab) Advance(ctx context.Context, by time.Duration) error {
	if !c.time.Advance(by, contract.MaxAhead) {
		return contract.ErrAhead
	}
	return control.Age(ctx, c.store.seen(), by)
}

// AddUsers implements contract.Lab.
func (c *Lab) AddUsers(ctx context.Context, count int, password string) error {
	return control.AddUsers(ctx, c.directory, c.hasher, count, password)
}

// AddAccount makes a user whose password is a secret that a program made: see account.CreateWithSecret.
func (c *Lab) AddAccount(ctx context.Context, name, secret string) error {
	return account.CreateWithSecret(ctx, c.directory, c.hasher, account.User{Name: name, Roles: []string{account.RoleUser}}, secret)
}

// SetRoles implements contract.Lab.
func (c *Lab) SetRoles(ctx context.Context, user string, roles []string) error {
	return c.directory.SetRoles(ctx, user, roles)
}

// Set implements contract.Lab.
func (c *Lab) Set(_ context.Context, s contract.Settings) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settings = s
	for _, r := range c.replicas {
		r.tune(control.Tuned(s))
	}
	return nil
}

// Reset implements contract.Lab. If PostgreSQL is away, it is an error, and the users stay for the next Reset.
func (c *Lab) Reset(ctx context.Context) error {
	if err := c.mendAll(ctx); err != nil {
		return err
	}
	if err := c.Set(ctx, contract.Settings{}); err != nil {
		return err
	}
	c.time.Reset()
	c.keys.Forget()
	c.cookies.Forget()
	if err := c.scale(ctx, c.config.Replicas); err != nil {
		return err
	}
	for _, r := range c.all() { // each at a new address, which the balancer has not found silent before
		if err := errors.Join(r.kill(), r.start(ctx)); err != nil {
			return err
		}
	}
	if err := control.Flush(ctx, c.store.seen()); err != nil {
		return err
	}
	c.store.resetCounts(ctx)
	c.services.naive.Reset()
	if c.postgres != nil { // simulated users are made again under the same names, and an old session would be good again
		if err := session.NewPostgres(c.postgres, session.DefaultIdle).EndUsers(ctx, c.directory.Names()...); err != nil {
			return err
		}
	}
	return errors.Join(c.directory.RemoveAllBut(ctx, control.DemoNames()...), c.demos.Reset(ctx))
}
