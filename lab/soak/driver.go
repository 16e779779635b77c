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
	present := s.config.Replicas
	for {
		broken := slices.Clone(script.broken)
		e := script.next()
		if !sleep(over, e.pause) {
			script.broken = broken // what was drawn last was not done
			break
		}
		s.do(ctx, e, &present)
	}
	for len(script.broken) > 0 && ctx.Err() == nil {
		s.do(ctx, script.mendOne(), &present)
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

// do changes the lab, and notes when in the world.
func (s *soak) do(ctx context.Context, e event, present *int) {
	s.world.note(func(now time.Time) {
		s.world.log = keep(s.world.log, now, e.String())
		s.world.before(e, now, *present)
	})
	started := time.Now()
	err := s.change(ctx, e)
	took := time.Since(started)
	s.world.note(func(now time.Time) { s.world.after(e, now, *present) })
	if e.name == scale {
		*present = e.replicas
	}
	if err != nil {
		if ctx.Err() == nil {
			s.fail(fmt.Errorf("%s: %w", e, err))
		}
		return
	}
	if !e.mend {
		s.countFault(e.name)
	} else if took > returnTime { // it returns when what it did can be seen in the next request
		s.report(&Broken{Invariant: Returns, What: fmt.Sprintf("%s took %.0f ms", e, ms(took))})
	}
}

func (s *soak) change(ctx context.Context, e event) error {
	switch e.name {
	case flush:
		return s.target.Flush(ctx)
	case advance:
		return s.target.Advance(ctx, e.by)
	case scale:
		return s.target.Scale(ctx, e.replicas)
	case rotateKeys, loseKeys:
		return s.target.RotateKeys(ctx, e.name == rotateKeys)
	}
	if e.mend {
		return s.target.Mend(ctx, e.fault)
	}
	return s.target.Break(ctx, e.fault)
}

// before notes what an event may change from now on.
func (w *world) before(e event, now time.Time, present int) {
	r := w.named(e.fault.Replica)
	switch {
	case e.name == flush:
		w.flushes.begin(now)
	case e.name == loseKeys:
		w.keyLosses.begin(now)
	case e.name == advance:
		_, ahead := w.ahead.values(span{from: now})
		w.ahead = append(w.ahead, move{span{from: now}, ahead + e.by})
	case e.name == scale:
		for _, gone := range w.replicas[min(e.replicas, present):present] {
			gone.kill(now)
			gone.skews = append(gone.skews, move{span{from: now}, 0})
		}
	case e.name == contract.ClockSkewed && e.mend:
		r.skews = append(r.skews, move{span{from: now}, 0})
	case e.name == contract.ClockSkewed:
		r.skews = append(r.skews, move{span{from: now}, e.fault.By})
	case e.mend && r == nil:
		w.downs.end(now)
	case e.mend: // the replica may not answer before it is mended
	case e.name == contract.ReplicaKilled:
		r.kill(now)
	case e.name == contract.ReplicaSilent:
		r.silences.begin(now)
		r.troubles.begin(now)
	case e.name == contract.RedisStopped, e.name == contract.RedisSlow && e.fault.By > slowestSure:
		w.outages.begin(now)
	}
}

// kill notes that a replica is killed, if it is not dead already: dead ones are gone and have no memory to lose.
func (r *replica) kill(now time.Time) {
	inTrouble := len(r.troubles) > 0 && r.troubles[len(r.troubles)-1].open()
	silent := len(r.silences) > 0 && r.silences[len(r.silences)-1].open()
	if !inTrouble {
		r.troubles.begin(now)
	}
	if !inTrouble || silent {
		r.kills.begin(now)
	}
}

// after notes that an event has changed what it could. What was ended by mending Redis goes on for returnTime: so long may
// the replicas need to find out.
func (w *world) after(e event, now time.Time, present int) {
	r := w.named(e.fault.Replica)
	switch {
	case e.name == flush:
		w.flushes.end(now)
	case e.name == loseKeys:
		w.keyLosses.end(now)
	case e.name == advance:
		w.ahead[len(w.ahead)-1].to = now
	case e.name == scale:
		for _, gone := range w.replicas[min(e.replicas, present):present] {
			gone.kills.end(now)
			gone.silences.end(now)
			gone.skews[len(gone.skews)-1].to = now
		}
		for _, come := range w.replicas[present:max(e.replicas, present)] {
			come.troubles.end(now)
		}
	case e.name == contract.ClockSkewed:
		r.skews[len(r.skews)-1].to = now
	case e.mend && r != nil:
		r.silences.end(now)
		r.troubles.end(now)
	case e.mend:
		w.outages.end(now.Add(returnTime))
	case e.name == contract.ReplicaKilled:
		r.kills.end(now)
	case e.name == contract.RedisStopped:
		w.downs.begin(now)
	}
}
