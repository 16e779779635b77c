package control

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

const (
	// batchEvery is how long a request's event waits for others at most. All that come meanwhile are one write for each page: with
	// a write for each event, a whole class that listens would keep the processor busy. As a rule the next picture of the lab takes
	// them along, before this time is over.
	batchEvery = pictureEvery * 3 / 2
	// batchBuffer is how many batches a page may be behind. One that is slower misses events; the lab never waits.
	batchBuffer = 64
)

// A broker hands each event to all pages that listen.
type broker struct {
	mu        sync.Mutex
	listeners map[chan []byte]struct{}
	batch     []byte // the events that wait, as they are written
	wait      *time.Timer
	closed    bool
	dirty     chan struct{} // holds one: something has changed since the last picture
}

func newBroker() *broker {
	return &broker{listeners: map[chan []byte]struct{}{}, dirty: make(chan struct{}, 1)}
}

// listen returns a channel of batches of events.
func (b *broker) listen() (events chan []byte, done func()) {
	events = make(chan []byte, batchBuffer)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		close(events)
	} else {
		b.listeners[events] = struct{}{}
	}
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

// send encodes an event, once for all pages, and has it wait for others.
func (b *broker) send(name string, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.batch == nil {
		b.wait = time.AfterFunc(batchEvery, b.flush)
	}
	b.batch = fmt.Appendf(b.batch, "event: %s\ndata: %s\n\n", name, text)
}

// sendNow is send for what a page must not hear late: a picture that is older than what the page has seen since, or an
// experiment that is over.
func (b *broker) sendNow(name string, body any) {
	b.send(name, body)
	b.flush()
}

// flush hands the batch to all pages. It never waits: a page that is behind by a whole buffer misses these events.
func (b *broker) flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.batch == nil {
		return
	}
	for listener := range b.listeners {
		select {
		case listener <- b.batch:
		default:
		}
	}
	b.wait.Stop() // if flush is not its doing: the next batch has a time of its own
	b.batch = nil
}

func (b *broker) changed() {
	select {
	case b.dirty <- struct{}{}:
	default:
	}
}

func (b *broker) close() {
	b.flush()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for listener := range b.listeners {
		close(listener)
	}
	clear(b.listeners)
}
