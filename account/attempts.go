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
//	authlab:attempts:{all}:account:<hash of name>   wrong passwords since the last success
//	authlab:attempts:{all}:trying:<hash of name>    passwords that are being checked
//	authlab:attempts:{all}:address:<address>        wrong passwords
//
// In a Redis Cluster a script can reach only keys of one hash slot, which is chosen by what stands in braces. One slot is
// enough for all: hashing a password takes thousands of times as long as counting it.
//
// A known device of a user has counts of its own (BeginKnown), so that its user can log in while others guess: the same keys,
// with a hash of name and device, and with device:<hash> in the place of address:<address>.
//
// A password that is being checked may be wrong, so it takes a place: a thousand guesses at once are a thousand. But it is
// not wrong yet: a login that finds no place left waits for one.
//
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
	return &Attempts{client: client, prefix: prefix + "attempts:{all}:"}
}

// An Attempt is one check of a password, which Begin allowed. Call Succeeded, Failed or Withdraw after it.
type Attempt struct {
	attempts   *Attempts // nil: Redis did not answer, so nothing is counted
	name, from string    // the ends of its keys
}

const (
	// tryingFor is longer than a password is being checked. The place of a replica that was killed meanwhile is free then.
	tryingFor = 10 * time.Second
	// tryAgain is how often a login that found no place looks for one.
	tryAgain = 50 * time.Millisecond
)

// begin takes a place among KEYS[3], and returns 0. Or it returns for how many milliseconds the address KEYS[2] or the
// account KEYS[1] has to wait, or -1: there is no place now. An attempt that has to wait makes no key.
const begin = `
local function failed(key) return tonumber(redis.call('GET', key) or 0) end
local function wait(key, most)
	if failed(key) < most then return 0 end
	local left = redis.call('PTTL', key)
	if left > 0 then return left end
	redis.call('PEXPIRE', key, ARGV[3])
	return tonumber(ARGV[3])
end
local left = wait(KEYS[2], tonumber(ARGV[2]))
if left == 0 then left = wait(KEYS[1], tonumber(ARGV[1])) end
if left > 0 then return left end
if failed(KEYS[1]) + failed(KEYS[3]) >= tonumber(ARGV[1]) then return -1 end
redis.call('INCR', KEYS[3])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
return 0`

// leave gives the place KEYS[1] back.
const leave = `
if tonumber(redis.call('GET', KEYS[1]) or 0) > 1 then redis.call('DECR', KEYS[1]) else redis.call('DEL', KEYS[1]) end
`

// succeeded also sets the count KEYS[2] to zero.
const succeeded = leave + `
return redis.call('DEL', KEYS[2])`

// failed also adds one to KEYS[2] and KEYS[3], which end ARGV[1] milliseconds after their first count. It returns both.
const failed = leave + `
local function count(key)
	local n = redis.call('INCR', key)
	if n == 1 then redis.call('PEXPIRE', key, ARGV[1]) end
	return n
end
return {count(KEYS[2]), count(KEYS[3])}`

// Begin takes a place for an attempt, and waits for one until ctx ends. *TooManyError: too many were wrong. ErrNotCounted:
// Redis refuses to count. ErrBusy: no place came free. The password must not be checked then.
func (a *Attempts) Begin(ctx context.Context, name, address string) (Attempt, error) {
	return a.begin(ctx, Attempt{a, hash(name), "address:" + address})
}

// BeginKnown is Begin for a device in which this user has logged in before. device is its ID, which no other client knows.
func (a *Attempts) BeginKnown(ctx context.Context, name, device string) (Attempt, error) {
	key := hash(name + "\x00" + device)
	return a.begin(ctx, Attempt{a, key, "device:" + key})
}

func (a *Attempts) begin(ctx context.Context, t Attempt) (Attempt, error) {
	for full := false; ; full = true {
		wait, err := a.client.Eval(ctx, begin, []string{t.account(), t.sender(), t.trying()},
			maxPerAccount, maxPerAddress, guessWindow.Milliseconds(), tryingFor.Milliseconds()).Int64()
		switch {
		case err != nil && full: // Redis was there a moment ago: the time to wait is over
			return Attempt{}, fmt.Errorf("%w: %w", ErrBusy, err)
		case err != nil:
			return Attempt{}, failOpen(err)
		case wait > 0:
			return Attempt{}, &TooManyError{time.Duration(wait) * time.Millisecond}
		case wait == 0:
			return t, nil
		}
		select {
		case <-time.After(tryAgain):
		case <-ctx.Done():
			return Attempt{}, fmt.Errorf("%w: %w", ErrBusy, ctx.Err())
		}
	}
}

// failOpen returns nil if Redis is away, and ErrNotCounted for an error that Redis answered, or if ctx was cancelled.
func failOpen(err error) error {
	var answered redis.Error
	if err == nil || errors.Is(err, redis.Nil) || !errors.As(err, &answered) && !errors.Is(err, context.Canceled) || redis.HasErrorPrefix(err, "LOADING") {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrNotCounted, err)
}

// Withdraw takes back an attempt whose password was not checked after all.
func (t Attempt) Withdraw(ctx context.Context) error {
	if t.attempts == nil {
		return nil
	}
	return failOpen(t.attempts.client.Eval(ctx, leave, []string{t.trying()}).Err())
}

// Succeeded sets the count of an account to zero: its owner has logged in. On an error the count stays until it expires.
func (t Attempt) Succeeded(ctx context.Context) error {
	if t.attempts == nil {
		return nil
	}
	return failOpen(t.attempts.client.Eval(ctx, succeeded, []string{t.trying(), t.account()}).Err())
}

// A Limit is what an attempt was the last to be allowed for.
type Limit struct{ Account, Address bool }

// Failed counts a wrong password for the account, and for the address that sent it. It tells which of them has to wait now.
func (t Attempt) Failed(ctx context.Context) (Limit, error) {
	if t.attempts == nil {
		return Limit{}, nil
	}
	counts, err := t.attempts.client.Eval(ctx, failed, []string{t.trying(), t.account(), t.sender()}, guessWindow.Milliseconds()).Int64Slice()
	if err != nil {
		return Limit{}, failOpen(err)
	}
	return Limit{Account: counts[0] == maxPerAccount, Address: counts[1] == maxPerAddress}, nil
}

func (t Attempt) account() string { return t.attempts.prefix + "account:" + t.name }
func (t Attempt) trying() string  { return t.attempts.prefix + "trying:" + t.name }
func (t Attempt) sender() string  { return t.attempts.prefix + t.from }

// hash stands for a name, because that may be any text of any length.
func hash(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:])
}
