package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/redis/go-redis/v9"

	"authlab/lab/contract"
	"authlab/lab/fault"
	"authlab/lab/fault/door"
	"authlab/session"
	"authlab/web"
)

// A replica is one copy of the server, which can be killed and started.
type replica struct {
	name     string
	clock    *fault.Clock
	config   web.Config
	redis    string
	logger   *slog.Logger
	requests atomic.Int64

	mu      sync.Mutex
	startup contract.Startup
	tuning  web.Tuning
	running *run   // nil: dead
	isOver  bool   // the lab has ended, so the replica is not started any more
	last    string // where it listened last, which is where the balancer still looks
}

// A run is a replica from a start to a kill.
type run struct {
	app    *web.Server
	door   *door.Door
	server *http.Server
	client redis.UniversalClient
}

// start starts the replica with an empty memory, on a new port. It does nothing if the replica is alive.
func (r *replica) start(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.running != nil:
		return nil
	case r.isOver:
		return fmt.Errorf("start %s: %w", r.name, errOver)
	}
	client, err := web.OpenRedis(r.redis)
	if err != nil {
		return fmt.Errorf("start %s: %w", r.name, err)
	}
	config := r.config
	config.Name, config.Redis, config.Now = r.name, client, r.clock.Now
	switch {
	case r.startup.LeakedSecret != "":
		config.Keys, config.CookieKeys, err = LeakedKeys(r.startup.LeakedSecret)
	case r.startup.OwnKeys:
		config.Keys, config.CookieKeys, err = newKeys()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("start %s: %w", r.name, err), client.Close())
	}
	listener, err := door.Open(ctx, "127.0.0.1:0", func(l net.Listener) net.Listener { return web.ProblemListener(l, r.name, r.logger) })
	if err != nil {
		return errors.Join(fmt.Errorf("start %s: %w", r.name, err), client.Close())
	}
	app := web.New(config)
	app.Tune(r.tuning)
	server := serve(listener, app.Handler(), r.name, r.logger)
	r.running, r.last = &run{app, listener, server, client}, listener.Addr().String()
	return nil
}

// set changes how the replica is started from now on, and on which Redis.
func (r *replica) set(startup contract.Startup, redis string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.startup, r.redis = startup, redis
}

// kill ends the replica as a power cut would: connections are reset, and what it remembered is gone. It does nothing
// if the replica is dead.
func (r *replica) kill() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running == nil {
		return nil
	}
	ended := r.running
	r.running = nil
	return errors.Join(ended.door.Refuse(), ended.server.Close(), ended.client.Close())
}

// end kills the replica for good.
func (r *replica) end() error {
	r.mu.Lock()
	r.isOver = true
	r.mu.Unlock()
	return r.kill()
}

// tune changes how the replica works, now and when it is started again.
func (r *replica) tune(t web.Tuning) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tuning = t
	if r.running != nil {
		r.running.app.Tune(t)
	}
}

// drain ends the streams, which would go on for as long as their logins.
func (r *replica) drain() {
	if run := r.run(); run != nil {
		run.app.Drain()
	}
}

// setSilent makes the replica silent, or ends that. It does nothing if the replica is dead.
func (r *replica) setSilent(silent bool) {
	switch run := r.run(); {
	case run == nil:
	case silent:
		run.door.Silence()
	default:
		run.door.Speak()
	}
}

func (r *replica) silent() bool {
	run := r.run()
	return run != nil && run.door.Silent()
}

func (r *replica) address() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

func (r *replica) alive() bool { return r.run() != nil }

func (r *replica) run() *run {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.running
}

// remembers is what is in the replica's own memory. A dead replica remembers nothing.
func (r *replica) remembers() []session.Entry {
	if run := r.run(); run != nil {
		return run.app.Remembers()
	}
	return nil
}

// redisUp tells whether the replica reaches Redis. A dead replica does not need to.
func (r *replica) redisUp(ctx context.Context) bool {
	run := r.run()
	return run == nil || run.app.RedisUp(ctx)
}
