// Package fault holds what makes a fault real: a Wire to a server, a Clock of a replica, and in package door its port. Which
// fault uses which, a lab says.
package fault

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// A Wire is the connection to a server, where it can be cut or made longer.
//
//	replica ──▶ wire ✂ ──▶ Redis        connections are reset and new ones refused; Redis goes on living, with its data
//	replica ──▶ wire ── 5 ms ──▶ Redis  each answer takes so much longer
type Wire struct {
	proxy *toxiproxy.Proxy
}

// NewWire returns a wire to an address like 127.0.0.1:6379, on a free port of loopback.
func NewWire(upstream string) (*Wire, error) {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	w := &Wire{proxy: toxiproxy.NewProxy(server, upstream, "127.0.0.1:0", upstream)}
	return w, w.SetCut(false)
}

// Addr is where the wire begins. It stays the same when the wire is cut and joined.
func (w *Wire) Addr() string {
	w.proxy.Lock()
	defer w.proxy.Unlock()
	return w.proxy.Listen
}

// IsCut tells whether the wire is cut.
func (w *Wire) IsCut() bool {
	w.proxy.Lock()
	defer w.proxy.Unlock()
	return !w.proxy.Enabled
}

// SetCut cuts the wire, or joins it again.
func (w *Wire) SetCut(cut bool) error {
	if cut {
		w.proxy.Stop()
		return nil
	}
	if !w.IsCut() {
		return nil
	}
	if err := w.proxy.Start(); err != nil {
		return fmt.Errorf("join the wire to %s: %w", w.proxy.Upstream, err)
	}
	return nil
}

// SetDelay makes each answer take so much longer, to the millisecond; 0 ends that.
func (w *Wire) SetDelay(ctx context.Context, delay time.Duration) error {
	const name = "latency"
	toxics := w.proxy.Toxics
	if toxics.GetToxic(name) != nil {
		if err := toxics.RemoveToxic(ctx, name); err != nil {
			return fmt.Errorf("end the delay to %s: %w", w.proxy.Upstream, err)
		}
	}
	if delay == 0 {
		return nil
	}
	toxic := fmt.Sprintf(`{"name":%q,"type":"latency","stream":"downstream","attributes":{"latency":%d}}`, name, delay.Milliseconds())
	if _, err := toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
		return fmt.Errorf("delay %s: %w", w.proxy.Upstream, err)
	}
	return nil
}
