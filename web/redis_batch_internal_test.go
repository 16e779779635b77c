package web

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
)

func TestCommandsOfABatchAreSentTogetherAndEachHasItsOwnAnswer(t *testing.T) {
	lost := errors.New("lost")
	sent := 0
	b := newBatcher()
	b.pipeline = func(_ context.Context, commands []redis.Cmder) error {
		sent++
		for i, cmd := range commands {
			cmd.(*redis.StringCmd).SetVal(fmt.Sprint("answer ", i))
		}
		commands[1].SetErr(lost)
		return lost // as the client does: the first error
	}
	b.waiting = &batch{answered: make(chan struct{})} // so that it is sent when this test says so
	commands := make([]*redis.StringCmd, 3)
	var answered []<-chan struct{}
	for i := range commands {
		commands[i] = redis.NewStringCmd(t.Context(), "getex", i)
		answered = append(answered, b.add(commands[i]))
	}
	b.send()
	for i, cmd := range commands {
		<-answered[i]
		want := error(nil)
		if i == 1 {
			want = lost
		}
		if value, err := cmd.Result(); !errors.Is(err, want) || (err == nil && value != fmt.Sprint("answer ", i)) {
			t.Errorf("command %d: %q, %v; want %v", i, value, err, want)
		}
	}
	if sent != 1 || b.waiting != nil {
		t.Errorf("sent %d times, and there waits %v", sent, b.waiting)
	}
}

func TestFewBatchesWaitAtOnceAndNoCommandWaitsForTwoTimeouts(t *testing.T) {
	for name, tt := range map[string]struct {
		silent bool // Redis never answers; else it does as soon as some batches wait for it
		took   time.Duration
		atOnce int // batches
		failed int // commands
	}{
		"Redis is busy":   {false, 0, batchesAtOnce, 0},
		"Redis is silent": {true, slowAfter + redisTimeout, batchesAtOnce + 1, 3 * batchesAtOnce},
	} {
		synctest.Test(t, func(t *testing.T) {
			answer := make(chan struct{})
			var mu sync.Mutex
			var atOnce, most int
			b := newBatcher()
			b.pipeline = func(ctx context.Context, commands []redis.Cmder) error {
				if ctx.Err() == nil { // the client sends nothing when it is too late
					mu.Lock()
					atOnce++
					most = max(most, atOnce)
					mu.Unlock()
					select {
					case <-answer:
					case <-ctx.Done():
					}
					mu.Lock()
					atOnce--
					mu.Unlock()
				}
				for _, cmd := range commands {
					cmd.SetErr(ctx.Err())
				}
				return ctx.Err()
			}
			start := time.Now()
			var commands []redis.Cmder
			var answered []<-chan struct{}
			for i := range 3 * batchesAtOnce {
				commands = append(commands, redis.NewStringCmd(t.Context(), "getex", i))
				answered = append(answered, b.add(commands[i]))
				synctest.Wait() // until it is sent, or cannot be
			}
			if !tt.silent {
				close(answer)
			}
			failed := 0
			for i, cmd := range commands {
				if <-answered[i]; cmd.Err() != nil {
					failed++
				}
			}
			if most != tt.atOnce || failed != tt.failed || time.Since(start) != tt.took {
				t.Errorf("%s: %d batches at once; %d commands failed, after %s", name, most, failed, time.Since(start))
			}
		})
	}
}

func TestOnlyCommandsThatReadAndHaveAllTheirTimeGoInABatch(t *testing.T) {
	waited, call := withCall(t.Context())
	call.timing.Add(costStore, "redis GET", time.Now().Add(-time.Millisecond))
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	for name, tt := range map[string]struct {
		ctx     context.Context
		command string
		batched bool
	}{
		"a read":                              {t.Context(), "getex", true},
		"a read of several":                   {t.Context(), "mget", true},
		"a write":                             {t.Context(), "set", false},
		"a script":                            {t.Context(), "eval", false},
		"a read of a request that has waited": {waited, "getex", false},
		"a read that is too late":             {late, "getex", false},
	} {
		together, alone := 0, 0
		b := newBatcher()
		b.pipeline = func(context.Context, []redis.Cmder) error { together++; return nil }
		process := b.ProcessHook(func(context.Context, redis.Cmder) error { alone++; return nil })
		err := process(tt.ctx, redis.NewCmd(t.Context(), tt.command, "key"))
		if err != nil || (together == 1) != tt.batched || (alone == 1) == tt.batched {
			t.Errorf("%s: in a batch %d times, alone %d times, %v", name, together, alone, err)
		}
	}
}
