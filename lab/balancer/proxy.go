package balancer

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
)

// statusClientClosedRequest is nginx's number for a client that left before there was an answer. Nobody receives it.
const statusClientClosedRequest = 499

// newProxy returns the handler that copies requests and responses; upstream decides where they go.
func newProxy(upstream http.RoundTripper) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Rewrite:        rewrite,
		Transport:      upstream,
		ModifyResponse: answered,
		ErrorHandler:   unanswered,
		BufferPool:     newBuffers(),
		// FlushInterval stays 0: an answer of known length goes out in one write, and what streams is flushed all the same.
		// Its messages quote what the replica sent. failover and Balancer log what there is to say.
		ErrorLog: log.New(io.Discard, "", 0),
	}
}

// rewrite changes as little of the request as it can. The proxy has removed the hop-by-hop headers and what the client
// claimed in X-Forwarded-*; the Host stays the client's own, for cookies and cross-origin checks are about that one.
func rewrite(pr *httputil.ProxyRequest) {
	if addr, ok := believedAddr(pr.In); ok {
		pr.Out.Header.Set("X-Forwarded-For", addr.String()) // the first entry; SetXForwarded appends the peer
	}
	pr.SetXForwarded()
	dropCookie(pr.Out.Header)
	pr.Out.URL.RawQuery = pr.In.URL.RawQuery // the proxy has dropped parameters that Go cannot parse; the app may
	// A client can announce a trailer by a name that is none. http.Transport refuses to send that, which would look
	// like the failure of every replica. Nothing is lost: the proxy copies the names before the values have arrived.
	pr.Out.Trailer = nil
}

func answered(res *http.Response) error {
	ex := exchangeOf(res.Request.Context())
	ex.status, ex.timing = res.StatusCode, res.Header.Get("Server-Timing")
	if ex.policyName == StickyName {
		stick(res.Header, ex.in, ex.replica)
	}
	return nil
}

// unanswered is the one place where an error becomes a status.
func unanswered(w http.ResponseWriter, r *http.Request, err error) {
	ex := exchangeOf(r.Context())
	var p problem
	switch {
	case r.Context().Err() != nil:
		ex.status = statusClientClosedRequest
		w.WriteHeader(ex.status)
		return
	case errors.Is(err, errNoReplica):
		p = problem{"no-replica", "No replica could be reached", http.StatusBadGateway,
			"No replica could be reached: none of those configured answered this request."}
	case errors.Is(err, errSilent):
		p = problem{"silent-replica", "No replica answered in time", http.StatusGatewayTimeout,
			"No replica answered in time: those that were asked accepted the request and said nothing, or could not be reached."}
	case errors.Is(err, errMaybeWaiting):
		p = problem{"silent-replica", "The replica did not answer in time", http.StatusGatewayTimeout,
			"The replica did not answer in time, after this request may have reached it. It may still carry it out, so the " +
				"balancer does not repeat it."}
	case errors.Is(err, errMaybeDelivered):
		p = problem{"bad-gateway", "The replica failed", http.StatusBadGateway,
			"The replica failed before it answered, after this request may have reached it. Nobody knows whether it was " +
				"delivered, so the balancer does not repeat it."}
	case errors.Is(err, errClientBody):
		p = problem{"bad-request", "Unreadable request", http.StatusBadRequest,
			"The body of this request could not be read to its end."}
	default: // an upgrade (RFC 9110, section 7.8) that one of the two sides got wrong
		p = problem{"bad-gateway", "Bad gateway", http.StatusBadGateway,
			"The balancer could not pass this request on, or not make sense of the replica's answer."}
	}
	ex.status = p.status
	p.write(w)
}
