package agent

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// errCut is what a replica gets for every command while it is cut off from Redis.
var errCut = errors.New("the lab has cut this replica off from Redis")

// A wire is a replica's way to Redis, where the lab can cut it or make it longer. It is a hook of the replica's client,
// so Redis itself notices nothing.
type wire struct{ conditions *atomic.Pointer[Conditions] }

var _ redis.Hook = wire{}

// travel is the way there and back.
func (w wire) travel(ctx context.Context) error {
	now := w.conditions.Load()
	switch {
	case now.Cut:
		return errCut
	case now.Delay == 0:
		return nil
	}
	select {
	case <-time.After(now.Delay):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// DialHook implements redis.Hook.
func (w wire) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if w.conditions.Load().Cut {
			return nil, errCut
		}
		return next(ctx, network, address)
	}
}

// ProcessHook implements redis.Hook.
func (w wire) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if err := w.travel(ctx); err != nil {
			cmd.SetErr(err)
			return err
		}
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook implements redis.Hook: a pipeline travels once.
func (w wire) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if err := w.travel(ctx); err != nil {
			for _, cmd := range cmds {
				cmd.SetErr(err)
			}
			return err
		}
		return next(ctx, cmds)
	}
}
