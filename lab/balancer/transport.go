package balancer

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	dialTimeout         = time.Second      // the replicas are on loopback: a dial that takes longer will not succeed
	idleConnTimeout     = 90 * time.Second // as http.DefaultTransport
	idleConnsPerReplica = 256              // with the default, 2, most concurrent requests would dial
	copyBufferSize      = 32 << 10         // bytes, as httputil.ReverseProxy would allocate for each response
)

// newTransport returns the transport for requests that may be repeated: it keeps connections and reuses them.
func newTransport(responseTimeout time.Duration) *http.Transport {
	dialer := &net.Dialer{Timeout: dialTimeout}
	return &http.Transport{
		Proxy: nil, // not http.ProxyFromEnvironment: the replicas are on loopback
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, addr)
			if err != nil {
				return nil, &dialError{err}
			}
			return conn, nil
		},
		MaxIdleConnsPerHost:   idleConnsPerReplica,
		IdleConnTimeout:       idleConnTimeout,
		ResponseHeaderTimeout: responseTimeout,
		DisableCompression:    true, // otherwise it would ask for gzip, and unpack what the client did not ask for
	}
}

// newFreshTransport returns the transport for requests that must not be repeated: it makes a new connection for each.
// http.Transport itself repeats a request when a reused connection breaks before the first byte of the response: one with
// a safe method, but also a POST with an Idempotency-Key and no body, which the replica may have handled by then. On a
// new connection it never does, and a failure means either that there was no connection or that the request was sent.
func newFreshTransport(responseTimeout time.Duration) *http.Transport {
	t := newTransport(responseTimeout)
	t.DisableKeepAlives = true
	return t
}

// dialError means that there was no connection, so nothing was sent.
type dialError struct{ err error }

func (e *dialError) Error() string { return e.err.Error() }
func (e *dialError) Unwrap() error { return e.err }

// buffers is an httputil.BufferPool. It pools pointers to arrays, because putting a slice into a sync.Pool allocates.
type buffers struct{ pool sync.Pool }

func newBuffers() *buffers {
	return &buffers{pool: sync.Pool{New: func() any { return new([copyBufferSize]byte) }}}
}

func (b *buffers) Get() []byte  { return b.pool.Get().(*[copyBufferSize]byte)[:] }
func (b *buffers) Put(p []byte) { b.pool.Put((*[copyBufferSize]byte)(p)) }
