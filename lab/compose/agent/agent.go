// Package agent is what one replica tells its lab, and lets it do, where the lab is another process.
//
//	nginx ───▶ :8080  the replica          requests of clients, through a door
//	console ─▶ :8079  its agent            GET /memory       what does it remember, and how does it work?
//	                  (never published)    POST /conditions  its clock is wrong from now on, Redis is away or far, it has other settings
//	                                       POST /forget      as if it had just been started
//	                                       POST /door        it is open, silent, or refuses connections
//
// So a lab without a way to Docker can still break a replica: for its clients, a replica that refuses connections and has
// forgotten is a dead one.
//
// The embedded lab needs no agents: its replicas are in its own process. An agent does not ask who is calling, so it
// listens only in a network where only the lab is.
package agent

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"authlab/lab/contract"
	"authlab/lab/control"
	"authlab/lab/fault/door"
	"authlab/web"
)

// A Memory is what GET /memory answers.
type Memory struct {
	Sessions     []contract.SessionView `json:"sessions"` // shortened, and not all if there are many
	SessionCount int                    `json:"session_count"`
	Bytes        int64                  `json:"bytes"`    // of all session records, as text
	Redis        bool                   `json:"redis"`    // it reaches Redis
	OwnKeys      bool                   `json:"own_keys"` // it made its signing keys by itself, and no other replica has them
	Door         string                 `json:"door"`     // DoorOpen, DoorSilent or DoorRefuses
	Startup      contract.Startup       `json:"startup"`  // as the lab has told it
	Conditions                          // as the lab has left them
}

// Conditions are what the lab makes a replica work under. The zero value: all is as it should be.
type Conditions struct {
	Offset   time.Duration     `json:"offset_ns"` // of the replica's clock to the real one
	Cut      bool              `json:"cut"`       // it is cut off from Redis
	Delay    time.Duration     `json:"delay_ns"`  // of each command to Redis
	Settings contract.Settings `json:"settings"`
}

// Config says what an Agent works with. Open and Redis are required.
type Config struct {
	// Open makes the replica: at the start, and again each time it is to forget. now is its clock.
	Open func(redis redis.UniversalClient, now func() time.Time, startup contract.Startup) (*web.Server, error)
	// Redis makes the client of one life of the replica. address is empty, unless it is to be at another Redis.
	Redis   func(address string) (redis.UniversalClient, error)
	OwnKeys bool       // from the start, and for good
	Door    *door.Door // where the replica's clients come in; nil: the lab cannot shut it
	// Delay is how far away the lab moves Redis. It is for what is to move with it: the database of session-postgres. nil: that
	// stays where it is.
	Delay *control.Delay
}

// An Agent stands in front of a replica. It is the replica's handler; Lab is the lab's.
type Agent struct {
	config     Config
	conditions atomic.Pointer[Conditions]
	app        atomic.Pointer[web.Server]

	mu       sync.Mutex // one at a time forgets or ends
	draining bool
	startup  contract.Startup      // as app was told
	redis    redis.UniversalClient // of app
}

var _ http.Handler = (*Agent)(nil)

// New opens the replica. Close the agent after its last request.
func New(config Config) (*Agent, error) {
	a := &Agent{config: config}
	a.config.Delay = cmp.Or(config.Delay, &control.Delay{})
	a.conditions.Store(&Conditions{})
	return a, a.forget(contract.Startup{})
}

// ServeHTTP is the replica.
func (a *Agent) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.app.Load().Handler().ServeHTTP(w, r)
}

// Drain makes /readyz say 503, so that a balancer sends nothing new while this replica ends.
func (a *Agent) Drain() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.draining = true
	a.app.Load().Drain()
}

// now is what the replica takes for the time.
func (a *Agent) now() time.Time { return time.Now().Add(a.conditions.Load().Offset) }

// forget begins the replica anew, with an empty memory.
func (a *Agent) forget(startup contract.Startup) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.reopen(startup)
}

func (a *Agent) reopen(startup contract.Startup) error {
	client, err := a.config.Redis(startup.Redis)
	if err != nil {
		return err
	}
	client.AddHook(wire{&a.conditions, a.config.Delay})
	started := startup
	started.OwnKeys = startup.OwnKeys || a.config.OwnKeys
	app, err := a.config.Open(client, a.now, started)
	if err != nil {
		return errors.Join(err, client.Close())
	}
	if a.draining {
		app.Drain()
	}
	if settings := a.conditions.Load().Settings; settings != (contract.Settings{}) {
		app.Tune(control.Tuned(settings))
	}
	a.app.Store(app)
	before := a.redis
	a.startup, a.redis = startup, client
	if before == nil {
		return nil
	}
	return before.Close()
}

// Close closes the replica's connections to Redis.
func (a *Agent) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.redis.Close()
}

func (a *Agent) memory(ctx context.Context) (Memory, error) {
	a.mu.Lock()
	app, startup := a.app.Load(), a.startup
	a.mu.Unlock()
	entries := app.Remembers()
	bytes, err := control.SessionBytes(entries)
	return Memory{
		Sessions: control.Sessions(entries), SessionCount: len(entries), Bytes: bytes,
		Redis: app.RedisUp(ctx), OwnKeys: startup.OwnKeys || a.config.OwnKeys, Door: a.door(), Startup: startup, Conditions: *a.conditions.Load(),
	}, err
}
