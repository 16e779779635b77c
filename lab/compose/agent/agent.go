// Package agent is what one replica tells its lab, and lets it do, where the lab is another process.
//
//	nginx ───▶ :8080  the replica          requests of clients, through a door
//	console ─▶ :8079  its agent            GET /memory   what does it remember, what time is it there?
//	                  (never published)    POST /clock   its clock is wrong from now on
//	                                       POST /forget  as if it had just been started
//	                                       POST /door    it is open, silent, or refuses connections
//	                                       POST /redis   it is cut off from Redis, or far from it
//
// So a lab without a way to Docker can still break a replica: for its clients, a replica that refuses connections and has
// forgotten is a dead one.
//
// The embedded cluster needs none: it has its replicas in hand. Nobody is asked who they are here, so an agent listens
// only where nobody but the lab can come.
package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	Offset       string                 `json:"offset"`   // of the replica's clock to the real one, like 15m0s
	Redis        bool                   `json:"redis"`    // it reaches Redis
	OwnKeys      bool                   `json:"own_keys"` // it made its signing keys by itself, and no other replica has them
	Door         string                 `json:"door"`     // DoorOpen, DoorSilent or DoorRefuses
	Wire         WireState              `json:"wire"`     // to Redis, as the lab has left it
}

// A WireState is what the lab has made of a replica's way to Redis.
type WireState struct {
	Cut   bool   `json:"cut"`
	Delay string `json:"delay"` // of each command, like 5ms
}

// A Life is what a replica begins with, from one start to the next.
type Life struct {
	Now     func() time.Time
	OwnKeys bool       // it makes its signing keys by itself
	Redis   redis.Hook // for its client of Redis
}

// Config says what an Agent works with. Open is required.
type Config struct {
	// Open makes the replica: once at the start, and again each time it is to forget. What it returns beside the replica
	// is closed when the next takes its place.
	Open    func(Life) (*web.Server, io.Closer, error)
	OwnKeys bool       // from the start, and for good
	Door    *door.Door // where the replica's clients come in; nil: the lab cannot shut it
}

// An Agent stands in front of a replica. It is the replica's handler; Lab is the lab's.
type Agent struct {
	config Config
	clock  Clock
	wire   Wire
	now    atomic.Pointer[life]

	mu       sync.Mutex // one at a time forgets or ends
	draining bool
	ownKeys  bool // of the life that is now
}

// A life is a replica from one beginning to the next.
type life struct {
	app    *web.Server
	closer io.Closer
}

var _ http.Handler = (*Agent)(nil)

// New opens the replica. Close it.
func New(config Config) (*Agent, error) {
	a := &Agent{config: config}
	return a, a.forget(false)
}

// ServeHTTP is the replica.
func (a *Agent) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.now.Load().app.Handler().ServeHTTP(w, r)
}

// Drain makes /readyz say 503, so that a balancer sends nothing new while this replica ends.
func (a *Agent) Drain() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.draining = true
	a.now.Load().app.Drain()
}

// Close closes what Open opened.
func (a *Agent) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now.Load().closer.Close()
}

// forget begins the replica anew: an empty memory, and nothing else that a restart would not leave either.
func (a *Agent) forget(ownKeys bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	ownKeys = ownKeys || a.config.OwnKeys
	app, closer, err := a.config.Open(Life{Now: a.clock.Now, OwnKeys: ownKeys, Redis: &a.wire})
	if err != nil {
		return err
	}
	a.ownKeys = ownKeys
	if a.draining {
		app.Drain()
	}
	if before := a.now.Swap(&life{app, closer}); before != nil {
		return before.closer.Close()
	}
	return nil
}

// Lab is what the lab asks.
func (a *Agent) Lab() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /memory", a.handleMemory)
	mux.HandleFunc("POST /clock", a.handleClock)
	mux.HandleFunc("POST /forget", a.handleForget)
	mux.HandleFunc("POST /door", a.handleDoor)
	mux.HandleFunc("POST /redis", a.handleRedis)
	return mux
}

// handleMemory handles the "GET /memory" route.
func (a *Agent) handleMemory(w http.ResponseWriter, r *http.Request) {
	memory, err := a.memory(r.Context())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(memory) // if the lab has gone, there is nobody to tell
}

func (a *Agent) memory(ctx context.Context) (Memory, error) {
	a.mu.Lock()
	app, ownKeys := a.now.Load().app, a.ownKeys
	a.mu.Unlock()
	entries := app.Remembers()
	bytes, err := control.SessionBytes(entries)
	return Memory{
		Sessions: control.Sessions(entries), SessionCount: len(entries), Bytes: bytes,
		Offset: a.clock.Offset().String(), Redis: app.RedisUp(ctx), OwnKeys: ownKeys,
		Door: a.door(), Wire: WireState{Cut: a.wire.cut.Load(), Delay: time.Duration(a.wire.delay.Load()).String()},
	}, err
}

// maxBody is how much of a body is read, in bytes.
const maxBody = 1 << 10

// handleClock handles the "POST /clock" route.
func (a *Agent) handleClock(w http.ResponseWriter, r *http.Request) {
	offset, err := readOffset(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	a.clock.Set(offset)
	w.WriteHeader(http.StatusNoContent)
}

func readOffset(r *http.Request) (time.Duration, error) {
	var body struct {
		Offset string `json:"offset"`
	}
	if err := readBody(r, &body); err != nil {
		return 0, errors.New(`the body should be like {"offset":"15m"}`)
	}
	offset, err := time.ParseDuration(body.Offset)
	if err != nil {
		return 0, fmt.Errorf(`the body should be like {"offset":"15m"}: %w`, err)
	}
	return offset, nil
}

func readBody(r *http.Request, into any) error {
	return json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody)).Decode(into)
}

// handleForget handles the "POST /forget" route: {"own_keys":true}, if it is to sign with keys of its own.
func (a *Agent) handleForget(w http.ResponseWriter, r *http.Request) {
	var body struct {
		OwnKeys bool `json:"own_keys"`
	}
	if err := readBody(r, &body); err != nil {
		http.Error(w, `the body should be like {"own_keys":false}`, http.StatusBadRequest)
		return
	}
	if err := a.forget(body.OwnKeys); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
