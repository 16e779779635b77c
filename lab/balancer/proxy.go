package balancer

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httputil"

	"authlab/lab/contract"
)

// statusClientClosedRequest is nginx's status for a client that went away before the response. It is only observed: there
// is no client left to receive it.
const statusClientClosedRequest = 499

// newProxy returns the handler that copies requests and responses; upstream chooses the replica.
func newProxy(upstream http.RoundTripper, writeError func(http.ResponseWriter, *http.Request, error)) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Rewrite:        rewrite,
		Transport:      upstream,
		ModifyResponse: recordResponse,
		ErrorHandler:   writeError,
		BufferPool:     newBuffers(),
		// FlushInterval stays 0: a response of known length is sent in one write, and an event stream is flushed anyway.
		// ErrorLog is discarded, because its messages quote what the replica sent. failover and Balancer log failures.
		ErrorLog: log.New(io.Discard, "", 0),
	}
}

// rewrite changes as little of the request as possible. The proxy has removed the hop-by-hop headers and the client's
// X-Forwarded-* headers. Host stays as the client sent it, because cookies and cross-origin checks depend on it.
func rewrite(pr *httputil.ProxyRequest) {
	if addr, ok := forwardedAddr(pr.In); ok {
		pr.Out.Header.Set("X-Forwarded-For", addr.String()) // the first entry; SetXForwarded appends the peer
	}
	pr.SetXForwarded()
	dropCookie(pr.Out.Header)
	pr.Out.URL.RawQuery = pr.In.URL.RawQuery // the proxy has dropped parameters that Go cannot parse
	// A client can announce a trailer with an invalid name. http.Transport refuses to send it, which would look like a
	// failure of every replica. Dropping trailers loses nothing: the proxy copies their names before their values arrive.
	pr.Out.Trailer = nil
}

// recordResponse notes what the replica answered, and sets the cookie of the sticky policy.
func recordResponse(res *http.Response) error {
	ex := exchangeOf(res.Request.Context())
	ex.seen.Status, ex.seen.Paid = res.StatusCode, contract.ParseServerTiming(res.Header.Get("Server-Timing")).Count()
	if ex.seen.Policy == contract.Sticky {
		setReplicaCookie(res.Header, ex.in, ex.seen.Replica)
		makePrivate(res.Header)
	}
	return nil
}

// writeError answers with the problem that failover returned, or with errUpgrade for an upgrade that the client or the
// replica got wrong.
func (b *Balancer) writeError(w http.ResponseWriter, r *http.Request, err error) {
	ex := exchangeOf(r.Context())
	if r.Context().Err() != nil {
		ex.seen.Status = statusClientClosedRequest
		w.WriteHeader(ex.seen.Status)
		return
	}
	p, ok := errors.AsType[contract.Problem](err)
	if !ok {
		p = errUpgrade
	}
	ex.seen.Status = p.Status
	b.refuse(w, r, p)
}
