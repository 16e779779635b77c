// Package door is the port of a replica, where the lab can make the replica silent, or gone for its clients.
//
//	           open      connections are accepted, and answered
//	client ──▶ silent    connections are accepted, nothing is read, nothing is answered; it all waits
//	           refusing  connections are reset, and new ones refused
//
// A silent replica is as docker pause leaves one: the operating system goes on accepting connections, and requests wait
// in its buffers until the process runs again. Then they are read, also those whose client has given up.
package door

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
)

// A Door is a net.Listener in front of a replica. Make one with Open.
type Door struct {
	address string
	silence atomic.Pointer[silence] // nil: it answers

	mu     sync.Mutex
	inner  net.Listener // nil: it refuses
	opened chan struct{}
	conns  map[*conn]struct{}
	closed bool
	wrap   func(net.Listener) net.Listener
}

// A silence lasts until over is closed.
type silence struct{ over chan struct{} }

var _ net.Listener = (*Door)(nil)

// Open listens at an address. wrap may put something between the port and the door, each time that it listens; nil:
// nothing.
func Open(ctx context.Context, address string, wrap func(net.Listener) net.Listener) (*Door, error) {
	if wrap == nil {
		wrap = func(l net.Listener) net.Listener { return l }
	}
	d := &Door{address: address, wrap: wrap, conns: map[*conn]struct{}{}, opened: make(chan struct{})}
	if err := d.Listen(ctx); err != nil {
		return nil, err
	}
	d.address = d.inner.Addr().String() // the same again, also where it was a free port
	return d, nil
}

// Silence makes the replica silent. It does nothing if it is silent already.
func (d *Door) Silence() { d.silence.CompareAndSwap(nil, &silence{make(chan struct{})}) }

// Speak ends the silence: what has waited goes on.
func (d *Door) Speak() {
	if s := d.silence.Swap(nil); s != nil {
		close(s.over)
	}
}

// Silent tells whether the replica is silent.
func (d *Door) Silent() bool { return d.silence.Load() != nil }

// Refuse resets all connections, and refuses new ones until Listen. What has waited in a silence is lost.
func (d *Door) Refuse() error {
	d.mu.Lock()
	inner, conns := d.inner, d.conns
	d.inner, d.conns = nil, map[*conn]struct{}{}
	d.mu.Unlock()
	var err error
	if inner != nil {
		err = inner.Close()
	}
	for c := range conns {
		_ = c.SetLinger(0) // a reset; a connection that is closed already needs none
		_ = c.Close()
	}
	d.Speak()
	return err
}

// Listen ends the refusing. It does nothing if the door listens.
func (d *Door) Listen(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return net.ErrClosed
	}
	if d.inner != nil {
		return nil
	}
	inner, err := (&net.ListenConfig{}).Listen(ctx, "tcp", d.address)
	if err != nil {
		return err
	}
	d.inner = d.wrap(inner)
	close(d.opened)
	d.opened = make(chan struct{})
	return nil
}

// Refusing tells whether the door refuses connections.
func (d *Door) Refusing() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.inner == nil
}

// Accept implements net.Listener. As long as the door refuses, it waits.
func (d *Door) Accept() (net.Conn, error) {
	for {
		inner, opened, err := d.listening()
		if err != nil {
			return nil, err
		}
		if inner == nil {
			<-opened
			continue
		}
		accepted, err := inner.Accept()
		if errors.Is(err, net.ErrClosed) {
			continue // it refuses from now on, or is closed
		}
		if err != nil {
			return nil, err
		}
		c := &conn{Conn: accepted, door: d, closed: make(chan struct{})}
		if !d.enter(c, inner) {
			_ = c.SetLinger(0)
			_ = accepted.Close()
			continue
		}
		return c, nil
	}
}

func (d *Door) listening() (inner net.Listener, opened <-chan struct{}, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, nil, net.ErrClosed
	}
	return d.inner, d.opened, nil
}

// enter reports false for a connection that came just before the door began to refuse.
func (d *Door) enter(c *conn, by net.Listener) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inner != by {
		return false
	}
	d.conns[c] = struct{}{}
	return true
}

func (d *Door) leave(c *conn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.conns, c)
}

// Close implements net.Listener. Connections stay.
func (d *Door) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	close(d.opened)
	if d.inner == nil {
		return nil
	}
	return d.inner.Close()
}

// Addr implements net.Listener: the same also while the door refuses.
func (d *Door) Addr() net.Addr { return address(d.address) }

type address string

func (address) Network() string  { return "tcp" }
func (a address) String() string { return string(a) }
