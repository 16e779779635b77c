package web

import (
	"context"
	"errors"
	"testing"
	"time"

	"authlab/account"
)

// A frozenDirectory answers nothing the first time, while so much time passes, and then answers.
type frozenDirectory struct {
	account.Directory
	clock *time.Time
	took  time.Duration
	err   error
	asked int
}

func (d *frozenDirectory) ask() error {
	*d.clock = d.clock.Add(d.took)
	if d.asked++; d.asked == 1 {
		return d.err
	}
	return nil
}

func (d *frozenDirectory) User(context.Context, string) (account.User, error) {
	return account.User{}, d.ask()
}
func (d *frozenDirectory) SetEmail(context.Context, string, string) error { return d.ask() }

// TestAQueryIsRepeatedOnlyIfThisProcessStoodStill is for the users database what its sibling is for Redis.
func TestAQueryIsRepeatedOnlyIfThisProcessStoodStill(t *testing.T) {
	const asleep = 3 * time.Second
	read := func(d timedDirectory) error { _, err := d.User(t.Context(), "alice"); return err }
	write := func(d timedDirectory) error { return d.SetEmail(t.Context(), "alice", "a@example") }
	for name, tt := range map[string]struct {
		query func(timedDirectory) error
		took  time.Duration
		err   error
		asked int
		want  error
	}{
		"a read, over a pause":                {read, asleep, context.DeadlineExceeded, 2, nil},
		"a write, over a pause":               {write, asleep, context.DeadlineExceeded, 1, errDirectory},
		"a read that the database is late to": {read, redisTimeout + 50*time.Millisecond, context.DeadlineExceeded, 1, errDirectory},
		"a read that fails at once":           {read, time.Millisecond, errors.New("refused"), 1, errDirectory},
		"an unknown user, over a pause":       {read, asleep, account.ErrUnknownUser, 1, account.ErrUnknownUser},
		"a good answer, over a pause":         {read, asleep, nil, 1, nil},
	} {
		clock := time.Unix(0, 0)
		frozen := &frozenDirectory{clock: &clock, took: tt.took, err: tt.err}
		err := tt.query(timedDirectory{frozen, newMetrics(), func() time.Time { return clock }, false})
		if frozen.asked != tt.asked || !errors.Is(err, tt.want) {
			t.Errorf("%s: asked %d times, want %d; %v, want %v", name, frozen.asked, tt.asked, err, tt.want)
		}
	}
}

func TestARequestWaitsOnceForAllThatItAsks(t *testing.T) {
	for name, tt := range map[string]struct {
		waited map[string]time.Duration
		want   time.Duration
	}{
		"nothing yet":                 {nil, redisTimeout},
		"little":                      {map[string]time.Duration{costStore: 50 * time.Millisecond}, redisTimeout},
		"half":                        {map[string]time.Duration{costStore: 200 * time.Millisecond, costUsers: 300 * time.Millisecond}, 400 * time.Millisecond},
		"all of it":                   {map[string]time.Duration{costUsers: requestPatience}, 0},
		"a hash is no wait":           {map[string]time.Duration{costHash: time.Second}, redisTimeout},
		"nor is a pause of a process": {map[string]time.Duration{costStore: 3 * time.Second}, redisTimeout},
	} {
		ctx, call := withCall(t.Context())
		for what, took := range tt.waited {
			call.timing.Add(what, what, time.Now().Add(-took))
		}
		if got := patience(ctx); got > tt.want || got < tt.want-50*time.Millisecond {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}
