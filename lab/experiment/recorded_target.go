package experiment

import (
	"context"
	"time"

	"authlab/lab/contract"
)

// A recordedTarget is a target whose controls are noted.
type recordedTarget struct {
	Target
	recorder *recorder
}

func (t recordedTarget) Break(ctx context.Context, f contract.Fault) error {
	beat := contract.Beat{Kind: contract.BeatBreak, Fault: f.String(), Seconds: f.By.Seconds()}
	return t.recorder.control(ctx, beat, f.Name != contract.RedisStopped && changesMemory(f), func() error {
		t.recorder.setBroken(f, true)
		return t.Target.Break(ctx, f)
	})
}

// Mend notes nothing if there was nothing to mend.
func (t recordedTarget) Mend(ctx context.Context, f contract.Fault) error {
	if !t.recorder.setBroken(f, false) {
		return t.Target.Mend(ctx, f)
	}
	beat := contract.Beat{Kind: contract.BeatMend, Fault: f.String()}
	return t.recorder.control(ctx, beat, f.Name != contract.ReplicaKilled && changesMemory(f), func() error { return t.Target.Mend(ctx, f) })
}

// changesMemory tells whether another memory may be seen after a fault. A Redis that is stopped is not seen until it is
// back, and a replica that was killed has forgotten by then.
func changesMemory(f contract.Fault) bool {
	switch f.Name {
	case contract.ReplicaKilled, contract.RedisStopped, contract.ClockSkewed, contract.RedisGuarded, contract.PrimaryKilled:
		return true
	}
	return new(contract.Startup).Set(f.Name, true)
}

// setBroken returns whether the fault was there before.
func (r *recorder) setBroken(f contract.Fault, broken bool) (before bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before = r.broken[f.String()]
	r.broken[f.String()] = broken
	return before
}

func (t recordedTarget) Scale(ctx context.Context, replicas int) error {
	return t.recorder.control(ctx, contract.Beat{Kind: contract.BeatScale, Count: replicas}, true, func() error { return t.Target.Scale(ctx, replicas) })
}

func (t recordedTarget) Flush(ctx context.Context) error {
	return t.recorder.control(ctx, contract.Beat{Kind: contract.BeatFlush}, true, func() error { return t.Target.Flush(ctx) })
}

// Advance is looked at when a request shows that it made a difference, because some experiments move the clock for hours in
// steps of minutes.
func (t recordedTarget) Advance(ctx context.Context, by time.Duration) error {
	return t.recorder.control(ctx, contract.Beat{Kind: contract.BeatAdvance, Seconds: by.Seconds()}, false, func() error { return t.Target.Advance(ctx, by) })
}

func (t recordedTarget) RotateKeys(ctx context.Context, overlap bool) error {
	return t.recorder.control(ctx, contract.Beat{Kind: contract.BeatRotateKeys, Overlap: overlap}, false, func() error { return t.Target.RotateKeys(ctx, overlap) })
}

// mostRoles bounds how many roles a beat lists.
const mostRoles = 8

func (t recordedTarget) SetRoles(ctx context.Context, user string, roles []string) error {
	beat := contract.Beat{Kind: contract.BeatRoles, User: user, Roles: roles[:min(len(roles), mostRoles)], Count: len(roles)}
	return t.recorder.control(ctx, beat, false, func() error { return t.Target.SetRoles(ctx, user, roles) })
}

func (t recordedTarget) Set(ctx context.Context, settings contract.Settings) error {
	beat := contract.Beat{Kind: contract.BeatSettings, Settings: &settings}
	return t.recorder.control(ctx, beat, false, func() error { return t.Target.Set(ctx, settings) })
}

func (t recordedTarget) Reset(ctx context.Context) error {
	return t.recorder.control(ctx, contract.Beat{Kind: contract.BeatReset}, true, func() error { return t.Target.Reset(ctx) })
}
