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

// joined is a way to Redis that is as it should be.
var joined = agent.WireState{Delay: "0s"}

// Break implements contract.Lab.
func (c *Console) Break(ctx context.Context, f contract.Fault) error {
	switch f.Name {
	case contract.ReplicaKilled:
		return c.kill(ctx, f.Replica)
	case contract.ReplicaSilent: // a replica that is not there is silent in a way of its own
		return unlessAway(c.setDoor(ctx, f.Replica, agent.DoorSilent))
	case contract.ClockSkewed:
		return c.skew(ctx, f.Replica, f.By)
	case contract.RedisStopped: // every replica is cut off from Redis, which goes on living with its data
		return c.setWire(ctx, func(w *agent.WireState) { w.Cut = true })
	case contract.RedisSlow: // each command of a replica takes so much longer
		return c.setWire(ctx, func(w *agent.WireState) { w.Delay = f.By.String() })
	case contract.BootKeys:
		return c.forgetAll(ctx, true)
	case contract.HomeCut:
		return typed("docker network disconnect authlab_home authlab-reports-1")
	}
	return fmt.Errorf("%s: %w", f, contract.ErrNotOnTarget)
}

// Mend implements contract.Lab.
func (c *Console) Mend(ctx context.Context, f contract.Fault) error {
	switch f.Name {
	case contract.ReplicaKilled, contract.ReplicaSilent:
		return c.start(ctx, f.Replica)
	case contract.ClockSkewed:
		return c.skew(ctx, f.Replica, 0)
	case contract.RedisStopped:
		return c.startStore(ctx)
	case contract.RedisSlow:
		return c.setWire(ctx, func(w *agent.WireState) { w.Delay = joined.Delay })
	case contract.BootKeys:
		return c.forgetAll(ctx, false)
	case contract.HomeCut:
		return typed("docker network connect authlab_home authlab-reports-1")
	}
	return fmt.Errorf("%s: %w", f, contract.ErrNotOnTarget)
}

// kill makes a replica refuse connections and forget. If its container is not there, that is done.
func (c *Console) kill(ctx context.Context, name string) error {
	err := c.setDoor(ctx, name, agent.DoorRefuses)
	switch {
	case errors.Is(err, agent.ErrSilent):
		return typed("docker compose kill " + name)
	case errors.Is(err, agent.ErrAway):
		return nil
	}
	return err
}

// start makes a replica answer again. A container is started by Docker alone.
func (c *Console) start(ctx context.Context, name string) error {
	r, ok := c.replica(name)
	if !ok {
		return contract.NoReplica(name)
	}
	err := c.mend(ctx, r)
	switch {
	case errors.Is(err, agent.ErrSilent):
		return typed("docker compose unpause " + name)
	case errors.Is(err, agent.ErrAway):
		return typed("docker compose start " + name)
	}
	return err
}

// mend opens a replica's door, if it is not open, and waits until clients come in again.
func (c *Console) mend(ctx context.Context, r *replica) error {
	memory, err := r.ask(ctx, c)
	if err != nil || memory.Door == agent.DoorOpen {
		return err
	}
	if err := c.setDoor(ctx, r.name, agent.DoorOpen); err != nil {
		return err
	}
	return c.inTurn(ctx, r.name)
}

func (c *Console) setDoor(ctx context.Context, name, state string) error {
	r, ok := c.replica(name)
	if !ok {
		return contract.NoReplica(name)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := r.agent.SetDoor(ctx, state); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// startStore joins the replicas to Redis again. If it is Redis itself that has stopped, Docker has to start it.
func (c *Console) startStore(ctx context.Context) error {
	if err := c.setWire(ctx, func(w *agent.WireState) { w.Cut = false }); err != nil {
		return err
	}
	if v, err := c.View(ctx); err != nil || !v.Redis.Alive {
		return typed("docker compose start redis")
	}
	return nil
}

func (c *Console) setWire(ctx context.Context, change func(*agent.WireState)) error {
	c.mu.Lock()
	change(&c.wire)
	c.mu.Unlock()
	return errors.Join(each(c.present(), func(r *replica) error { return unlessAway(r.tell(ctx, c)) })...)
}

func (c *Console) wireState() agent.WireState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wire
}

// forgetAll makes every replica as if it had been started anew, with keys of its own or with those that all share.
func (c *Console) forgetAll(ctx context.Context, ownKeys bool) error {
	return errors.Join(each(c.present(), func(r *replica) error { return unlessAway(r.forget(ctx, ownKeys)) })...)
}

const (
	// settling is how long it may take until the balancer has noticed that a replica is back.
	settling = 20 * time.Second
	// again is how long to wait before looking again.
	again = 25 * time.Millisecond
)

// inTurn waits until the balancer deals requests to a replica again, by every policy.
func (c *Console) inTurn(ctx context.Context, name string) error {
	if c.config.Balancer == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, settling)
	defer cancel()
	for _, policy := range []string{"round-robin", "sticky", "hash"} {
		for client := 0; ; client++ { // each from an address of its own, for hash
			answered, err := c.answering(ctx, policy, client)
			if err == nil && answered == name {
				break
			}
			if (client+1)%len(c.replicas) != 0 && err == nil && policy != "hash" {
				continue // not a whole round yet
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("wait until %s is dealt requests by %s: %w", name, policy, ctx.Err())
			case <-time.After(again):
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
	request.Header.Set("X-Balance", policy)
	request.Header.Set("X-Forwarded-For", fmt.Sprintf("192.0.2.%d", client%254+1))
	response, err := c.client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	return response.Header.Get("X-Served-By"), nil
}
