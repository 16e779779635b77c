package account_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"authlab/account"
)

func attempts(t *testing.T) (*account.Attempts, *miniredis.Miniredis) {
	t.Helper()
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1, DialerRetries: 1, DisableIdentity: true})
	t.Cleanup(func() { client.Close() })
	return account.NewAttempts(client, "authlab:"), server
}

func TestAHundredGuessesAtOneAccountAreEnoughWhereverTheyComeFrom(t *testing.T) {
	a, server := attempts(t)
	var guessers sync.WaitGroup
	var mu sync.Mutex
	checked := 0
	for i := range 500 { // at once: none has failed yet when the last one begins
		guessers.Go(func() {
			if _, err := a.Begin(t.Context(), "alice", fmt.Sprintf("192.0.2.%d", i%250)); err == nil {
				mu.Lock()
				defer mu.Unlock()
				checked++
			}
		})
	}
	guessers.Wait()
	if checked != 100 {
		t.Errorf("%d of 500 guesses were checked, want 100", checked)
	}
	_, err := a.Begin(t.Context(), "alice", "198.51.100.1")
	var tooMany *account.TooManyError
	if !errors.Is(err, account.ErrTooManyAttempts) || !errors.As(err, &tooMany) || tooMany.RetryAfter <= 0 || tooMany.RetryAfter > 15*time.Minute {
		t.Errorf("the next one: %v", err)
	}
	if _, err := a.Begin(t.Context(), "bob", "192.0.2.1"); err != nil {
		t.Errorf("another account: %v", err)
	}
	server.FastForward(15 * time.Minute)
	if _, err := a.Begin(t.Context(), "alice", "192.0.2.1"); err != nil {
		t.Errorf("a quarter of an hour later: %v", err)
	}
}

func TestALoginForgetsTheAttemptsOfItsUser(t *testing.T) {
	a, server := attempts(t)
	for range 1000 {
		attempt, err := a.Begin(t.Context(), "alice", "192.0.2.1")
		if err != nil {
			t.Fatal(err)
		}
		attempt.Succeeded(t.Context())
	}
	if keys := server.Keys(); len(keys) > 0 {
		t.Errorf("a thousand logins left %q", keys)
	}
}

func TestAnAddressThatTriesManyAccountsHasToWait(t *testing.T) {
	a, _ := attempts(t)
	checked := 0
	for i := range 1000 {
		if attempt, err := a.Begin(t.Context(), fmt.Sprint("user-", i), "192.0.2.1"); err == nil {
			checked++
			attempt.Failed(t.Context())
		}
	}
	if checked != 300 {
		t.Errorf("%d accounts were tried, want 300", checked)
	}
	if _, err := a.Begin(t.Context(), "user-1", "192.0.2.2"); err != nil {
		t.Errorf("another address: %v", err)
	}
}

func TestAnAttemptThatWasNotCheckedCountsForNothing(t *testing.T) {
	a, _ := attempts(t)
	for range 1000 { // the users database is away
		attempt, err := a.Begin(t.Context(), "alice", "192.0.2.1")
		if err != nil {
			t.Fatal(err)
		}
		attempt.Withdraw(t.Context())
	}
	for range 300 { // an address that has to wait cannot keep alice out
		if attempt, err := a.Begin(t.Context(), "nobody", "192.0.2.9"); err == nil {
			attempt.Failed(t.Context())
			attempt.Withdraw(t.Context())
		}
	}
	for range 1000 {
		if _, err := a.Begin(t.Context(), "alice", "192.0.2.9"); !errors.Is(err, account.ErrTooManyAttempts) {
			t.Fatalf("an address with 300 failures: %v", err)
		}
	}
	if _, err := a.Begin(t.Context(), "alice", "192.0.2.1"); err != nil {
		t.Errorf("alice: %v", err)
	}
}

func TestWithoutRedisLoginsAreNotLimited(t *testing.T) {
	a, server := attempts(t)
	server.Close()
	attempt, err := a.Begin(t.Context(), "alice", "192.0.2.1")
	if err != nil {
		t.Errorf("Begin: %v", err)
	}
	attempt.Failed(t.Context())
	attempt.Succeeded(t.Context())
}
