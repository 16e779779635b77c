package control

import (
	"authlab/lab/contract"
	"authlab/web/scheme"
	"context"
	"net/http"
	"time"
)

const (
	// pictureEvery is how often a picture of the lab is sent at most.
	pictureEvery = 100 * time.Millisecond
	// sendTimeout is how long one page may keep a batch of events from being written.
	sendTimeout = 5 * time.Second
	// stillEvery is how often a stream on which nothing happens says that it is still there.
	stillEvery = 15 * time.Second
)

// What an experiment has come to.
const (
	Begun = "begun"
	Ended = "ended"
)

// An ExperimentEvent is an experiment that has begun or ended, started by a page or by a command.
type ExperimentEvent struct {
	Name  string `json:"name"`
	State string `json:"state"` // Begun or Ended; then GET /lab/experiments/{name} tells what it has measured
}

// Observe tells all pages that listen of a request. Its scheme is found from its path.
func (c *Controls) Observe(e contract.RequestEvent) {
	if !c.events.heard() {
		return
	}
	if known, ok := scheme.OfPath(e.Path); ok {
		e.Scheme = known.Name
	}
	c.events.send("request", e)
	c.Changed()
}

// Changed says that something has changed which a picture would show.
func (c *Controls) Changed() { c.events.changed() }

// Close ends all event streams, which would never end by themselves.
func (c *Controls) Close() { c.events.close() }

// Watch sends a picture of the lab after a change, if a page listens, and not more often than pictureEvery. It
// returns when ctx ends.
func (c *Controls) Watch(ctx context.Context) {
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
		if view, err := c.lab.View(ctx); err == nil {
			c.events.sendNow("cluster", view)
		}
	}
}

// handleEvents handles the "GET /lab/events" route: server-sent events, a picture of the lab first.
func (c *Controls) handleEvents(w http.ResponseWriter, r *http.Request) {
	events, done := c.events.listen()
	defer done()
	conn := http.NewResponseController(w)
	write := func(batch []byte) error {
		if err := conn.SetWriteDeadline(time.Now().Add(sendTimeout)); err != nil {
			return err
		}
		if _, err := w.Write(batch); err != nil {
			return err
		}
		return conn.Flush()
	}
	w.Header().Set("Content-Type", "text/event-stream")
	if write([]byte("retry: 1000\n\n")) != nil {
		return
	}
	c.Changed()
	still := time.NewTicker(stillEvery)
	defer still.Stop()
	for {
		batch := []byte(": still here\n\n")
		select {
		case <-r.Context().Done():
			return
		case <-still.C:
		case next, open := <-events:
			if !open {
				return
			}
			batch = next
		}
		if write(batch) != nil {
			return
		}
	}
}
