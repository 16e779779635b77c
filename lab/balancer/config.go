package balancer

import (
	"log/slog"
	"time"

	"authlab/lab/contract"
)

// Backend is one replica as the balancer sees it: a name, and the address where it listens now.
type Backend struct {
	Name string // "app-1"; goes into the cookie of the sticky policy
	Addr string // "127.0.0.1:41234"; "" while it listens nowhere
}

// Config is what New needs.
type Config struct {
	// Backends lists all configured replicas in order, the dead ones included. It is called for each request, so a
	// replica that restarted is listed with its new address. Required. It must be safe for concurrent use.
	Backends func() []Backend

	// ResponseTimeout is how long a replica may take to begin its answer. Then it is silent: a GET is sent to the next
	// replica, and any other request is answered with 504. Default 5s, as in deploy/nginx. It has to be longer than a
	// client may wait at a replica, for instance until its password can be checked.
	ResponseTimeout time.Duration

	// SchemeOf names the scheme that a path belongs to, and "" if it belongs to none. The balancer's own errors say it, as
	// those of the replicas do. May be nil. It must be safe for concurrent use.
	SchemeOf func(path string) string

	// Observe is called for each balanced request when it has ended: after the response was sent, on the request's own
	// goroutine. Keep it short: the next request on the same connection waits for it. May be nil. It must be safe for
	// concurrent use.
	Observe func(contract.RequestEvent)

	// Now is the clock of failTimeout and of RequestEvent.At. Default time.Now.
	Now func() time.Time

	// Logger logs failing replicas: names, addresses and reasons, never a header, a body or a query. nil logs nothing.
	Logger *slog.Logger
}
