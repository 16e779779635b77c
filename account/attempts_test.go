package account_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	miniserver "github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"

	"authlab/account"
	"authlab/lab/testkit"
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
	checked, limits := 0, 0
	for i := range 500 { // at once: none has failed yet when the last one begins
		guessers.Go(func() {
			attempt, err := a.Begin(t.Context(), "alice", fmt.Sprintf("192.0.2.%d", i%250))
			if err != nil {
				return
			}
			limit, err := attempt.Failed(t.Context())
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			checked++
			if limit.Account {
				limits++
			}
		})
	}
	guessers.Wait()
	if checked != 100 || limits != 1 {
		t.Errorf("%d of 500 guesses were checked, want 100; %d of them were told to be the last, want one", checked, limits)
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

func TestAGuesserAtOneAddressKeepsNoOtherOut(t *testing.T) {
	a, _ := attempts(t)
	guess := func(address string) (checked, limits int) {
		for range 30 {
			attempt, err := a.Begin(t.Context(), "alice", address)
			if err != nil {
				continue
			}
			checked++
			if fail(t, attempt).Account {
				limits++
			}
		}
		return checked, limits
	}
	expect := func(address string, want, limited int) {
		t.Helper()
		if checked, limits := guess(address); checked != want || limits != limited {
			t.Errorf("%s: %d of 30 guesses were checked, want %d; %d were told to be the last, want %d", address, checked, want, limits, limited)
		}
	}
	expect("192.0.2.1", 20, 1)
	attempt, err := a.Begin(t.Context(), "alice", "198.51.100.1")
	testkit.Must(t, err)
	testkit.Must(t, attempt.Succeeded(t.Context()))
	expect("192.0.2.1", 0, 0) // that alice has logged in elsewhere helps no guesser
	expect("2001:db8::1", 20, 1)
	expect("2001:db8::dead:beef", 0, 0) // the same network
	for i := range 4 {
		expect(fmt.Sprintf("2001:db8:0:%d::1", i+1), 20, 1)
	}
	expect("192.0.2.2", 0, 0) // a hundred, wherever they came from
}

func TestALoginForgetsTheAttemptsOfItsUser(t *testing.T) {
	a, server := attempts(t)
	for range 350 {
		attempt, err := a.Begin(t.Context(), "alice", "192.0.2.1")
		testkit.Must(t, err)
		testkit.Must(t, attempt.Succeeded(t.Context()))
	}
	if keys := server.Keys(); len(keys) > 0 {
		t.Errorf("350 logins left %q", keys)
	}
}

func TestAnAddressThatTriesManyAccountsHasToWait(t *testing.T) {
	a, _ := attempts(t)
	checked := 0
	for i := range 350 {
		if attempt, err := a.Begin(t.Context(), fmt.Sprint("user-", i), "192.0.2.1"); err == nil {
			checked++
			fail(t, attempt)
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
	for range 350 { // the users database is away
		attempt, err := a.Begin(t.Context(), "alice", "192.0.2.1")
		testkit.Must(t, err)
		testkit.Must(t, attempt.Withdraw(t.Context()))
	}
	for i := range 300 { // an address that has to wait cannot keep alice out
		if attempt, err := a.Begin(t.Context(), fmt.Sprint("user-", i), "192.0.2.9"); err == nil {
			fail(t, attempt)
		}
	}
	for range 350 {
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
	fail(t, attempt)
	testkit.Must(t, attempt.Succeeded(t.Context()))
}

func TestAnAddressThatHasToWaitMakesNoKeys(t *testing.T) {
	a, server := attempts(t)
	for range 300 {
		attempt, err := a.Begin(t.Context(), "alice", "192.0.2.1")
		testkit.Must(t, err)
		testkit.Must(t, attempt.Succeeded(t.Context()))
		fail(t, attempt)
	}
	before := server.Keys()
	for i := range 350 {
		if _, err := a.Begin(t.Context(), fmt.Sprint("user-", i), "192.0.2.1"); !errors.Is(err, account.ErrTooManyAttempts) {
			t.Fatal(err)
		}
	}
	if after := server.Keys(); !slices.Equal(after, before) {
		t.Errorf("%d keys, before %d", len(after), len(before))
	}
}

// Without EXPIRE ... NX, which Redis 6 does not have, each counter still ends, and not later for each attempt.
func TestEveryCounterEndsAQuarterOfAnHourAfterItsFirstAttempt(t *testing.T) {
	a, server := attempts(t)
	server.Server().SetPreHook(func(_ *miniserver.Peer, command string, args ...string) bool {
		if strings.EqualFold(command, "EXPIRE") && len(args) > 2 {
			t.Error("EXPIRE has an option, which Redis 6 does not know")
		}
		return false
	})
	for range 3 {
		attempt, err := a.Begin(t.Context(), "alice", "192.0.2.1")
		testkit.Must(t, err)
		fail(t, attempt)
		server.FastForward(time.Minute)
	}
	for _, key := range server.Keys() {
		if left := server.TTL(key); left != 12*time.Minute {
			t.Errorf("%s ends in %s, want 12m", key, left)
		}
	}
	attempt, err := a.Begin(t.Context(), "alice", "192.0.2.1")
	testkit.Must(t, err)
	server.FastForward(15 * time.Minute)
	testkit.Must(t, attempt.Withdraw(t.Context())) // its counter has ended meanwhile
	if keys := server.Keys(); len(keys) > 0 {
		t.Errorf("left: %q", keys)
	}
}

func TestACounterWithoutAnEndGetsOne(t *testing.T) {
	a, server := attempts(t)
	server.Set("authlab:attempts:{all}:address:192.0.2.1", "300")
	if _, err := a.Begin(t.Context(), "alice", "192.0.2.1"); !errors.Is(err, account.ErrTooManyAttempts) {
		t.Error(err)
	}
	server.FastForward(15 * time.Minute)
	_, err := a.Begin(t.Context(), "alice", "192.0.2.1")
	testkit.Must(t, err)
}

func TestOnlyAnOutageLetsALoginPassUncounted(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tt := range map[string]struct {
		ctx    context.Context
		answer string
		want   error
	}{
		"Redis is read-only":    {t.Context(), "READONLY You can't write against a read only replica.", account.ErrNotCounted},
		"Redis is full":         {t.Context(), "OOM command not allowed", account.ErrNotCounted},
		"no permission":         {t.Context(), "NOPERM this user has no permissions", account.ErrNotCounted},
		"the client is gone":    {cancelled, "", account.ErrNotCounted},
		"Redis is only booting": {t.Context(), "LOADING Redis is loading the dataset in memory", nil},
		"all is well":           {t.Context(), "", nil},
	} {
		a, server := attempts(t)
		attempt, err := a.Begin(t.Context(), "alice", "192.0.2.1")
		testkit.Must(t, err)
		server.SetError(tt.answer)
		_, begun := a.Begin(tt.ctx, "alice", "192.0.2.1")
		_, failed := attempt.Failed(tt.ctx)
		for method, err := range map[string]error{
			"Begin": begun, "Failed": failed, "Withdraw": attempt.Withdraw(tt.ctx), "Succeeded": attempt.Succeeded(tt.ctx),
		} {
			if !errors.Is(err, tt.want) {
				t.Errorf("%s: %s: %v, want %v", name, method, err, tt.want)
			}
		}
	}
}

func TestManyRightPasswordsAtOnceAreAllChecked(t *testing.T) {
	a, server := attempts(t)
	var users sync.WaitGroup
	inFlight := make(chan account.Attempt, 300)
	for range 300 {
		users.Go(func() {
			attempt, err := a.Begin(t.Context(), "alice", "192.0.2.1")
			if err != nil {
				t.Error(err)
				return
			}
			inFlight <- attempt
		})
	}
	var atOnce []account.Attempt
	for range 20 { // as many as may be checked at once from one address
		atOnce = append(atOnce, <-inFlight)
	}
	for _, attempt := range atOnce {
		testkit.Must(t, attempt.Succeeded(t.Context()))
	}
	for range 280 {
		testkit.Must(t, (<-inFlight).Succeeded(t.Context()))
	}
	users.Wait()
	if keys := server.Keys(); len(keys) > 0 {
		t.Errorf("left: %q", keys)
	}
}

func TestThePlacesOfAReplicaThatWasKilledAreFreeSoon(t *testing.T) {
	a, server := attempts(t)
	for range 20 {
		_, err := a.Begin(t.Context(), "alice", "192.0.2.1")
		testkit.Must(t, err)
	}
	for i := range 20 { // the time to wait is over while Redis is asked, or between
		soon, cancel := context.WithTimeout(t.Context(), 51*time.Millisecond+time.Duration(i)*50*time.Microsecond)
		if _, err := a.Begin(soon, "alice", "192.0.2.1"); !errors.Is(err, account.ErrBusy) {
			t.Errorf("there is no place: %v", err)
		}
		cancel()
	}
	server.FastForward(10 * time.Second)
	_, err := a.Begin(t.Context(), "alice", "192.0.2.1")
	testkit.Must(t, err)
}

func fail(t *testing.T, attempt account.Attempt) account.Limit {
	t.Helper()
	limit, err := attempt.Failed(t.Context())
	testkit.Must(t, err)
	return limit
}
