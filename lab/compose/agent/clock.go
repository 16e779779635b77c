package agent

import (
	"sync/atomic"
	"time"
)

// A Clock is a replica's: the real time, and as wrong as the lab wants it. The zero Clock is right.
type Clock struct {
	offset atomic.Int64
}

// Now is what the replica takes for the time.
func (c *Clock) Now() time.Time { return time.Now().Add(c.Offset()) }

// Offset is how far ahead of the real time that is.
func (c *Clock) Offset() time.Duration { return time.Duration(c.offset.Load()) }

// Set makes it so far ahead, whatever it was before.
func (c *Clock) Set(offset time.Duration) { c.offset.Store(int64(offset)) }
