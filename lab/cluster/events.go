package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"authlab/lab/balancer"
	"authlab/web"
)

const (
	// eventBuffer is how many events a page may be behind. One that is slower misses events; the lab never waits.
	eventBuffer = 256
	// pictureEvery is how often a picture of the cluster is sent at the most.
	pictureEvery = 100 * time.Millisecond
	// sendTimeout is how long one page may keep one event from being written.
	sendTimeout = 5 * time.Second
)

// A RequestEvent is one request that the balancer has brought to its end.
type RequestEvent struct {
	At         time.Time `json:"at"`
	Method     string    `json:"method"`
	Path       string    `json:"path"`
	Policy     string    `json:"policy"`
	Replica    string    `json:"replica"` // empty: none answered
	Scheme     string    `json:"scheme,omitempty"`
	Status     int       `json:"status"`
	Attempts   int       `json:"attempts"`
	DurationMS float64   `json:"duration_ms"`
}

// A broker hands events to everybody who listens.
type broker struct {
	mu        sync.Mutex
	listeners map[chan []byte]struct{}
	closed    bool
	dirty     chan struct{} // holds one: something has changed since the last picture
}

func newBroker() *broker {
	return &broker{listeners: map[chan []byte]struct{}{}, dirty: make(chan struct{}, 1)}
}

func (b *broker) listen() (events chan []byte, done func()) {
	events = make(chan []byte, eventBuffer)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		close(events)
		return events, func() {}
	}
	b.listeners[events] = struct{}{}
	return events, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.listeners, events)
	}
}

func (b *broker) heard() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.listeners) > 0
}

// send never waits: who is behind by a whole buffer misses this event.
func (b *broker) send(name string, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		return
	}
	event := fmt.Appendf(nil, "event: %s\ndata: %s\n\n", name, text)
	b.mu.Lock()
	defer b.mu.Unlock()
	for listener := range b.listeners {
		select {
		case listener <- event:
		default:
		}
	}
}

func (b *broker) changed() {
	select {
	case b.dirty <- struct{}{}:
	default:
	}
}

func (b *broker) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for listener := range b.listeners {
		close(listener)
	}
	clear(b.listeners)
}

// observe hears of every request from the balancer.
func (c *Cluster) observe(o balancer.Observation) {
	if r, ok := c.replica(o.Replica); ok {
		r.requests.Add(1)
	}
	if !c.events.heard() {
		return
	}
	c.events.send("request", RequestEvent{
		At: o.At, Method: o.Method, Path: o.Path, Policy: o.Policy, Replica: o.Replica, Scheme: schemeOf(o.Path),
		Status: o.Status, Attempts: o.Attempts, DurationMS: float64(o.Duration.Microseconds()) / 1000,
	})
	c.events.changed()
}

// schemeOf tells the scheme from the beginning of a path; the ways that belong to no scheme have none.
func schemeOf(path string) string {
	for base, scheme := range map[string]string{
		"/basic/": web.Basic, "/session/memory/": web.SessionMemory, "/session/redis/": web.SessionRedis,
		"/session/cookie/": web.SessionCookie, "/token/stateless/": web.TokenStateless,
		"/token/revocable/": web.TokenRevocable, "/token/cookie/": web.TokenCookie,
	} {
		if strings.HasPrefix(path, base) {
			return scheme
		}
	}
	return ""
}

// tellChanges sends a picture of the cluster after a change, if anybody listens, and not more often than pictureEvery.
func (c *Cluster) tellChanges(ctx context.Context) {
	pause := time.NewTicker(pictureEvery)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
		select {
		case <-ctx.Done():
			return
		case <-c.events.dirty:
		}
		if !c.events.heard() {
			continue
		}
		if view, err := c.View(ctx); err == nil {
			c.events.send("cluster", view)
		}
	}
}

// handleEvents handles the "GET /lab/events" route: server-sent events, a picture of the cluster first.
func (c *Cluster) handleEvents(w http.ResponseWriter, r *http.Request) {
	events, done := c.events.listen()
	defer done()
	conn := http.NewResponseController(w)
	write := func(event []byte) error {
		if err := conn.SetWriteDeadline(time.Now().Add(sendTimeout)); err != nil {
			return err
		}
		if _, err := w.Write(event); err != nil {
			return err
		}
		return conn.Flush()
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	if write([]byte("retry: 1000\n\n")) != nil {
		return
	}
	c.events.changed()
	still := time.NewTicker(15 * time.Second)
	defer still.Stop()
	for {
		event := []byte(": still here\n\n")
		select {
		case <-r.Context().Done():
			return
		case <-still.C:
		case next, open := <-events:
			if !open {
				return
			}
			event = next
		}
		if write(event) != nil {
			return
		}
	}
}
