// Package cluster is the whole laboratory in one process: replicas, a Redis, a users database and a balancer.
//
//	                  ┌▶ app-1 ─┐
//	client ──▶ one ───┼▶ app-2 ─┼──▶ wire ──▶ Redis (embedded, or your own)
//	           port   └▶ app-3 ─┘
//	            │          └──────▶ users database (shared, in memory)
//	            └──▶ /lab/…  the controls, never balanced
//
// Each replica is a real server on a port of its own, with its own memory and its own clock, so whatever happens to a
// request happens on the wire. Killing a replica resets its connections and forgets its memory.
package cluster

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"authlab/account"
	"authlab/lab/balancer"
	"authlab/lab/fault"
	"authlab/token"
	"authlab/web"
)

// MaxReplicas bounds how many replicas there can be.
const MaxReplicas = 16

// Config says what cluster to start.
type Config struct {
	Listen   string       // address of the balancer; 127.0.0.1:0, a free port
	Replicas int          // 3
	Redis    string       // redis://… of your own; empty: one in this process
	LabKey   string       // lets others than loopback use the controls, if they send it in X-Lab-Key; empty: nobody
	Logger   *slog.Logger // silent
}

// A Cluster is a running laboratory.
type Cluster struct {
	config    Config
	time      *fault.LabTime
	faults    fault.Set
	store     *store
	directory *account.Memory
	replicas  []*replica
	balancer  *balancer.Balancer
	events    *broker
	listener  net.Listener
	server    *http.Server
	stop      context.CancelFunc
}

// Start starts a cluster and returns when it answers. Close ends it.
func Start(ctx context.Context, config Config) (*Cluster, error) {
	config.Listen = cmp.Or(config.Listen, "127.0.0.1:0")
	config.Replicas = cmp.Or(config.Replicas, 3)
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.Replicas < 1 || config.Replicas > MaxReplicas {
		return nil, fmt.Errorf("start lab: %d replicas; it can be 1 to %d", config.Replicas, MaxReplicas)
	}
	c := &Cluster{config: config, time: &fault.LabTime{}, directory: account.NewMemory(), stop: func() {}}
	if err := c.start(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context) error {
	var err error
	// First of all the port, because that it is taken is what goes wrong most.
	if c.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", c.config.Listen); err != nil {
		return fmt.Errorf("start lab: %w", err)
	}
	if c.store, err = openStore(ctx, c.config.Redis); err != nil {
		return fmt.Errorf("start lab: %w", err)
	}
	hasher := account.NewHasher(runtime.GOMAXPROCS(0))
	if err := account.CreateDemos(ctx, c.directory, hasher); err != nil {
		return fmt.Errorf("start lab: %w", err)
	}
	debug.FreeOSMemory() // the demo passwords took 19 MiB each to hash; an idle lab need not hold on to that
	key, err := token.GenerateKey(token.DefaultAlgorithm)
	if err != nil {
		return fmt.Errorf("start lab: %w", err)
	}
	keys, err := token.NewKeyring(key)
	if err != nil {
		return fmt.Errorf("start lab: %w", err)
	}
	cookieKey := make([]byte, 32)
	rand.Read(cookieKey)

	for i := range c.config.Replicas {
		r := &replica{
			name: "app-" + strconv.Itoa(i+1), clock: fault.NewClock(c.time), logger: c.config.Logger,
			config: web.Config{Directory: c.directory, Hasher: hasher, Keys: keys, CookieKey: cookieKey, Logger: c.config.Logger},
			redis:  "redis://" + c.store.userInfo() + c.store.wire.Addr() + c.store.database(),
		}
		if err := r.Start(ctx); err != nil {
			return fmt.Errorf("start lab: %w", err)
		}
		c.replicas = append(c.replicas, r)
	}
	c.events = newBroker()
	c.balancer = balancer.New(balancer.Config{Backends: c.backends, Observe: c.observe, Logger: c.config.Logger})
	c.server = web.NewHTTPServer(c.handler(), c.config.Logger)
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	c.stop = stop
	go c.tellChanges(running)
	go func() {
		if err := c.server.Serve(web.ProblemListener(c.listener, "balancer", c.config.Logger)); !errors.Is(err, http.ErrServerClosed) {
			c.config.Logger.Error("balancer ended", "error", err)
		}
	}()
	return nil
}

// URL is where the balancer listens: http://127.0.0.1:8080.
func (c *Cluster) URL() string { return "http://" + c.listener.Addr().String() }

// Close ends everything that Start started.
func (c *Cluster) Close() error {
	c.stop()
	var failed []error
	if c.server != nil {
		failed = append(failed, c.server.Close())
		c.balancer.Close()
	} else if c.listener != nil {
		failed = append(failed, c.listener.Close())
	}
	for _, r := range c.replicas {
		failed = append(failed, r.Kill())
	}
	if c.store != nil {
		failed = append(failed, c.store.close())
	}
	return errors.Join(failed...)
}

// Drain lets requests that are under way come to their end, until ctx ends. Close has to follow.
func (c *Cluster) Drain(ctx context.Context) error {
	c.events.close() // event streams would never end by themselves
	return c.server.Shutdown(ctx)
}

func (c *Cluster) backends() []balancer.Backend {
	backends := make([]balancer.Backend, len(c.replicas))
	for i, r := range c.replicas {
		backends[i] = balancer.Backend{Name: r.name, Addr: r.address()}
	}
	return backends
}

func (c *Cluster) replica(name string) (*replica, bool) {
	for _, r := range c.replicas {
		if r.name == name {
			return r, true
		}
	}
	return nil, false
}

// reset makes a clean lab: everything alive, empty, and on time.
func (c *Cluster) reset(ctx context.Context) error {
	if err := c.faults.MendAll(ctx); err != nil {
		return err
	}
	c.time.Reset()
	for _, r := range c.replicas {
		if err := errors.Join(r.Kill(), r.Start(ctx)); err != nil {
			return err
		}
	}
	if err := fault.Flush(ctx, c.store.client, web.DefaultPrefix); err != nil {
		return err
	}
	c.store.resetCounts(ctx)
	return account.ResetDemos(ctx, c.directory)
}

// redisBack waits until every replica that is alive can reach Redis: their clients need a moment to believe it.
func (c *Cluster) redisBack(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for _, r := range c.replicas {
		for !r.redisUp(ctx) {
			select {
			case <-ctx.Done():
				return fmt.Errorf("%s does not reach Redis: %w", r.name, ctx.Err())
			case <-again.C:
			}
		}
	}
	return nil
}
