package agent

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"authlab/lab/control"
)

// errCut is what a replica gets for every command while it is cut off from Redis.
var errCut = errors.New("the lab has cut this replica off from Redis")

// A WireState is what the lab has made of a replica's way to Redis.
type WireState struct {
	Cut   bool   `json:"cut"`
	Delay string `json:"delay"` // of each command, like 5ms
}

// A wire is a replica's way to Redis, where the lab can cut it or make it longer. It is a hook of the replica's client,
// so Redis itself notices nothing.
type wire struct {
	cut   atomic.Bool
	delay *control.Delay // of each command or pipeline
}

var _ redis.Hook = (*wire)(nil)

func (w *wire) set(cut bool, delay time.Duration) {
	w.cut.Store(cut)
	w.delay.Set(delay)
}

func (w *wire) state() WireState {
	return WireState{Cut: w.cut.Load(), Delay: w.delay.By().String()}
}

// travel is the way there and back.
func (w *wire) travel(ctx context.Context) error {
	if w.cut.Load() {
		return errCut
	}
	return w.delay.Wait(ctx)
}

// DialHook implements redis.Hook.
func (w *wire) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if w.cut.Load() {
			return nil, errCut
		}
		return next(ctx, network, address)
	}
}

// ProcessHook implements redis.Hook.
func (w *wire) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if err := w.travel(ctx); err != nil {
			cmd.SetErr(err)
			return err
		}
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook implements redis.Hook: a pipeline travels once.
func (w *wire) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
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
