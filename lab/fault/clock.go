package fault

import (
	"sync/atomic"
	"time"
)

// LabTime is the time of the whole lab: the real one, and as far ahead as it was moved. To move it is no fault, because
// nothing mends it.
type LabTime struct {
	ahead atomic.Int64
}

// Now is the lab's time.
func (t *LabTime) Now() time.Time { return time.Now().Add(time.Duration(t.ahead.Load())) }

// Advance moves the lab's time forward. It does nothing, and returns false, if the lab would be further ahead than most.
func (t *LabTime) Advance(d, most time.Duration) bool {
	for {
		ahead := t.ahead.Load()
		if ahead > int64(most-d) {
			return false
		}
		if t.ahead.CompareAndSwap(ahead, ahead+int64(d)) {
			return true
		}
	}
}

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

// Skew is how far the clock is ahead; less than 0: behind.
func (c *Clock) Skew() time.Duration { return time.Duration(c.skew.Load()) }

// SetSkew makes the clock so far ahead, or behind; 0 sets it right.
func (c *Clock) SetSkew(by time.Duration) { c.skew.Store(int64(by)) }
