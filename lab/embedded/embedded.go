// Package embedded is the whole laboratory in one process: replicas, a Redis, a users database and a balancer.
//
//	                  ┌▶ app-1 ─┐
//	client ──▶ one ───┼▶ app-2 ─┼──▶ wire ──▶ Redis (embedded, or your own)
//	           port   └▶ app-3 ─┘
//	            │          └──────▶ users database (shared, in memory)
//	            └──▶ /lab/…  the controls, never balanced
//
// Beside it, each on a port of its own on loopback: the second service, the naive twin, the login server and the backend for
// frontend. With Config.Postgres the replicas also keep sessions in a PostgreSQL.
//
// Each replica is a real server on a port of its own, with its own memory and its own clock, so what happens to a
// request happens on the wire. Killing a replica resets its connections and forgets its memory.
package embedded

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
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"authlab/account"
	"authlab/lab/balancer"
	"authlab/lab/contract"
	"authlab/lab/control"
	"authlab/lab/fault"
	"authlab/lab/jar"
	"authlab/session"
	"authlab/token"
	"authlab/web"
	"authlab/web/scheme"
)

// Config says what lab to start.
type Config struct {
	Listen   string // address of the balancer; 127.0.0.1:0, a free port
	Replicas int    // 3
	// MaxReplicas is how many replicas there can be; contract.MaxReplicas.
	MaxReplicas int
	Redis       string       // redis://… of your own; empty: one in this process
	Postgres    string       // postgres://… of your own, for session-postgres; empty: this lab has none
	LabKey      string       // lets clients on other machines use the controls, if they send it in X-Lab-Key; empty: no client
	Logger      *slog.Logger // silent
	// ResponseTimeout is how long the balancer waits for a replica to answer; 5s.
	ResponseTimeout time.Duration
	// MarkCookies has the names of cookies end with the lab's port, so that a browser has those of several labs apart.
	MarkCookies bool
	// Like is a lab of this process with which this one shares the Hasher and the demo accounts' password hashes, so that many
	// labs take the time and the memory of one; nil: it hashes by itself.
	Like *Lab
	// Experiments makes what serves /lab/experiments for the lab at an address; nil: nothing does.
	Experiments func(url string) http.Handler
}

// A Lab is a running laboratory.
type Lab struct {
	config    Config
	time      *fault.LabTime
	store     *store
	postgres  *pgxpool.Pool // nil: none
	distance  control.Delay // of postgres
	directory *account.Memory
	demos     *account.DemoReset
	secret    string // by which home knows the second service
	hasher    *account.Hasher
	keys      *token.Keyring
	cookies   *session.CookieKeys
	balancer  *balancer.Balancer
	controls  *control.Controls
	services  services
	listener  net.Listener
	server    *http.Server
	stop      context.CancelFunc

	breaking sync.Mutex // held while a fault is broken or mended: one at a time

	mu       sync.RWMutex
	replicas []*replica       // in the order of their numbers
	broken   []contract.Fault // the oldest first
	startup  contract.Startup // of every replica
	settings contract.Settings
	isOver   bool // Close has begun: there are no new replicas
}

// Start starts a lab and returns when it answers. Close ends it.
func Start(ctx context.Context, config Config) (*Lab, error) {
	config.Listen = cmp.Or(config.Listen, "127.0.0.1:0")
	config.Replicas = cmp.Or(config.Replicas, 3)
	config.MaxReplicas = cmp.Or(config.MaxReplicas, contract.MaxReplicas)
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.Replicas < 1 || config.Replicas > config.MaxReplicas {
		return nil, fmt.Errorf("start lab: %d replicas; it can be 1 to %d", config.Replicas, config.MaxReplicas)
	}
	c := &Lab{config: config, time: &fault.LabTime{}, directory: account.NewMemory(), stop: func() {}, secret: rand.Text()}
	if err := c.start(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start lab: %w", err), c.Close())
	}
	return c, nil
}

func (c *Lab) start(ctx context.Context) error {
	var err error
	// First of all the port, because that it is taken is what goes wrong most.
	if c.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", c.config.Listen); err != nil {
		return err
	}
	if c.store, err = openStore(ctx, c.config.Redis); err != nil {
		return err
	}
	if c.config.Postgres != "" {
		if c.postgres, err = web.OpenPostgres(ctx, c.config.Postgres, c.distance.Wait); err != nil {
			return err
		}
	}
	if like := c.config.Like; like != nil {
		c.hasher, err = like.hasher, account.CopyDemos(ctx, like.directory, c.directory)
	} else {
		c.hasher = account.NewHasher(runtime.GOMAXPROCS(0))
		err = account.CreateDemos(ctx, c.directory, c.hasher)
	}
	if err != nil {
		return err
	}
	c.demos = &account.DemoReset{Directory: c.directory, Hasher: c.hasher}
	if c.keys, c.cookies, err = newKeys(); err != nil {
		return err
	}
	if err := c.scale(ctx, c.config.Replicas); err != nil {
		return err
	}
	controls := control.Config{LabKey: c.config.LabKey, Home: "http://" + web.HostToOpen(c.listener.Addr())}
	if c.config.Experiments != nil {
		controls.Experiments = c.config.Experiments(controls.Home)
	}
	c.controls = control.New(c, controls)
	c.balancer = balancer.New(balancer.Config{
		Backends: c.backends, SchemeOf: schemeOf, Observe: c.observe, Logger: c.config.Logger, ResponseTimeout: c.config.ResponseTimeout,
	})
	if err := c.startServices(ctx); err != nil {
		return err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	c.stop = stop
	go c.controls.Watch(running)
	c.server = serve(web.ProblemListener(c.listener, contract.Balancer, c.config.Logger), c.Handler(), contract.Balancer, c.config.Logger)
	return nil
}

// serve serves a handler until the server is closed.
func serve(listener net.Listener, handler http.Handler, name string, logger *slog.Logger) *http.Server {
	server := web.NewHTTPServer(handler, logger)
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			logger.Error("server ended", "name", name, "error", err)
		}
	}()
	return server
}

// Handler serves the controls and the pages, which survive the faults, and sends all other requests to the balancer.
func (c *Lab) Handler() http.Handler {
	pages := web.NewPages()
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/lab/"):
			c.controls.ServeHTTP(w, r)
		case pages.Has(r):
			pages.ServeHTTP(w, r)
		default:
			c.balancer.ServeHTTP(w, r)
		}
	})
	return c.markCookies(handler)
}

// markCookies has the cookies of a server end with the lab's port, if they have to.
func (c *Lab) markCookies(server http.Handler) http.Handler {
	if _, port, err := net.SplitHostPort(c.listener.Addr().String()); err == nil && c.config.MarkCookies {
		return jar.Apart(scheme.CookieMark("", port), server)
	}
	return server
}

// schemeOf names the scheme of a path for the balancer's own errors.
func schemeOf(path string) string {
	row, _ := scheme.OfPath(path)
	return row.Name
}

// observe hears of every request from the balancer.
func (c *Lab) observe(e contract.RequestEvent) {
	if r, ok := c.replica(e.Replica); ok {
		r.requests.Add(1)
	}
	c.controls.Observe(e)
}

// URL is where a browser on this machine finds the balancer: http://127.0.0.1:8080.
func (c *Lab) URL() string { return "http://" + web.HostToOpen(c.listener.Addr()) }

// errOver refuses what comes while a lab ends.
var errOver = errors.New("the lab has ended")

// Close ends everything that Start started.
func (c *Lab) Close() error {
	c.stop()
	if c.controls != nil {
		c.controls.Close() // event streams of clients that came by Handler, and not by the lab's own server
	}
	var failed []error
	if c.server != nil {
		failed = append(failed, c.server.Close())
	} else if c.listener != nil {
		failed = append(failed, c.listener.Close())
	}
	if c.balancer != nil {
		c.balancer.Close()
	}
	failed = append(failed, c.services.close())
	c.mu.Lock()
	c.isOver = true
	c.mu.Unlock()
	for _, r := range c.all() {
		failed = append(failed, r.end())
	}
	if c.store != nil {
		failed = append(failed, c.store.close())
	}
	if c.postgres != nil {
		c.postgres.Close()
	}
	return errors.Join(failed...)
}

// Drain lets requests that are under way come to their end, until ctx ends. Close has to follow.
func (c *Lab) Drain(ctx context.Context) error {
	c.controls.Close()
	for _, r := range c.all() {
		r.drain()
	}
	return c.server.Shutdown(ctx)
}

// all is the replicas that there are now.
func (c *Lab) all() []*replica {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.Clone(c.replicas)
}

// scale makes it n replicas: new ones start with an empty memory, and the last ones go first.
func (c *Lab) scale(ctx context.Context, n int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isOver {
		return errOver
	}
	for i := len(c.replicas); i < n; i++ {
		r := &replica{
			name: "app-" + strconv.Itoa(i+1), clock: fault.NewClock(c.time), logger: c.config.Logger,
			config: web.Config{Directory: c.directory, Postgres: c.postgres, Hasher: c.hasher, Keys: c.keys, CookieKeys: c.cookies, Logger: c.config.Logger, TrustedProxies: []string{"127.0.0.1"}, Services: map[string]string{"reports": c.secret}},
			redis:  c.store.reachedAt(), tuning: control.Tuned(c.settings),
		}
		if err := r.start(ctx); err != nil {
			return err
		}
		c.replicas = append(c.replicas, r)
	}
	gone := c.replicas[n:]
	c.replicas = c.replicas[:n:n]
	for _, r := range gone {
		if err := r.kill(); err != nil {
			return err
		}
		c.broken = slices.DeleteFunc(c.broken, func(f contract.Fault) bool { return f.Replica == r.name })
	}
	return nil
}

func (c *Lab) backends() []balancer.Backend {
	replicas := c.all()
	backends := make([]balancer.Backend, len(replicas))
	for i, r := range replicas {
		backends[i] = balancer.Backend{Name: r.name, Addr: r.address()}
	}
	return backends
}

func (c *Lab) replica(name string) (*replica, bool) {
	for _, r := range c.all() {
		if r.name == name {
			return r, true
		}
	}
	return nil, false
}
