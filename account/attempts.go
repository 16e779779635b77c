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
// Scripts count, so that no key is ever without an end. They work with every Redis since version 5.
//
// Fails open: while Redis is away, logins are not limited. Locking users out would be worse, and the Hasher still bounds
// guessing. An error that Redis answers is no such outage: it is ErrNotCounted.
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

// begin counts an attempt for the account KEYS[1] and returns 0, or returns for how many milliseconds the address KEYS[2]
// or the account has to wait. An attempt that has to wait makes no key.
const begin = `
local function wait(key, most)
	if tonumber(redis.call('GET', key) or 0) < most then return 0 end
	local left = redis.call('PTTL', key)
	if left > 0 then return left end
	redis.call('PEXPIRE', key, ARGV[3])
	return tonumber(ARGV[3])
end
local left = wait(KEYS[2], tonumber(ARGV[2]))
if left == 0 then left = wait(KEYS[1], tonumber(ARGV[1])) end
if left == 0 and redis.call('INCR', KEYS[1]) == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return left`

// countUp adds one to KEYS[1], which ends ARGV[1] milliseconds after its first count.
const countUp = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count`

// countDown takes one from KEYS[1], unless it has ended meanwhile.
const countDown = `
if tonumber(redis.call('GET', KEYS[1]) or 0) < 1 then return 0 end
return redis.call('DECR', KEYS[1])`

// Begin counts an attempt. *TooManyError: there were too many, and the password must not be checked. ErrNotCounted: it was
// not counted, and the password must not be checked.
func (a *Attempts) Begin(ctx context.Context, name, address string) (Attempt, error) {
	wait, err := a.client.Eval(ctx, begin, []string{a.account(name), a.address(address)},
		maxPerAccount, maxPerAddress, guessWindow.Milliseconds()).Int64()
	switch {
	case err != nil:
		return Attempt{}, failOpen(err)
	case wait > 0:
		return Attempt{}, &TooManyError{time.Duration(wait) * time.Millisecond}
	}
	return Attempt{a, name, address}, nil
}

// failOpen returns nil if Redis is away, and ErrNotCounted for an error that Redis answered, or if ctx was cancelled.
func failOpen(err error) error {
	var answered redis.Error
	if err == nil || !errors.As(err, &answered) && !errors.Is(err, context.Canceled) || redis.HasErrorPrefix(err, "LOADING") {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrNotCounted, err)
}

// Withdraw takes back an attempt whose password was not checked after all. On an error the count is too high until it
// expires.
func (t Attempt) Withdraw(ctx context.Context) error {
	if t.attempts == nil {
		return nil
	}
	a := t.attempts
	return failOpen(a.client.Eval(ctx, countDown, []string{a.account(t.name)}).Err())
}

// Failed counts a wrong password for the address that sent it.
func (t Attempt) Failed(ctx context.Context) error {
	if t.attempts == nil {
		return nil
	}
	a := t.attempts
	return failOpen(a.client.Eval(ctx, countUp, []string{a.address(t.address)}, guessWindow.Milliseconds()).Err())
}

// Succeeded sets the count of an account to zero: its owner has logged in. On an error the count stays until it expires.
func (t Attempt) Succeeded(ctx context.Context) error {
	if t.attempts == nil {
		return nil
	}
	a := t.attempts
	return failOpen(a.client.Del(ctx, a.account(t.name)).Err())
}

// account is the key of a user's count. It is a hash, because a name may be any text of any length.
func (a *Attempts) account(name string) string {
	sum := sha256.Sum256([]byte(name))
	return a.prefix + "account:" + hex.EncodeToString(sum[:])
}

func (a *Attempts) address(address string) string { return a.prefix + "address:" + address }
