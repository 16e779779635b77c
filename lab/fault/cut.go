package fault

import (
	"context"
	"fmt"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// Cut is a server that cannot be reached any more: connections to it are reset, and new ones refused. It goes on
// living at the other end, with its data.
//
//	replica ──▶ wire ✂ ──▶ Redis
type Cut struct {
	Wire *Wire
}

var _ Fault = Cut{}

// Break implements Fault.
func (c Cut) Break(context.Context) error { return c.Wire.Cut() }

// Mend implements Fault.
func (c Cut) Mend(context.Context) error { return c.Wire.Join() }

// A Wire is the connection to a server, where it can be cut.
type Wire struct {
	proxy *toxiproxy.Proxy
}

// NewWire returns a wire to an address like 127.0.0.1:6379, on a free port of loopback.
func NewWire(upstream string) (*Wire, error) {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	w := &Wire{proxy: toxiproxy.NewProxy(server, upstream, "127.0.0.1:0", upstream)}
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
		return fmt.Errorf("join the wire to %s: %w", w.proxy.Upstream, err)
	}
	return nil
}
