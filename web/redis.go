package web

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// redisTimeout is how long one command may take in all: to get a connection, to open it, to write and to read. A Redis
// that is gone, silent or slow so becomes a 503 within a second; one that is gone says so at once.
const redisTimeout = 800 * time.Millisecond

// requestPatience is how long one request waits for Redis and the users database, all its commands and queries together: a
// login has several, and one that is silent shall not cost it a timeout for each.
const requestPatience = 900 * time.Millisecond

// redisDialTimeout is shorter: a connection that cannot be opened shall leave time to say so.
const redisDialTimeout = redisTimeout / 2

// The client would write to stderr by itself, on its own terms. What went wrong comes back as an error.
func init() { redis.SetLogger(&logging.VoidLogger{}) }

// OpenRedis returns a client for what an address names: one server, a cluster, or the primary that Sentinel knows. See
// errRedisAddress for the forms. It connects when it is first used.
//
// By default the client repeats a command that failed, for seconds. This one does not: a user is waiting, and a command
// that spends a refresh token must not be sent twice.
func OpenRedis(address string) (redis.UniversalClient, error) {
	at, err := parseRedis(address)
	if err != nil {
		return nil, err
	}
	options := &redis.UniversalOptions{
		Addrs: at.addrs, MasterName: at.master, DB: at.options.DB, Username: at.options.Username, Password: at.options.Password,
		SentinelUsername: at.sentinelUser, SentinelPassword: at.sentinelPassword,
		MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true,
		DialTimeout: redisDialTimeout, ReadTimeout: redisTimeout, WriteTimeout: redisTimeout,
		TLSConfig: at.options.TLSConfig, Dialer: dialRedis(at.options.TLSConfig), PoolTimeout: redisTimeout, PoolSize: 128,
		ReadBufferSize: 4 << 10, WriteBufferSize: 4 << 10, // a record is small; the default is 32 KiB each
		DisableIdentity: true, MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	var client redis.UniversalClient
	switch {
	case at.master != "":
		client = redis.NewFailoverClient(options.Failover())
	case len(at.addrs) > 1:
		client = openCluster(options.Cluster())
	default:
		simple := options.Simple()
		simple.Network = at.options.Network
		client = redis.NewClient(simple)
	}
	client.AddHook(timeoutHook{now: time.Now})
	return client, nil
}

// timeoutHook bounds each command, or transaction, as a whole. The timeouts of the options are for its steps, and add up.
//
// A command does not end because the client has closed its connection. Otherwise an attacker could hang up after each
// guess, and none would count; and a logout or a refresh could stop halfway.
type timeoutHook struct{ now func() time.Time }

// repeatable are the commands that may be sent twice: they only read (GETEX also moves the end of what it reads).
var repeatable = map[string]bool{"get": true, "getex": true, "mget": true, "exists": true}

var _ redis.Hook = timeoutHook{}

// bounded returns a context with a timeout, which is shorter if the request has little patience left. It keeps an earlier
// deadline of ctx, but does not end with ctx.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return boundedBy(ctx, patience(ctx))
}

func boundedBy(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	deadline := time.Now().Add(timeout)
	if earlier, ok := ctx.Deadline(); ok && earlier.Before(deadline) {
		deadline = earlier
	}
	return context.WithDeadline(context.WithoutCancel(ctx), deadline)
}

// DialHook makes an error of Sentinel, too, one of the connection's first use: see dialRedis.
func (timeoutHook) DialHook(next redis.DialHook) redis.DialHook { return atFirstUse(next) }

func (h timeoutHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		send := func(timeout time.Duration) error {
			ctx, cancel := boundedBy(ctx, timeout)
			defer cancel()
			return next(ctx, cmd)
		}
		if !repeatable[cmd.Name()] {
			return send(patience(ctx))
		}
		return unlessStopped(ctx, h.now, send, func(err error) bool { return err == nil || errors.Is(err, redis.Nil) })
	}
}

func (timeoutHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		ctx, cancel := bounded(ctx)
		defer cancel()
		return next(ctx, cmds)
	}
}
