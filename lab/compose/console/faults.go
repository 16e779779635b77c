package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"authlab/lab/compose/agent"
	"authlab/lab/contract"
)

// Break implements contract.Lab.
func (c *Console) Break(ctx context.Context, f contract.Fault) error { return c.set(ctx, f, true) }

// Mend implements contract.Lab.
func (c *Console) Mend(ctx context.Context, f contract.Fault) error { return c.set(ctx, f, false) }

// set breaks a fault, or mends it.
func (c *Console) set(ctx context.Context, f contract.Fault, broken bool) error {
	r, ok := c.replica(f.Replica)
	if f.IsOfReplica() && !ok {
		return contract.NoReplica(f.Replica)
	}
	size := f.By
	if !broken {
		size = 0
	}
	if c.started(f.Name, broken) { // every replica is as if it had been started anew
		return c.each(func(r *replica) error { return c.restart(ctx, r) })
	}
	switch f.Name {
	case contract.RedisGuarded:
		return c.guard(ctx, broken)
	case contract.ReplicationCut, contract.PrimaryKilled:
		return c.failOver(f.Name, broken)
	case contract.ReplicaKilled:
		if broken {
			return kill(ctx, r)
		}
		return c.start(ctx, r)
	case contract.ReplicaSilent:
		if broken { // a replica that is away answers nothing anyway
			return unlessAway(r.agent.SetDoor(ctx, agent.DoorSilent))
		}
		return c.start(ctx, r)
	case contract.ClockSkewed:
		return c.change(ctx, func() { r.skew = size })
	case contract.RedisStopped: // every replica is cut off from Redis, which goes on living with its data
		if err := c.change(ctx, func() { c.conditions.Cut = broken }); err != nil || broken {
			return err
		}
		return c.redisBack(ctx)
	case contract.RedisSlow: // each command of a replica takes so much longer
		return c.change(ctx, func() { c.conditions.Delay = size })
	case contract.HomeCut:
		how := "connect"
		if broken {
			how = "disconnect"
		}
		return byHand("docker network " + how + " authlab_home authlab-reports-1")
	}
	return fmt.Errorf("%s: %w", f, contract.ErrNotOnTarget)
}

// started changes how the replicas are started. False: the fault is of another kind.
func (c *Console) started(fault string, broken bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.startup.Set(fault, broken)
}

// change changes the conditions of the replicas, and tells them. A replica that comes later is told
// when it is next looked at.
func (c *Console) change(ctx context.Context, edit func()) error {
	c.mu.Lock()
	edit()
	c.mu.Unlock()
	return c.each(func(r *replica) error { return c.tell(ctx, r) })
}

// kill makes a replica refuse connections and forget. If its container is not there, that is done.
func kill(ctx context.Context, r *replica) error {
	err := r.agent.SetDoor(ctx, agent.DoorRefuses)
	if errors.Is(err, agent.ErrSilent) {
		return byHand("docker compose kill " + r.name)
	}
	return unlessAway(err)
}

// start makes a replica answer again. A container is started by Docker alone.
func (c *Console) start(ctx context.Context, r *replica) error {
	err := c.open(ctx, r)
	switch {
	case errors.Is(err, agent.ErrSilent):
		return byHand("docker compose unpause " + r.name)
	case errors.Is(err, agent.ErrAway):
		return byHand("docker compose start " + r.name)
	}
	return err
}

// open opens a replica's door, if it is not open, and waits until clients come in again.
func (c *Console) open(ctx context.Context, r *replica) error {
	memory, err := c.ask(ctx, r)
	if err != nil || memory.Door == agent.DoorOpen {
		return err
	}
	if err := r.agent.SetDoor(ctx, agent.DoorOpen); err != nil {
		return err
	}
	return c.waitForBalancer(ctx, r.name)
}

// redisBack tells whether Redis itself is there. If it has stopped, Docker has to start it.
func (c *Console) redisBack(ctx context.Context) error {
	if v, err := c.View(ctx); err != nil || !v.Redis.Alive {
		return byHand("docker compose start redis")
	}
	return nil
}

const (
	// balancerTimeout is how long the balancer may take to notice that a replica is back.
	balancerTimeout = 20 * time.Second
	// pollEvery is how long to wait before the balancer is asked again.
	pollEvery = 25 * time.Millisecond
)

// waitForBalancer waits until the balancer sends requests to a replica again, by every policy.
func (c *Console) waitForBalancer(ctx context.Context, name string) error {
	if c.config.Balancer == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, balancerTimeout)
	defer cancel()
	for _, policy := range contract.Policies() {
		for client := 0; ; client++ { // each from an address of its own, for hash
			if answered, err := c.answering(ctx, policy, client); err == nil && answered == name {
				break
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("wait until the balancer sends requests to %s by %s: %w", name, policy, ctx.Err())
			case <-time.After(pollEvery):
			}
		}
	}
	return nil
}

// answering tells which replica answers a new client.
func (c *Console) answering(ctx context.Context, policy string, client int) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.config.Balancer+"/livez", nil)
	if err != nil {
		return "", err
	}
	request.Header.Set(contract.PolicyHeader, policy)
	request.Header.Set("X-Forwarded-For", fmt.Sprintf("192.0.2.%d", client%254+1))
	response, err := c.client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	return response.Header.Get("X-Served-By"), nil
}
