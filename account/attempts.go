package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// How many passwords may be wrong within guessWindow. NIST allows at most a hundred for one account (SP 800-63B, section
// 3.2.2). From one address fewer may be wrong for one account, so that one guesser does not lock its user out at all other
// addresses. For all accounts together an address has more, because a whole school may share it.
const (
	maxPerAccount = 100
	maxPerBoth    = 20
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
// Account and trying are kept with a hash of name and address too: the part of an account's attempts that one address may use.
// A known device has an account and a trying of its own, with a hash of name and device (BeginKnown), so that its user can log
// in while others guess. A client with IPv6 has a whole network of addresses, so all addresses of one /64 count as one.
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
	attempts *Attempts // nil: Redis did not answer, so nothing is counted
	accounts []count   // of its user: each has a key of passwords that are being checked, too
	address  []count   // none, or one
}

// A count is of wrong passwords.
type count struct {
	key  string // its end
	most int
}

const (
	// tryingFor is longer than a password is being checked. The place of a replica that was killed meanwhile is free then.
	tryingFor = 10 * time.Second
	// tryAgain is how often a login that found no place looks for one.
	tryAgain = 50 * time.Millisecond
)

// begin starts an attempt. KEYS[1] to KEYS[n] count wrong passwords, and ARGV[4] and on are their limits. KEYS[n+1] and on count
// the passwords that are being checked; an address has no such count. It returns 0 if the attempt may go on, the milliseconds
// to wait if a count is at its limit, or -1 if too many passwords are being checked now. An attempt that has to wait makes no
// key.
const begin = `
local n = tonumber(ARGV[1])
local function number(key) return tonumber(redis.call('GET', key) or 0) end
for i = 1, n do
	if number(KEYS[i]) >= tonumber(ARGV[3 + i]) then
		local left = redis.call('PTTL', KEYS[i])
		if left > 0 then return left end
		redis.call('PEXPIRE', KEYS[i], ARGV[2])
		return tonumber(ARGV[2])
	end
end
for i = 1, #KEYS - n do
	if number(KEYS[i]) + number(KEYS[n + i]) >= tonumber(ARGV[3 + i]) then return -1 end
end
for i = n + 1, #KEYS do
	redis.call('INCR', KEYS[i])
	redis.call('PEXPIRE', KEYS[i], ARGV[3])
end
return 0`

// leave gives the places back, which are KEYS[ARGV[1]+1] and on.
const leave = `
local n = tonumber(ARGV[1])
for i = n + 1, #KEYS do
	if tonumber(redis.call('GET', KEYS[i]) or 0) > 1 then redis.call('DECR', KEYS[i]) else redis.call('DEL', KEYS[i]) end
end
`

// succeeded also sets the counts to zero that have places: those of the account, and not that of the address.
const succeeded = leave + `
for i = 1, #KEYS - n do redis.call('DEL', KEYS[i]) end`

// failed also adds one to each count, which ends ARGV[2] milliseconds after its first. It returns them.
const failed = leave + `
local counts = {}
for i = 1, n do
	counts[i] = redis.call('INCR', KEYS[i])
	if counts[i] == 1 then redis.call('PEXPIRE', KEYS[i], ARGV[2]) end
end
return counts`

// Begin takes a place for an attempt, and waits for one until ctx ends. *TooManyError: too many were wrong. ErrNotCounted:
// Redis refuses to count. ErrBusy: no place came free. The password must not be checked then.
func (a *Attempts) Begin(ctx context.Context, name, address string) (Attempt, error) {
	address = network(address)
	return a.begin(ctx, Attempt{
		a, []count{{hash(name), maxPerAccount}, {hash(name + "\x00address\x00" + address), maxPerBoth}}, []count{{"address:" + address, maxPerAddress}},
	})
}

// BeginKnown is Begin for a device in which this user has logged in before. device is its ID, which no other client knows.
func (a *Attempts) BeginKnown(ctx context.Context, name, device string) (Attempt, error) {
	return a.begin(ctx, Attempt{a, []count{{hash(name + "\x00" + device), maxPerAccount}}, nil})
}

func (a *Attempts) begin(ctx context.Context, t Attempt) (Attempt, error) {
	args := []any{t.counts(), guessWindow.Milliseconds(), tryingFor.Milliseconds()}
	for _, c := range slices.Concat(t.accounts, t.address) {
		args = append(args, c.most)
	}
	for full := false; ; full = true {
		wait, err := a.client.Eval(ctx, begin, t.keys(), args...).Int64()
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
func (t Attempt) Withdraw(ctx context.Context) error { return t.end(ctx, leave).Err() }

// Succeeded sets the counts of an account to zero: its owner has logged in. On an error they stay until they expire.
func (t Attempt) Succeeded(ctx context.Context) error { return t.end(ctx, succeeded).Err() }

// A Limit tells for what a wrong password was the last that is allowed. Account: the next client that tries this account has to
// wait, or the next from this address. Address: this address has to wait, whichever account it tries.
type Limit struct{ Account, Address bool }

// Failed counts a wrong password for the account, and for the address that sent it. It tells which of them has to wait now.
func (t Attempt) Failed(ctx context.Context) (limit Limit, err error) {
	cmd := t.end(ctx, failed)
	if cmd.Err() != nil || cmd.Val() == nil { // nil: nothing was counted
		return Limit{}, cmd.Err()
	}
	counts, err := cmd.Int64Slice()
	for i, c := range slices.Concat(t.accounts, t.address)[:len(counts)] {
		last := counts[i] == int64(c.most)
		limit.Account = limit.Account || last && i < len(t.accounts)
		limit.Address = limit.Address || last && i >= len(t.accounts)
	}
	return limit, err
}

// end runs a script that ends the attempt.
func (t Attempt) end(ctx context.Context, script string) *redis.Cmd {
	if t.attempts == nil {
		return redis.NewCmd(ctx)
	}
	cmd := t.attempts.client.Eval(ctx, script, t.keys(), t.counts(), guessWindow.Milliseconds())
	cmd.SetErr(failOpen(cmd.Err()))
	return cmd
}

func (t Attempt) counts() int { return len(t.accounts) + len(t.address) }

// keys are those of the counts, and then those of what is being checked.
func (t Attempt) keys() (keys []string) {
	for _, c := range t.accounts {
		keys = append(keys, t.attempts.prefix+"account:"+c.key)
	}
	for _, c := range t.address {
		keys = append(keys, t.attempts.prefix+c.key)
	}
	for _, c := range t.accounts {
		keys = append(keys, t.attempts.prefix+"trying:"+c.key)
	}
	return keys
}

// network is what an address counts as: a client with IPv6 has at least 2⁶⁴ of them (RFC 6177).
func network(address string) string {
	if ip, err := netip.ParseAddr(address); err == nil && ip.Is6() {
		return netip.PrefixFrom(ip, 64).Masked().String()
	}
	return address
}

// hash stands for a name, because that may be any text of any length.
func hash(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:])
}
