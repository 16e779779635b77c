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
	ownKeys  atomic.Bool // makes its own keys at start

	mu      sync.Mutex
	running *run   // nil: dead
	last    string // where it listened last, which is where the balancer still looks
}

// A run is a replica's life from a start to a kill.
type run struct {
	app    *web.Server
	door   *door.Door
	server *http.Server
	client *redis.Client

	mu    sync.Mutex
	conns map[net.Conn]struct{}
}

var (
	_ fault.Rekeyable   = (*replica)(nil)
	_ fault.Silenceable = (*replica)(nil)
)

// Start starts the replica with an empty memory, on a new port. It does nothing if the replica is alive.
func (r *replica) Start(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running != nil {
		return nil
	}
	client, err := web.OpenRedis(r.redis)
	if err != nil {
		return fmt.Errorf("start %s: %w", r.name, err)
	}
	config := r.config
	config.Name, config.Redis, config.Now = r.name, client, r.clock.Now
	if r.ownKeys.Load() {
		if config.Keys, config.CookieKeys, err = newKeys(); err != nil {
			return errors.Join(fmt.Errorf("start %s: %w", r.name, err), client.Close())
		}
	}
	listener, err := door.Open(ctx, "127.0.0.1:0", func(l net.Listener) net.Listener { return web.ProblemListener(l, r.name, r.logger) })
	if err != nil {
		return errors.Join(fmt.Errorf("start %s: %w", r.name, err), client.Close())
	}
	app := web.New(config)
	life := &run{app: app, door: listener, server: web.NewHTTPServer(app.Handler(), r.logger), client: client, conns: map[net.Conn]struct{}{}}
	life.server.ConnState = life.track
	go func() {
		if err := life.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			r.logger.Error("replica ended", "replica", r.name, "error", err)
		}
	}()
	r.running, r.last = life, listener.Addr().String()
	return nil
}

// Kill ends the replica as a power cut would: connections are reset, and what it remembered is gone. It does nothing
// if the replica is dead.
func (r *replica) Kill() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running == nil {
		return nil
	}
	life := r.running
	r.running = nil
	life.resetOnClose()
	return errors.Join(life.server.Close(), life.client.Close())
}

// Silence implements fault.Silenceable. It does nothing if the replica is dead.
func (r *replica) Silence() {
	if life := r.life(); life != nil {
		life.door.Silence()
	}
}

// Speak implements fault.Silenceable.
func (r *replica) Speak() {
	if life := r.life(); life != nil {
		life.door.Speak()
	}
}

func (r *replica) silent() bool {
	life := r.life()
	return life != nil && life.door.Silent()
}

// OwnKeys implements fault.Rekeyable.
func (r *replica) OwnKeys(own bool) { r.ownKeys.Store(own) }

func (r *replica) address() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

func (r *replica) alive() bool { return r.life() != nil }

func (r *replica) life() *run {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.running
}

// remembers is what is in the replica's own memory. A dead replica remembers nothing.
func (r *replica) remembers() []session.Entry {
	if life := r.life(); life != nil {
		return life.app.Remembers()
	}
	return nil
}

// redisUp tells whether the replica reaches Redis. A dead replica does not need to.
func (r *replica) redisUp(ctx context.Context) bool {
	life := r.life()
	return life == nil || life.app.RedisUp(ctx)
}

func (l *run) track(conn net.Conn, state http.ConnState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch state {
	case http.StateNew:
		l.conns[conn] = struct{}{}
	case http.StateClosed, http.StateHijacked:
		delete(l.conns, conn)
	}
}

// resetOnClose makes closing a connection a reset (RST): whatever was not sent yet is lost.
func (l *run) resetOnClose() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for conn := range l.conns {
		if tcp, ok := conn.(interface{ SetLinger(seconds int) error }); ok {
			_ = tcp.SetLinger(0) // a connection that is closed already needs no reset
		}
	}
}
