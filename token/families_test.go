package token_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"authlab/account"
	"authlab/token"
)

// An interrupted is a hook of a Redis client: after Redis has done the first script that contains a text, something happens,
// and if it is an error, the answer is lost.
type interrupted struct {
	script  string
	happens func() error
	done    *atomic.Bool
}

func (interrupted) DialHook(next redis.DialHook) redis.DialHook { return next }

func (interrupted) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (h interrupted) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if script, _ := cmd.Args()[1].(string); cmd.Name() == "eval" && strings.Contains(script, h.script) && h.done.CompareAndSwap(false, true) {
			if lost := h.happens(); lost != nil {
				cmd.SetErr(lost)
				return lost
			}
		}
		return err
	}
}

// What only the one script, and only the other, contains.
const spending, confirming = "'reused '", "if not text then return 'ended' end"

func (b *setup) interrupt(script string, happens func() error) {
	b.client.AddHook(interrupted{script, happens, &atomic.Bool{}})
}

func (b *setup) loseAnswer(script string) {
	b.interrupt(script, func() error { return errors.New("connection reset") })
}

// retryAfter lets as much time pass, by the clock of Redis, as an answer 503 asks for.
func (b *setup) retryAfter() { b.redis.SetTime(time.Now().Add(time.Second)) }

func TestARefreshThatBreaksOffCanBeTriedAgainAndAThiefGainsNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		breakOff func(b *setup)
		mend     func(t *testing.T, b *setup)
		want     error
	}{
		"the answer to the spending is lost": {
			func(b *setup) { b.loseAnswer(spending) }, func(*testing.T, *setup) {}, token.ErrUnavailable,
		},
		"the users database does not know the user": {
			func(b *setup) { _ = b.directory.RemoveAllBut(t.Context()) },
			func(t *testing.T, b *setup) { must(t, b.directory.Create(t.Context(), alice, "hash")) }, account.ErrUnknownUser,
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newSetup(t, token.DefaultAlgorithm)
			first := login(t, b)
			tt.breakOff(b)
			if _, err := b.Refresh(t.Context(), first.RefreshToken); !errors.Is(err, tt.want) {
				t.Fatalf("%v, want %v", err, tt.want)
			}
			tt.mend(t, b)
			if _, err := b.Refresh(t.Context(), first.RefreshToken); !errors.Is(err, token.ErrRefreshPending) {
				t.Errorf("tried again at once: %v, want ErrRefreshPending", err)
			}
			b.retryAfter()
			second, err := b.Refresh(t.Context(), first.RefreshToken)
			must(t, err)
			third, err := b.Refresh(t.Context(), second.RefreshToken)
			must(t, err)
			expectReplayEnds(t, b, first, third)
		})
	}
}

func TestARefreshWhoseConfirmationIsLostIsGood(t *testing.T) {
	b := newSetup(t, token.DefaultAlgorithm)
	first := login(t, b)
	b.loseAnswer(confirming)
	second, err := b.Refresh(t.Context(), first.RefreshToken)
	must(t, err)
	expectReplayEnds(t, b, first, second) // Redis has confirmed it; only the answer was lost
}

// A request is held up for so long between its two steps that the client has tried again.
func TestOfARefreshThatIsHeldUpAndItsRetryTheRetryCounts(t *testing.T) {
	b := newSetup(t, token.DefaultAlgorithm)
	first := login(t, b)
	var retry token.Pair
	b.interrupt(spending, func() (err error) {
		b.retryAfter()
		retry, err = b.Refresh(t.Context(), first.RefreshToken)
		return err
	})
	if _, err := b.Refresh(t.Context(), first.RefreshToken); !errors.Is(err, token.ErrRefreshPending) {
		t.Errorf("the one that was held up: %v, want ErrRefreshPending", err)
	}
	if _, err := b.Refresh(t.Context(), retry.RefreshToken); err != nil {
		t.Errorf("the token of the retry: %v", err)
	}
}

// One record, however often it is refreshed: 32 times are a day of work.
func TestAFamilyIsOneSmallRecord(t *testing.T) {
	onEachRedis(t, func(t *testing.T, b *setup) {
		pair := login(t, b)
		for range 32 {
			next, err := b.Refresh(t.Context(), pair.RefreshToken)
			must(t, err)
			pair = next
		}
		var mu sync.Mutex
		var keys []string
		list := func(ctx context.Context, client *redis.Client) error {
			found, err := client.Keys(ctx, b.prefix+"*").Result()
			mu.Lock()
			defer mu.Unlock()
			keys = append(keys, found...)
			return err
		}
		if cluster, ok := b.client.(*redis.ClusterClient); ok {
			must(t, cluster.ForEachMaster(t.Context(), list))
		} else {
			must(t, list(t.Context(), b.client.(*redis.Client)))
		}
		if len(keys) != 1 {
			t.Fatalf("it has the keys %q", keys)
		}
		if b.redis != nil {
			return // it measures something else
		}
		bytes, err := b.client.MemoryUsage(t.Context(), keys[0]).Result()
		must(t, err)
		t.Logf("%d bytes", bytes)
		if bytes > 1500 {
			t.Errorf("it takes %d bytes", bytes)
		}
	})
}

// An attacker who reads Redis, or a backup of it, finds no refresh token to use.
func TestRedisNeverHoldsARefreshToken(t *testing.T) {
	b := newSetup(t, token.DefaultAlgorithm)
	first := login(t, b)
	second, err := b.Refresh(t.Context(), first.RefreshToken)
	must(t, err)
	held := 0
	for _, key := range b.redis.Keys() {
		value, err := b.redis.Get(key)
		must(t, err)
		for _, text := range []string{first.RefreshToken, second.RefreshToken} {
			for _, half := range []string{text[:26], text[26:]} {
				if strings.Contains(key+" "+value, half) {
					t.Errorf("%s holds half a refresh token: %q", key, value)
				}
			}
		}
		if strings.HasPrefix(key, "authlab:family:") {
			held++
		}
	}
	if held != 1 {
		t.Errorf("%d families are kept, want one, or this shows nothing", held)
	}
}
