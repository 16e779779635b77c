package web

import (
	"context"
	"time"
)

// patience is how long the next command or query of a request may take.
func patience(ctx context.Context) time.Duration {
	return min(redisTimeout, requestPatience-timingOf(ctx).Waited())
}

// stoodStill tells whether something took so long that this process cannot have run meanwhile: its container was paused,
// and when it woke the time was up, although what was asked had not been late.
func stoodStill(took time.Duration) bool { return took > 2*redisTimeout }

// unlessStopped asks for something that may be asked twice, and asks again if this process stood still over it.
func unlessStopped(ctx context.Context, now func() time.Time, ask func(timeout time.Duration) error, answered func(error) bool) error {
	started := now()
	err := ask(patience(ctx))
	if answered(err) || !stoodStill(now().Sub(started)) || ctx.Err() != nil {
		return err
	}
	return ask(redisTimeout)
}
