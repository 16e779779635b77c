package web

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"authlab/account"
)

// What a request can cost: the names of Server-Timing entries. Each entry is one time that it was paid.
const (
	costHash      = "hash"      // a password hash, slow on purpose
	costUsers     = "users"     // a question to the users database
	costStore     = "store"     // a command to Redis
	costSignature = "signature" // a check of a signature
)

// A bill is what one request has cost so far.
type bill struct {
	mu      sync.Mutex
	entries []string
}

type billKey struct{}

func withBill(ctx context.Context) (context.Context, *bill) {
	b := &bill{}
	return context.WithValue(ctx, billKey{}, b), b
}

// since returns a function that puts the time since now on the bill.
func since(ctx context.Context, name, description string) func() {
	pay := timed(ctx, name)
	return func() { pay(description) }
}

// timed returns a function that puts the time since now on the bill, once it is known what for. Without a bill it does
// nothing.
func timed(ctx context.Context, name string) func(description string) {
	b, ok := ctx.Value(billKey{}).(*bill)
	if !ok {
		return func(string) {}
	}
	start := time.Now()
	return func(description string) {
		ms := float64(time.Since(start).Microseconds()) / 1000
		b.mu.Lock()
		defer b.mu.Unlock()
		b.entries = append(b.entries, fmt.Sprintf("%s;desc=%q;dur=%.3f", name, description, ms))
	}
}

// String is the value of Server-Timing (W3C).
func (b *bill) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Join(b.entries, ", ")
}

// timedDirectory counts every question to the users database, puts it on the bill, and tells silence from an answer.
type timedDirectory struct {
	account.Directory
	metrics *metrics
}

// asked counts a question, and returns a function that puts its time on the bill.
func (d timedDirectory) asked(ctx context.Context) func() {
	d.metrics.queries.Inc()
	return since(ctx, costUsers, "users database")
}

func (d timedDirectory) User(ctx context.Context, name string) (account.User, error) {
	defer d.asked(ctx)()
	user, err := d.Directory.User(ctx, name)
	return user, directoryError(err)
}

func (d timedDirectory) PasswordHash(ctx context.Context, name string) (account.User, string, error) {
	defer d.asked(ctx)()
	user, hash, err := d.Directory.PasswordHash(ctx, name)
	return user, hash, directoryError(err)
}

func (d timedDirectory) SetEmail(ctx context.Context, name, email string) error {
	defer d.asked(ctx)()
	return directoryError(d.Directory.SetEmail(ctx, name, email))
}

// timedChecker puts every password hash on the bill.
type timedChecker struct{ *account.Hasher }

func (h timedChecker) Matches(ctx context.Context, encoded, password string) (bool, error) {
	defer since(ctx, costHash, "password hash (argon2id)")()
	return h.Hasher.Matches(ctx, encoded, password)
}

// redisCost is a hook of the Redis client that counts every command, and puts it on the bill.
type redisCost struct{ metrics *metrics }

var _ redis.Hook = redisCost{}

func (redisCost) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h redisCost) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		name := strings.ToUpper(cmd.Name())
		if opensConnection(name) {
			return next(ctx, cmd)
		}
		h.metrics.commands.WithLabelValues(name).Inc()
		defer since(ctx, costStore, "redis "+name)()
		return next(ctx, cmd)
	}
}

func (h redisCost) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		var names []string
		for _, cmd := range cmds {
			if name := strings.ToUpper(cmd.Name()); name != "MULTI" && name != "EXEC" && !opensConnection(name) {
				h.metrics.commands.WithLabelValues(name).Inc()
				names = append(names, name)
			}
		}
		if len(names) == 0 {
			return next(ctx, cmds)
		}
		defer since(ctx, costStore, "redis "+strings.Join(names, " "))()
		return next(ctx, cmds)
	}
}

// opensConnection tells the commands with which the client greets Redis on a new connection. They are no question of
// the request's; the time that they take is in the entry of the command that needed the connection.
func opensConnection(command string) bool {
	switch command {
	case "HELLO", "AUTH", "SELECT", "CLIENT":
		return true
	}
	return false
}

func directoryError(err error) error {
	if err == nil || errors.Is(err, account.ErrUnknownUser) {
		return err
	}
	return fmt.Errorf("%w: %w", errDirectory, err)
}
