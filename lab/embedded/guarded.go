package embedded

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"authlab/lab/contract"
	"authlab/lab/redisserver"
	"authlab/web"
)

// A guardedStore takes the place of a store: a primary with a replica of its own, and Sentinel.
//
//	replicas ──▶ Sentinel: which is the primary?
//	    └──────▶ primary ─── copies ──▶ replica of Redis
type guardedStore struct {
	*redisserver.Guarded
	client redis.UniversalClient // of the lab
}

func (g *guardedStore) close() error {
	if g == nil {
		return nil
	}
	return errors.Join(g.client.Close(), g.Stop())
}

// guard is what has taken the place of the store; nil: nothing has.
func (s *store) guard() *guardedStore {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.guarded
}

// seen is what the lab looks at.
func (s *store) seen() redis.UniversalClient {
	if g := s.guard(); g != nil {
		return g.client
	}
	return s.client
}

// setGuarded puts three new processes in the place of the store, or the store in theirs. ErrNotOnTarget: no redis-server is
// installed.
func (s *store) setGuarded(ctx context.Context, guarded bool) error {
	var now *guardedStore
	if guarded {
		processes, err := redisserver.StartGuarded(ctx)
		if errors.Is(err, redisserver.ErrNone) {
			err = fmt.Errorf("%w: %w", contract.ErrNotOnTarget, err)
		}
		if err != nil {
			return err
		}
		client, err := web.OpenRedis(processes.Address())
		if err != nil {
			return errors.Join(err, processes.Stop())
		}
		now = &guardedStore{processes, client}
	}
	s.mu.Lock()
	before := s.guarded
	select {
	case <-s.closed:
		s.guarded = nil
	default:
		s.guarded, now = now, nil
	}
	s.mu.Unlock()
	if now != nil { // the lab has ended meanwhile
		return errors.Join(errOver, before.close(), now.close())
	}
	return before.close()
}

// guardTimeout is how long three processes may take to start, and a failover to happen, which both take about a second.
const guardTimeout = 20 * time.Second

// setGuarded breaks or mends one of the faults that are about a guarded Redis.
func (c *Lab) setGuarded(ctx context.Context, fault string, broken bool) error {
	ctx, cancel := context.WithTimeout(ctx, guardTimeout)
	defer cancel()
	guarded := c.store.guard()
	switch {
	case fault == contract.RedisGuarded && broken == (guarded != nil):
		return nil
	case fault != contract.RedisGuarded && guarded == nil:
		if broken {
			return contract.Invalid("Redis has no replica: break %s first.", contract.RedisGuarded)
		}
		return nil
	case fault == contract.ReplicationCut && broken:
		return guarded.CutReplica(ctx)
	case fault == contract.PrimaryKilled && broken:
		return errors.Join(guarded.FailOver(ctx), c.redisBack(ctx))
	}
	if err := c.store.setGuarded(ctx, broken || fault != contract.RedisGuarded); err != nil {
		return err
	}
	for _, name := range []string{contract.ReplicationCut, contract.PrimaryKilled} {
		c.forget(contract.Fault{Name: name})
	}
	startup, _ := c.started("", false)
	return c.restart(ctx, startup)
}
