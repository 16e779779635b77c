package embedded

import (
	"context"

	"authlab/lab/contract"
	"authlab/lab/control"
)

// View implements contract.Lab.
func (c *Lab) View(ctx context.Context) (contract.View, error) {
	v := contract.View{Target: "embedded", MaxReplicas: contract.MaxReplicas, Now: c.time.Now().UTC(), Faults: []string{}, Services: c.services.urls}
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
	if v.Redis, err = control.RedisKeys(ctx, c.store.client); err != nil {
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
	return b, control.AddRedisBytes(ctx, &b, c.store.client)
}
