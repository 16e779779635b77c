package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// How many passwords may be guessed before the guesser has to wait. A hundred failures on one account is what NIST allows
// at the most (SP 800-63B, section 3.2.2); an address may be a whole school's.
const (
	maxPerAccount = 100
	maxPerAddress = 300
	guessWindow   = 15 * time.Minute
)

// A TooManyError means that a password was not checked, because too many were wrong before.
type TooManyError struct{ RetryAfter time.Duration }

// Unwrap makes it an ErrTooManyAttempts.
func (e *TooManyError) Unwrap() error { return ErrTooManyAttempts }

func (e *TooManyError) Error() string {
	return fmt.Sprintf("too many failed logins: try again in %s", e.RetryAfter.Round(time.Second))
}

// Attempts counts failed logins in Redis, where all replicas count together.
//
//	authlab:attempts:account:<hash of name>   attempts since the last success; also those that are still being checked
//	authlab:attempts:address:<address>        failures
//
// An attempt counts for its account before the password is checked, so that a thousand guesses at once are a thousand.
//
// Without Redis nothing can be counted, and people are let in all the same: who is kept out by a stopped counter is not
// the guesser. What then bounds guessing is the Hasher.
type Attempts struct {
	client redis.UniversalClient
	prefix string
}

// NewAttempts returns the attempts that are counted under a prefix.
func NewAttempts(client redis.UniversalClient, prefix string) *Attempts {
	return &Attempts{client: client, prefix: prefix + "attempts:"}
}

// An Attempt is one that may be made. Say how it ended, if it ended.
type Attempt struct {
	attempts      *Attempts // nil: nobody can count
	name, address string
}

// Begin counts an attempt. *TooManyError: it is one too many, and the password must not be checked.
func (a *Attempts) Begin(ctx context.Context, name, address string) (Attempt, error) {
	var tried *redis.IntCmd
	var failed *redis.StringCmd
	_, err := a.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		tried, failed = p.Incr(ctx, a.account(name)), p.Get(ctx, a.address(address))
		p.ExpireNX(ctx, a.account(name), guessWindow)
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return Attempt{}, nil // nobody can count: see Attempts
	}
	failures, err := failed.Int64()
	switch {
	case err == nil && failures >= maxPerAddress: // and it cannot be used to keep others out either
		Attempt{a, name, address}.Withdraw(ctx)
		return Attempt{}, a.tooMany(ctx, a.address(address))
	case tried.Val() > maxPerAccount:
		return Attempt{}, a.tooMany(ctx, a.account(name))
	}
	return Attempt{a, name, address}, nil
}

// tooMany says how long a key has to live.
func (a *Attempts) tooMany(ctx context.Context, key string) error {
	left, err := a.client.PTTL(ctx, key).Result()
	if err != nil || left <= 0 {
		left = time.Second // it is over, or nobody can tell
	}
	return &TooManyError{left}
}

// Withdraw takes back an attempt whose password was not checked after all.
func (t Attempt) Withdraw(ctx context.Context) {
	if t.attempts == nil {
		return
	}
	a := t.attempts
	_, _ = a.client.Pipelined(ctx, func(p redis.Pipeliner) error { // else it is forgotten later
		p.Decr(ctx, a.account(t.name))
		p.ExpireNX(ctx, a.account(t.name), guessWindow) // if it has ended in between
		return nil
	})
}

// Failed counts a wrong password for the address that sent it.
func (t Attempt) Failed(ctx context.Context) {
	if t.attempts == nil {
		return
	}
	a, address := t.attempts, t.address
	_, _ = a.client.Pipelined(ctx, func(p redis.Pipeliner) error { // nobody can count: see Attempts
		p.Incr(ctx, a.address(address))
		p.ExpireNX(ctx, a.address(address), guessWindow)
		return nil
	})
}

// Succeeded forgets the attempts on an account: its owner has come.
func (t Attempt) Succeeded(ctx context.Context) {
	if t.attempts != nil {
		_ = t.attempts.client.Del(ctx, t.attempts.account(t.name)).Err() // else they are forgotten later
	}
}

// account is a hash, because a name may be anything, and be long.
func (a *Attempts) account(name string) string {
	sum := sha256.Sum256([]byte(name))
	return a.prefix + "account:" + hex.EncodeToString(sum[:])
}

func (a *Attempts) address(address string) string { return a.prefix + "address:" + address }
