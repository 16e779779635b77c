package fault

import (
	"context"
	"fmt"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// RedisStopped is a Redis that nobody can reach: connections are reset, and new ones refused. Its data stays.
//
//	replica ──▶ wire ✂ ──▶ Redis
type RedisStopped struct {
	Wire *Wire
}

var _ Fault = RedisStopped{}

// Name implements Fault.
func (RedisStopped) Name() string { return "redis-stopped" }

// Break implements Fault.
func (r RedisStopped) Break(context.Context) error { return r.Wire.Cut() }

// Mend implements Fault.
func (r RedisStopped) Mend(context.Context) error { return r.Wire.Join() }

// A Wire is the connection between the replicas and Redis, where it can be cut.
type Wire struct {
	proxy *toxiproxy.Proxy
}

// NewWire returns a wire to an address like 127.0.0.1:6379, on a free port of loopback.
func NewWire(upstream string) (*Wire, error) {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	w := &Wire{proxy: toxiproxy.NewProxy(server, "redis", "127.0.0.1:0", upstream)}
	return w, w.Join()
}

// Addr is where the wire begins. It stays the same when the wire is cut and joined.
func (w *Wire) Addr() string {
	w.proxy.Lock()
	defer w.proxy.Unlock()
	return w.proxy.Listen
}

// Joined tells whether the wire is whole.
func (w *Wire) Joined() bool {
	w.proxy.Lock()
	defer w.proxy.Unlock()
	return w.proxy.Enabled
}

// Cut resets what is connected and refuses what comes.
func (w *Wire) Cut() error {
	w.proxy.Stop()
	return nil
}

// Join makes the wire whole.
func (w *Wire) Join() error {
	if w.Joined() {
		return nil
	}
	if err := w.proxy.Start(); err != nil {
		return fmt.Errorf("join the wire to Redis: %w", err)
	}
	return nil
}
