package web

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"authlab/account"
)

// A timedDirectory is the users database. It times and counts every query that a request makes, and makes errDirectory of a
// failure. No request makes the others.
type timedDirectory struct {
	account.Directory
	metrics *metrics
	now     func() time.Time // of the machine, and not the lab's
	local   bool             // in this process: it makes no request wait, so a query needs no timeout
}

// read runs a query that only reads, and may so be run twice.
func (d timedDirectory) read(ctx context.Context, run func(context.Context) error) error {
	return d.query(ctx, func() error {
		return unlessStopped(ctx, d.now, func(timeout time.Duration) error { return d.within(ctx, timeout, run) }, heard)
	})
}

// write runs a query that changes something.
func (d timedDirectory) write(ctx context.Context, run func(context.Context) error) error {
	return d.query(ctx, func() error { return d.within(ctx, patience(ctx), run) })
}

func (d timedDirectory) within(ctx context.Context, timeout time.Duration, run func(context.Context) error) error {
	if d.local {
		return run(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return run(ctx)
}

func (d timedDirectory) query(ctx context.Context, run func() error) error {
	d.metrics.queries.Inc()
	defer timingOf(ctx).Add(costUsers, "users database", time.Now())
	err := run()
	if !heard(err) {
		err = fmt.Errorf("%w: %w", errDirectory, err)
	}
	return err
}

// heard tells whether an error, or none, is the database's answer.
func heard(err error) bool {
	return err == nil || errors.Is(err, account.ErrUnknownUser) || errors.Is(err, account.ErrCartFull)
}

func (d timedDirectory) User(ctx context.Context, name string) (user account.User, err error) {
	err = d.read(ctx, func(ctx context.Context) error { user, err = d.Directory.User(ctx, name); return err })
	return user, err
}

func (d timedDirectory) PasswordHash(ctx context.Context, name string) (user account.User, hash string, err error) {
	err = d.read(ctx, func(ctx context.Context) error { user, hash, err = d.Directory.PasswordHash(ctx, name); return err })
	return user, hash, err
}

func (d timedDirectory) SetEmail(ctx context.Context, name, email string) error {
	return d.write(ctx, func(ctx context.Context) error { return d.Directory.SetEmail(ctx, name, email) })
}

func (d timedDirectory) SetPasswordHash(ctx context.Context, name, passwordHash string) error {
	return d.write(ctx, func(ctx context.Context) error { return d.Directory.SetPasswordHash(ctx, name, passwordHash) })
}

func (d timedDirectory) Cart(ctx context.Context, name string) (items []string, err error) {
	err = d.read(ctx, func(ctx context.Context) error { items, err = d.Directory.Cart(ctx, name); return err })
	return items, err
}

func (d timedDirectory) AddToCart(ctx context.Context, name, item string) (items []string, err error) {
	err = d.write(ctx, func(ctx context.Context) error { items, err = d.Directory.AddToCart(ctx, name, item); return err })
	return items, err
}

// A timedHasher times every password hash.
type timedHasher struct{ *account.Hasher }

func (h timedHasher) Matches(ctx context.Context, encoded, password string) (bool, error) {
	defer timingOf(ctx).Add(costHash, "password hash (argon2id)", time.Now())
	return h.Hasher.Matches(ctx, encoded, password)
}

// A timedRedis is a hook of the Redis client. It times and counts every command, and logs those that Redis refuses.
type timedRedis struct {
	metrics  *metrics
	refusals *refusals
}

var _ redis.Hook = timedRedis{}

func (timedRedis) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h timedRedis) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		name := strings.ToUpper(cmd.Name())
		if opensConnection(name) {
			return next(ctx, cmd)
		}
		h.metrics.commands.WithLabelValues(name).Inc()
		defer timingOf(ctx).Add(costStore, "redis "+name, time.Now())
		err := next(ctx, cmd)
		h.refusals.saw(name, err)
		return err
	}
}

func (h timedRedis) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
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
		defer timingOf(ctx).Add(costStore, "redis "+strings.Join(names, " "), time.Now())
		err := next(ctx, cmds)
		h.refusals.saw(strings.Join(names, " "), err)
		return err
	}
}

// opensConnection tells the commands that the client sends when it opens a connection. They are not counted: no request
// asked for them. Their time is part of the command that needed the connection.
func opensConnection(command string) bool {
	switch command {
	case "HELLO", "AUTH", "SELECT", "CLIENT":
		return true
	}
	return false
}
