package balancer

import (
	"cmp"
	"log/slog"
	"time"
)

// Backend is one replica as the balancer sees it: a name, and the address where it listens now.
type Backend struct {
	Name string // "app-1"; goes into the cookie of the sticky policy
	Addr string // "127.0.0.1:41234"; "" while it listens nowhere
}

// Observation is what one balanced request came to.
type Observation struct {
	At       time.Time // when the request arrived, by Config.Now
	Method   string
	Path     string // without the query, which may carry secrets
	Policy   string // "round-robin", "sticky" or "hash"
	Replica  string // the name of the one that answered; "" when none did
	Attempts int    // replicas tried, 0 when there was none to try
	Status   int    // as sent to the client; 499 (nginx's number) when the client left before there was an answer
	Duration time.Duration
	Timing   string // Server-Timing, in which the replica says what the request cost it
}

// Config is what New needs.
type Config struct {
	// Backends lists all configured replicas, in order, also the dead ones: it is asked at each request, and a replica
	// that restarted elsewhere is listed with its new address. Required. It must be safe for concurrent use.
	Backends func() []Backend

	// MaxFails is how many times in a row a backend may fail before it is passed over. Default 1, as in nginx.
	MaxFails int

	// FailTimeout is for how long it is passed over then. Default 1s. nginx waits 10s, which suits machines that need
	// minutes to come back; here a class waits for a replica that restarts in milliseconds.
	FailTimeout time.Duration

	// ResponseTimeout is how long a replica may take to begin its answer. Then it is silent: a GET is sent to the next
	// replica, and anything else is answered with 504. Default 5s, as in deploy/nginx.conf. It has to be longer than
	// whatever a replica makes a client wait for, like its turn to have a password checked.
	ResponseTimeout time.Duration

	// SilentTimeout is for how long a silent replica is passed over, and then one request tries it. Default 10s. It is
	// longer than FailTimeout, because to try a dead replica costs nothing, and to try a silent one ResponseTimeout.
	SilentTimeout time.Duration

	// Observe is told of each balanced request, after its answer was sent and on the request's own goroutine (an event
	// stream is told of when it ends). Keep it short: the next request on the same connection waits for it. May be nil.
	// It must be safe for concurrent use.
	Observe func(Observation)

	// Now is the clock of FailTimeout and of Observation.At. Default time.Now.
	Now func() time.Time

	// Logger is told of failing replicas: names, addresses and reasons, never a header, a body or a query. nil is silent.
	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	c.MaxFails = cmp.Or(c.MaxFails, 1)
	c.FailTimeout = cmp.Or(c.FailTimeout, time.Second)
	c.ResponseTimeout = cmp.Or(c.ResponseTimeout, 5*time.Second)
	c.SilentTimeout = cmp.Or(c.SilentTimeout, 10*time.Second)
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}
