package web

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// TestACommandIsRepeatedOnlyIfThisProcessStoodStill lets time pass while a command is under way.
func TestACommandIsRepeatedOnlyIfThisProcessStoodStill(t *testing.T) {
	const asleep = 3 * time.Second
	for name, tt := range map[string]struct {
		command string
		took    time.Duration
		err     error
		sent    int
	}{
		"a read, over a pause":         {"getex", asleep, context.DeadlineExceeded, 2},
		"several reads, over a pause":  {"mget", asleep, context.DeadlineExceeded, 2},
		"a write, over a pause":        {"set", asleep, context.DeadlineExceeded, 1},
		"a script, over a pause":       {"evalsha", asleep, context.DeadlineExceeded, 1},
		"a read that Redis is late to": {"getex", redisTimeout + 50*time.Millisecond, context.DeadlineExceeded, 1},
		"a read that fails at once":    {"get", time.Millisecond, errors.New("refused"), 1},
		"nothing found, over a pause":  {"get", asleep, redis.Nil, 1},
		"a good answer, over a pause":  {"get", asleep, nil, 1},
	} {
		now, sent := time.Unix(0, 0), 0
		hook := timeoutHook{now: func() time.Time { return now }}.ProcessHook(func(context.Context, redis.Cmder) error {
			now = now.Add(tt.took)
			if sent++; sent == 1 {
				return tt.err
			}
			return nil
		})
		err := hook(t.Context(), redis.NewCmd(t.Context(), tt.command, "key"))
		if sent != tt.sent || (tt.sent == 1 && !errors.Is(err, tt.err)) || (tt.sent == 2 && err != nil) {
			t.Errorf("%s: sent %d times, want %d; %v", name, sent, tt.sent, err)
		}
	}
}

func TestOneKindOfRefusalIsLoggedOnceAMinute(t *testing.T) {
	var log strings.Builder
	now := time.Unix(0, 0)
	r := newRefusals("app-1", slog.New(slog.NewTextHandler(&log, nil)))
	r.now = func() time.Time { return now }
	for _, tt := range []struct {
		command string
		err     error
		after   time.Duration
		lines   int // in all
	}{
		{"SET", refused("READONLY no"), 0, 1}, {"SET", refused("READONLY no"), refusedEvery - 1, 1},
		{"GET", refused("READONLY no"), 0, 2}, {"SET", refused("NOPERM no"), 0, 3}, {"SET", refused("READONLY no"), 1, 4},
		{"SET", nil, refusedEvery, 4}, {"SET", redis.Nil, 0, 4}, {"SET", context.DeadlineExceeded, 0, 4},
	} {
		now = now.Add(tt.after)
		r.saw(tt.command, tt.err)
		if got := strings.Count(log.String(), "\n"); got != tt.lines {
			t.Errorf("%s, %v: %d lines, want %d", tt.command, tt.err, got, tt.lines)
		}
	}
}

// refused is an error that Redis answers with.
type refused string

func (r refused) Error() string { return string(r) }
func (refused) RedisError()     {}

func TestACommandDoesNotEndWithItsContextButWithADeadline(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancelLate := context.WithDeadline(cancelled, time.Now().Add(-time.Second))
	defer cancelLate()
	spent, call := withCall(t.Context())
	call.timing.Add(costStore, "redis GET", time.Now().Add(-requestPatience))
	for name, tt := range map[string]struct {
		ctx  context.Context
		want error
	}{
		"cancelled": {cancelled, nil},
		"too late":  {late, context.DeadlineExceeded},
		"spent":     {spent, context.DeadlineExceeded},
	} {
		ctx, done := bounded(tt.ctx)
		if err := ctx.Err(); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
		if end, ok := ctx.Deadline(); !ok || time.Until(end) > redisTimeout {
			t.Errorf("%s: it ends at %v", name, end)
		}
		done()
	}
}
