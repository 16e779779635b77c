package console

import (
	"context"
	"fmt"

	"authlab/lab/contract"
	"authlab/web"
)

// guarded is how docker is told of the containers of the guarded Redis.
const guarded = "docker compose --profile sentinel "

// guard begins every replica anew on the Redis that Sentinel guards, or on the one from before. Docker has to start the guarded
// one, and ends it.
func (c *Console) guard(ctx context.Context, broken bool) error {
	address := ""
	if broken {
		if c.config.Guarded == "" {
			return fmt.Errorf("%s: %w", contract.RedisGuarded, contract.ErrNotOnTarget)
		}
		if !isThere(ctx, c.config.Guarded) {
			return byHand(guarded + "up -d --wait")
		}
		address = c.config.Guarded
	}
	c.mu.Lock()
	c.startup.Redis = address
	startup := c.startup
	c.mu.Unlock()
	return c.each(func(r *replica) error { return r.agent.Forget(ctx, startup) })
}

// failOver is for Docker alone: the console would have to be trusted with a way to end a Redis.
func (c *Console) failOver(fault string, broken bool) error {
	switch {
	case !broken: // it ends with the guarded Redis
		return nil
	case fault == contract.ReplicationCut:
		return byHand(guarded + "exec redis-replica redis-cli replicaof 127.0.0.1 1")
	}
	return byHand(guarded + "kill redis-primary")
}

// isThere tells whether a Redis at an address can be used.
func isThere(ctx context.Context, address string) bool {
	client, err := web.OpenRedis(address)
	if err != nil {
		return false
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	return web.PingRedis(ctx, client) == nil
}
