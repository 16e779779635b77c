package console

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"authlab/lab/contract"
	"authlab/web"
)

// guarded is how docker is told of the containers of the guarded Redis.
const guarded = "docker compose --profile sentinel "

// redis is the Redis that the replicas are at.
func (c *Console) redis() redis.UniversalClient {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// use makes a Redis the one that the replicas are at, by an address for them; empty: the one of Config. c.mu is held.
func (c *Console) use(client redis.UniversalClient, address string) {
	if c.at != c.config.Redis {
		_ = c.at.Close() // a View that asks it just now shows Redis as away, and the next one does not
	}
	c.at, c.startup.Redis = client, address
}

// guard begins every replica anew on the Redis that Sentinel guards, or on the one from before. Docker has to start the guarded
// one, and ends it.
func (c *Console) guard(ctx context.Context, broken bool) error {
	client, address := c.config.Redis, ""
	if broken {
		if c.config.Guarded == "" {
			return fmt.Errorf("%s: %w", contract.RedisGuarded, contract.ErrNotOnTarget)
		}
		address = c.config.Guarded
		var err error
		if client, err = web.OpenRedis(address); err != nil {
			return err
		}
		if !isThere(ctx, client) {
			_ = client.Close()
			return byHand(guarded + "up -d --wait")
		}
	}
	c.mu.Lock()
	c.use(client, address)
	c.mu.Unlock()
	return c.each(func(r *replica) error { return c.restart(ctx, r) })
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

// isThere tells whether a Redis can be used.
func isThere(ctx context.Context, client redis.UniversalClient) bool {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	return web.PingRedis(ctx, client) == nil
}
