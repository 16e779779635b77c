package postgres_test

import (
	"net"
	"sync"
	"testing"
)

// A wire is the connection to PostgreSQL, where a test can get at it.
//
//	directory ──▶ wire ✂ ──▶ PostgreSQL
type wire struct {
	t        *testing.T
	upstream string
	address  string // where it begins; the same when it is cut and mended

	mu       sync.Mutex
	listener net.Listener
	open     map[net.Conn]bool
	deaf     bool // takes what is sent, and nothing comes back
	upwards  bool // which way the last bytes went
	trips    int
	all      sync.WaitGroup
}

// newWire lays a wire to the database of an address, and returns the address by way of the wire.
func newWire(t *testing.T, address string) (*wire, string) {
	t.Helper()
	u := parse(t, address)
	w := &wire{t: t, upstream: u.Host, address: "127.0.0.1:0", open: map[net.Conn]bool{}}
	if u.Port() == "" {
		w.upstream = net.JoinHostPort(u.Hostname(), "5432")
	}
	w.mend()
	t.Cleanup(func() {
		w.cut()
		w.all.Wait()
	})
	u.Host = w.address
	return w, u.String()
}

// cut closes what is connected and refuses what comes.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.listener.Close()
	for conn := range w.open {
		conn.Close()
	}
}

// mend makes a wire whole that was cut.
func (w *wire) mend() {
	w.t.Helper()
	listener, err := net.Listen("tcp", w.address)
	if err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	w.listener, w.address = listener, listener.Addr().String()
	w.mu.Unlock()
	w.all.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			w.all.Go(func() { w.connect(near) })
		}
	})
}

func (w *wire) connect(near net.Conn) {
	far, err := net.Dial("tcp", w.upstream)
	if err != nil {
		near.Close()
		return
	}
	w.mu.Lock()
	w.open[near], w.open[far] = true, true
	w.mu.Unlock()
	done := make(chan struct{})
	go func() { w.carry(near, far, false); close(done) }()
	w.carry(far, near, true)
	<-done
	w.mu.Lock()
	delete(w.open, near)
	delete(w.open, far)
	w.mu.Unlock()
}

// carry copies until one end is closed, and then closes the other.
func (w *wire) carry(to, from net.Conn, upwards bool) {
	defer to.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		w.mu.Lock()
		if upwards && !w.upwards {
			w.trips++
		}
		w.upwards = upwards
		deaf := w.deaf
		w.mu.Unlock()
		if deaf {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// listen makes a wire deaf, or hear again. What was sent in between is lost.
func (w *wire) listen(hears bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deaf = !hears
}

// roundTrips counts how often something was sent after something had come back.
func (w *wire) roundTrips(during func()) int {
	count := func() int {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.trips
	}
	before := count()
	during()
	return count() - before
}
