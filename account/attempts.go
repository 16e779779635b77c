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

// How many passwords may be wrong within guessWindow. NIST allows at most a hundred for one account (SP 800-63B, section
// 3.2.2). An address may be a whole school's, so it has more.
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

// Attempts counts failed logins in Redis, so that all replicas count together.
//
//	authlab:attempts:account:<hash of name>   attempts since the last success, those that are still being checked included
//	authlab:attempts:address:<address>        failures
//
// An attempt counts for its account before the password is checked, so that a thousand guesses at once count as a thousand.
//
// Fails open: without Redis, logins are not limited. Locking users out would be worse, and the Hasher still bounds
// guessing.
type Attempts struct {
	client redis.UniversalClient
	prefix string
}

// NewAttempts returns a counter whose keys begin with prefix.
func NewAttempts(client redis.UniversalClient, prefix string) *Attempts {
	return &Attempts{client: client, prefix: prefix + "attempts:"}
}

// An Attempt is one check of a password, which Begin allowed. Call Succeeded, Failed or Withdraw after it.
type Attempt struct {
	attempts      *Attempts // nil: Redis did not answer, so nothing is counted
	name, address string
}

// Begin counts an attempt. *TooManyError: there were too many, and the password must not be checked.
func (a *Attempts) Begin(ctx context.Context, name, address string) (Attempt, error) {
	var tried *redis.IntCmd
	var failed *redis.StringCmd
	_, err := a.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		tried, failed = p.Incr(ctx, a.account(name)), p.Get(ctx, a.address(address))
		p.ExpireNX(ctx, a.account(name), guessWindow)
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return Attempt{}, nil // fails open: see Attempts
	}
	failures, err := failed.Int64()
	switch {
	case err == nil && failures >= maxPerAddress: // it does not count for the account, so it cannot lock the user out
		Attempt{a, name, address}.Withdraw(ctx)
		return Attempt{}, a.tooMany(ctx, a.address(address))
	case tried.Val() > maxPerAccount:
		return Attempt{}, a.tooMany(ctx, a.account(name))
	}
	return Attempt{a, name, address}, nil
}

// tooMany returns the error with the time until a key expires.
func (a *Attempts) tooMany(ctx context.Context, key string) error {
	left, err := a.client.PTTL(ctx, key).Result()
	if err != nil || left <= 0 {
		left = time.Second // it has just expired, or Redis did not answer
	}
	return &TooManyError{left}
}

// Withdraw takes back an attempt whose password was not checked after all.
func (t Attempt) Withdraw(ctx context.Context) {
	if t.attempts == nil {
		return
	}
	a := t.attempts
	_, _ = a.client.Pipelined(ctx, func(p redis.Pipeliner) error { // on an error the count is too high until it expires
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
	_, _ = a.client.Pipelined(ctx, func(p redis.Pipeliner) error { // fails open: see Attempts
		p.Incr(ctx, a.address(address))
		p.ExpireNX(ctx, a.address(address), guessWindow)
		return nil
	})
}

// Succeeded sets the count of an account to zero: its owner has logged in.
func (t Attempt) Succeeded(ctx context.Context) {
	if t.attempts != nil {
		_ = t.attempts.client.Del(ctx, t.attempts.account(t.name)).Err() // on an error the count stays until it expires
	}
}

// account is the key of a user's count. It is a hash, because a name may be any text of any length.
func (a *Attempts) account(name string) string {
	sum := sha256.Sum256([]byte(name))
	return a.prefix + "account:" + hex.EncodeToString(sum[:])
}

func (a *Attempts) address(address string) string { return a.prefix + "address:" + address }
