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
	idleConnsPerReplica = 256              // the default is 2, and then every further concurrent request dials anew
	copyBufferSize      = 32 << 10         // bytes, what httputil.ReverseProxy would allocate for each response
)

// newTransport returns the transport for requests that may be repeated: it keeps connections and reuses them.
func newTransport(responseTimeout time.Duration) *http.Transport {
	dialer := &net.Dialer{Timeout: dialTimeout}
	return &http.Transport{
		Proxy: nil, // not http.ProxyFromEnvironment: the replicas are right here
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
		DisableCompression:    true, // else it asks for gzip and unpacks it behind the client's back
	}
}

// newFreshTransport returns the transport for requests that must not be repeated: every request has a connection of its
// own. On a connection that it reuses, http.Transport repeats requests by itself when the connection breaks before the
// first byte of the response: those of safe methods, but also a POST that carries an Idempotency-Key and no body. The
// replica may have handled it by then. On a fresh connection it never does, and there a failure means one of two things
// that can be told apart: no connection, or sent.
func newFreshTransport(responseTimeout time.Duration) *http.Transport {
	t := newTransport(responseTimeout)
	t.DisableKeepAlives = true
	return t
}

// dialError says that there was no connection, hence that nothing was sent.
type dialError struct{ err error }

func (e *dialError) Error() string { return e.err.Error() }
func (e *dialError) Unwrap() error { return e.err }

// buffers is an httputil.BufferPool. It pools pointers to arrays, since a slice in a sync.Pool costs the allocation
// that the pool is to save.
type buffers struct{ pool sync.Pool }

func newBuffers() *buffers {
	return &buffers{pool: sync.Pool{New: func() any { return new([copyBufferSize]byte) }}}
}

func (b *buffers) Get() []byte  { return b.pool.Get().(*[copyBufferSize]byte)[:] }
func (b *buffers) Put(p []byte) { b.pool.Put((*[copyBufferSize]byte)(p)) }
