package soak

import (
	"context"
	"fmt"
	"slices"
	"time"

	"authlab/lab/contract"
)

// drive breaks and mends what the script draws until over ends, and then mends everything.
func (s *soak) drive(ctx, over context.Context) {
	script := newScript(s.config.Seed, s.config.Replicas)
	for {
		broken := slices.Clone(script.broken)
		e := script.next()
		if !sleep(over, e.pause) {
			script.broken = broken // what was drawn last was not done
			break
		}
		s.do(ctx, e)
	}
	for len(script.broken) > 0 && ctx.Err() == nil {
		s.do(ctx, script.mendOne())
	}
	sleep(ctx, returnTime)
}

// sleep tells whether the time has passed; otherwise ctx has ended.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return ctx.Err() == nil
	}
}

// do changes the lab.
func (s *soak) do(ctx context.Context, e event) {
	s.world.note(func(now time.Time) { s.world.log = keep(s.world.log, now, e.String()) })
	started := time.Now()
	err := s.change(ctx, e)
	took := time.Since(started)
	var stalled time.Duration
	s.world.note(func(now time.Time) { stalled = s.world.stalled(span{started, now}) })
	switch {
	case ctx.Err() != nil:
	case err != nil && e.name == advance && stalled >= shortestTimeout:
		// The clock was moved, and Redis was not told in time. So it keeps records that the replicas know to be over.
		s.report(&Broken{machine: true})
	case err != nil:
		s.stop(fmt.Errorf("%s: %w", e, err))
	case !e.mend:
		s.countFault(e.name)
	case took > returnTime: // it returns when what it did can be seen in the next request
		b := &Broken{Invariant: Returns, What: fmt.Sprintf("%s took %.0f ms", e, ms(took))}
		b.machine = took-stalled <= returnTime
		s.report(b)
	}
}

// change has the lab do what an event says, and notes in the world from when until when that may have had an effect.
func (s *soak) change(ctx context.Context, e event) error {
	w, r := s.world, s.world.named(e.fault.Replica)
	set := func() error { return s.target.Break(ctx, e.fault) }
	if e.mend {
		set = func() error { return s.target.Mend(ctx, e.fault) }
	}
	switch e.name {
	case flush:
		return w.during(&w.flushes, func() error {
			if s.target.Flush(ctx) == nil {
				return nil
			}
			return s.target.Flush(ctx) // on a busy machine Redis may once not answer in time
		})
	case rotateKeys:
		return s.target.RotateKeys(ctx, true)
	case loseKeys:
		return w.during(&w.keyLosses, func() error { return s.target.RotateKeys(ctx, false) })
	case advance:
		_, ahead := w.ahead.values(span{from: time.Now()})
		return w.moving(&w.ahead, ahead+e.by, func() error { return s.target.Advance(ctx, e.by) })
	case scale:
		return s.scale(ctx, e.replicas)
	case contract.ClockSkewed:
		if e.mend {
			e.fault.By = 0
		}
		return w.moving(&r.skews, e.fault.By, set)
	case contract.ReplicaKilled, contract.ReplicaSilent:
		if e.mend {
			defer w.end(0, &r.troubles, &r.silences)
			return set()
		}
		w.begin(&r.troubles)
		if e.name == contract.ReplicaKilled {
			return w.during(&r.kills, set)
		}
		w.begin(&r.silences)
		return set()
	}
	// What is left is Redis. The replicas may need returnTime to find out that it is back.
	if e.mend {
		w.end(0, &w.downs)
		defer w.end(returnTime, &w.outages)
		return set()
	}
	if e.name == contract.RedisStopped || e.fault.By > slowestSure {
		w.begin(&w.outages)
	}
	err := set()
	if e.name == contract.RedisStopped {
		w.begin(&w.downs)
	}
	return err
}

// scale makes it n replicas. Those that go are killed, and those that come have a right clock.
func (s *soak) scale(ctx context.Context, n int) error {
	w := s.world
	do := func() error { return s.target.Scale(ctx, n) }
	for i, r := range w.replicas {
		is, was := i < n, r.present
		r.present = is
		switch next := do; {
		case is && !was:
			defer w.end(0, &r.troubles)
			do = func() error { return w.moving(&r.skews, 0, next) }
		case was && !is && !r.dead():
			w.begin(&r.troubles, &r.kills)
			defer w.end(0, &r.kills, &r.silences)
		}
	}
	return do()
}
