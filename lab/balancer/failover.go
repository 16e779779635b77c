package balancer

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"time"
)

// failover is the http.RoundTripper below the proxy: it sends a request to one replica after another until one sends a
// response header. Until then nothing was written to the client, so the client does not notice. Whether a request may be
// sent again is decided as in nginx (proxy_next_upstream error timeout, without non_idempotent):
//
//	                      could not connect     sent, but no response header    sent, and no answer in time
//	GET, HEAD             the next replica      the next replica                the next replica
//	POST and all others   the next replica      502: it may have been delivered 504: it may have been delivered
//
// Sending a POST again could log in twice, pay twice, or spend a refresh token twice. Only the client knows whether that
// is harmless.
type failover struct {
	health *health
	logger *slog.Logger
	reuse  *http.Transport // for requests that may be repeated
	fresh  *http.Transport // for requests that must not
}

func newFailover(h *health, responseTimeout time.Duration, logger *slog.Logger) *failover {
	return &failover{health: h, logger: logger, reuse: newTransport(responseTimeout), fresh: newFreshTransport(responseTimeout)}
}

// RoundTrip returns the response of the first replica that sent one.
//
// Errors: errNoReplica when all have failed, errSilent when one of those was silent; errMaybeDelivered, or errMaybeWaiting
// at a silent replica, when the request must not be repeated; errClientBody when the client's body could not be read, and
// the context's own when the client went away. The last two are not the replica's fault, so the replica is not passed over
// for them.
func (f *failover) RoundTrip(out *http.Request) (*http.Response, error) {
	ex := exchangeOf(out.Context())
	repeatable := (out.Method == http.MethodGet || out.Method == http.MethodHead) && out.Body == nil
	transport := f.fresh
	if repeatable {
		transport = f.reuse
	}
	body := &sharedBody{client: out.Body}
	inVain := errNoReplica
	for {
		backend, ok := ex.next(f.health)
		if !ok {
			return nil, inVain
		}
		f.health.trying(backend)
		res, err := send(transport, out, body, backend)
		switch {
		case err == nil:
			f.health.answered(backend)
			ex.seen.Replica = backend.Name
			return res, nil
		case out.Context().Err() != nil:
			return nil, out.Context().Err()
		case body.failed.Load():
			return nil, errClientBody
		}
		silent := isTimeout(err)
		f.health.failed(backend, silent, ex.backends)
		if f.logger != nil {
			f.logger.Warn("replica failed", "replica", backend.Name, "addr", backend.Addr,
				"method", out.Method, "reason", reason(err))
		}
		_, unsent := errors.AsType[*dialError](err)
		switch {
		case !unsent && !repeatable && silent:
			return nil, errMaybeWaiting
		case !unsent && !repeatable:
			return nil, errMaybeDelivered
		case silent:
			inVain = errSilent
		}
	}
}

// send makes one attempt, with a copy of the request, because a RoundTripper must not change the request it was given.
func send(transport *http.Transport, out *http.Request, body *sharedBody, backend Backend) (*http.Response, error) {
	if backend.Addr == "" {
		return nil, &dialError{errors.New("it listens nowhere")}
	}
	attempt := *out
	to := *out.URL
	to.Scheme, to.Host = "http", backend.Addr
	attempt.URL = &to
	if out.Body != nil {
		attempt.Body = body
	}
	return transport.RoundTrip(&attempt)
}

// sharedBody is the client's body, for one attempt after another. It ignores Close: a Transport closes the body even when
// it could not connect, and then the next attempt would have none. The proxy closes the client's body in the end.
type sharedBody struct {
	client io.Reader
	failed atomic.Bool // a read from the client failed; the transport reads on a goroutine of its own
}

func (b *sharedBody) Read(p []byte) (int, error) {
	n, err := b.client.Read(p)
	if err != nil && err != io.EOF {
		b.failed.Store(true)
	}
	return n, err
}

func (b *sharedBody) Close() error { return nil }

// isTimeout tells whether a replica was silent.
func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

// reason names a failure for the log. The error itself is not logged: net/http quotes a malformed header line in it, and
// that line can be a Set-Cookie.
func reason(err error) string {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	if isTimeout(err) {
		return "timeout"
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "connection closed"
	}
	if _, ok := errors.AsType[*dialError](err); ok {
		return "no connection"
	}
	return "no valid response header"
}
