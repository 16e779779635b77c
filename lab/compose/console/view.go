package console

import (
	"context"
	"sync"
	"time"

	"authlab/lab/compose/agent"
	"authlab/lab/contract"
	"authlab/lab/control"
)

// lookPatience is how long the console waits for Redis or the users database before it shows them as away.
const lookPatience = time.Second

// View implements contract.Lab. Everything is asked at the same time; what does not answer is shown as not alive, and is
// no error.
func (c *Console) View(ctx context.Context) (contract.View, error) {
	v := contract.View{Target: "compose", MaxReplicas: len(c.replicas), Faults: []string{}, Services: contract.ServicesView{Reports: c.config.Reports}}
	var wg sync.WaitGroup
	wg.Go(func() { v.Redis = c.redisView(ctx) })
	wg.Go(func() { v.Accounts = c.accountsView(ctx) })
	memories := c.look(ctx)
	wg.Wait()

	c.mu.Lock()
	defer c.mu.Unlock()
	v.Now = c.config.Now().Add(c.ahead).UTC()
	broken := func(name, replica string) {
		v.Faults = append(v.Faults, contract.Fault{Name: name, Replica: replica}.String())
	}
	ownKeys := false
	for i, r := range c.replicas {
		memory := memories[i]
		switch {
		case memory != nil:
			r.last = *memory
			ownKeys = ownKeys || memory.OwnKeys
			// A Redis that is back is not alive for a replica that does not believe it yet.
			v.Redis.Alive = v.Redis.Alive && memory.Redis
		case r.silent.Load(): // its process is stopped, and has forgotten nothing
			memory = new(r.last)
			memory.Door = agent.DoorSilent
		case r.spare:
			continue
		}
		shown := r.view(memory)
		v.Replicas = append(v.Replicas, shown)
		switch {
		case !shown.Alive:
			broken(contract.ReplicaKilled, r.name)
		case shown.Silent:
			broken(contract.ReplicaSilent, r.name)
		}
		if r.skew != 0 {
			broken(contract.ClockSkewed, r.name)
		}
	}
	v.Redis.Cut = c.wire.Cut
	if !v.Redis.Alive {
		broken(contract.RedisStopped, "")
	}
	if c.wire.Delay != joined.Delay {
		broken(contract.RedisSlow, "")
	}
	if ownKeys {
		broken(contract.BootKeys, "")
	}
	return v, nil
}

// look asks every replica what it remembers; nil is one that is away, or has not been told the time.
func (c *Console) look(ctx context.Context) []*agent.Memory {
	memories := make([]*agent.Memory, len(c.replicas))
	var wg sync.WaitGroup
	for i, r := range c.replicas {
		wg.Go(func() {
			if memory, err := r.look(ctx, c); err == nil {
				memories[i] = &memory
			}
		})
	}
	wg.Wait()
	return memories
}

func (c *Console) redisView(ctx context.Context) contract.RedisView {
	ctx, cancel := context.WithTimeout(ctx, lookPatience)
	defer cancel()
	v, err := control.RedisKeys(ctx, c.config.Redis)
	if err != nil {
		return control.NoKeys()
	}
	v.Alive, v.Commands = true, c.commands.Since(ctx)
	return v
}

func (c *Console) accountsView(ctx context.Context) []contract.AccountView {
	ctx, cancel := context.WithTimeout(ctx, lookPatience)
	defer cancel()
	shown, err := control.Accounts(ctx, c.config.Users)
	if err != nil {
		return []contract.AccountView{}
	}
	return shown
}

// Bytes implements contract.Lab.
func (c *Console) Bytes(ctx context.Context) (contract.Bytes, error) {
	var b contract.Bytes
	for _, memory := range c.look(ctx) {
		if memory != nil {
			b.Replicas += memory.Bytes
		}
	}
	return b, control.AddRedisBytes(ctx, &b, c.config.Redis)
}
