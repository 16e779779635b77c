package control

import (
	"context"
	"sync/atomic"
	"time"
)

// A Delay is how much longer each command to a store takes. The zero Delay is none.
type Delay struct{ ns atomic.Int64 }

// Set sets the delay.
func (d *Delay) Set(by time.Duration) { d.ns.Store(int64(by)) }

// By returns the delay.
func (d *Delay) By() time.Duration { return time.Duration(d.ns.Load()) }

// Wait returns after it, or earlier with an error if ctx ends.
func (d *Delay) Wait(ctx context.Context) error {
	by := d.By()
	if by == 0 {
		return nil
	}
	over := time.NewTimer(by)
	defer over.Stop()
	select {
	case <-over.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
