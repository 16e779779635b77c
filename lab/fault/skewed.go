package fault

import (
	"context"
	"sync/atomic"
	"time"
)

// Skewed is a replica whose clock is ahead (or, less than zero, behind).
type Skewed struct {
	Clock *Clock
	By    time.Duration
}

var _ Fault = Skewed{}

// Break implements Fault.
func (s Skewed) Break(context.Context) error {
	s.Clock.skew.Store(int64(s.By))
	return nil
}

// Mend implements Fault.
func (s Skewed) Mend(context.Context) error {
	s.Clock.skew.Store(0)
	return nil
}

// LabTime is the time of the whole lab: the real one, and as far ahead as it was moved.
type LabTime struct {
	ahead atomic.Int64
}

// Now is the lab's time.
func (t *LabTime) Now() time.Time { return time.Now().Add(time.Duration(t.ahead.Load())) }

// Advance moves the lab's time forward.
func (t *LabTime) Advance(d time.Duration) { t.ahead.Add(int64(d)) }

// Reset moves the lab's time back to the real one.
func (t *LabTime) Reset() { t.ahead.Store(0) }

// A Clock is one replica's: the lab's time, and as wrong as it is.
type Clock struct {
	lab  *LabTime
	skew atomic.Int64
}

// NewClock returns a clock that shows the lab's time.
func NewClock(lab *LabTime) *Clock { return &Clock{lab: lab} }

// Now is what the replica takes for the time.
func (c *Clock) Now() time.Time { return c.lab.Now().Add(c.Skew()) }

// Skew is how wrong the clock is.
func (c *Clock) Skew() time.Duration { return time.Duration(c.skew.Load()) }
