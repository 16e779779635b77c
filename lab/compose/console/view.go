package console

import (
	"context"
	"errors"
	"sync"
	"time"

	"authlab/lab/compose/agent"
	"authlab/lab/contract"
	"authlab/lab/control"
)

// lookTimeout is how long the console waits for Redis or the users database before it shows them as away.
const lookTimeout = time.Second

// View implements contract.Lab. Everything is asked at the same time; what does not answer is shown as not alive, and is
// no error.
func (c *Console) View(ctx context.Context) (contract.View, error) {
	v := contract.View{Target: "compose", MaxReplicas: len(c.replicas), Faults: []string{}, Services: contract.ServicesView{Reports: c.config.Reports}}
	var wg sync.WaitGroup
	wg.Go(func() { v.Redis = c.redisView(ctx) })
	wg.Go(func() { v.Accounts = c.accountsView(ctx) })
	memories := c.memories(ctx)
	wg.Wait()

	c.mu.Lock()
	defer c.mu.Unlock()
	v.Now = c.config.Now().Add(c.conditions.Offset).UTC()
	broken := func(name, replica string) {
		v.Faults = append(v.Faults, contract.Fault{Name: name, Replica: replica}.String())
	}
	ownKeys := false
	for i, r := range c.replicas {
		memory := memories[i]
		switch {
		case memory != nil:
			ownKeys = ownKeys || memory.OwnKeys
			// A Redis that is back is not alive for a replica that does not believe it yet.
			v.Redis.Alive = v.Redis.Alive && memory.Redis
		case errors.Is(r.away, agent.ErrSilent): // its process is stopped, and has forgotten nothing
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
	v.Redis.Cut = c.conditions.Cut
	if !v.Redis.Alive {
		broken(contract.RedisStopped, "")
	}
	if c.conditions.Delay != 0 {
		broken(contract.RedisSlow, "")
	}
	if c.startup.Redis != "" {
		broken(contract.RedisGuarded, "")
	}
	if ownKeys {
		broken(contract.BootKeys, "")
	}
	if v.LeakedSecret = c.startup.LeakedSecret; v.LeakedSecret != "" {
		broken(contract.KeysLeaked, "")
	}
	return v, nil
}

// memories asks every replica what it remembers; nil is one that is away.
func (c *Console) memories(ctx context.Context) []*agent.Memory {
	memories := make([]*agent.Memory, len(c.replicas))
	var wg sync.WaitGroup
	for i, r := range c.replicas {
		wg.Go(func() { memories[i] = c.look(ctx, r) })
	}
	wg.Wait()
	return memories
}

func (c *Console) redisView(ctx context.Context) contract.RedisView {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	v, err := control.RedisKeys(ctx, c.redis())
	if err != nil {
		return control.NoKeys()
	}
	v.Alive, v.Commands = true, c.commands.Since(ctx)
	return v
}

func (c *Console) accountsView(ctx context.Context) []contract.AccountView {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
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
	for _, memory := range c.memories(ctx) {
		if memory != nil {
			b.Replicas += memory.Bytes
		}
	}
	return b, control.AddRedisBytes(ctx, &b, c.redis())
}
