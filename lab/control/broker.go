package control

import (
	"encoding/json"
	"fmt"
	"sync"
)

// eventBuffer is how many events a page may be behind. One that is slower misses events; the lab never waits.
const eventBuffer = 256

// A broker hands each event to all pages that listen.
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

// send never waits: a page that is behind by a whole buffer misses this event.
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
