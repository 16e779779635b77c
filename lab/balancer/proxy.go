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
func newProxy(upstream http.RoundTripper) *httputil.ReverseProxy {
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
	}
	return nil
}

// writeError is the one place where an error becomes a status.
func writeError(w http.ResponseWriter, r *http.Request, err error) {
	ex := exchangeOf(r.Context())
	var p contract.Problem
	switch {
	case r.Context().Err() != nil:
		ex.seen.Status = statusClientClosedRequest
		w.WriteHeader(ex.seen.Status)
		return
	case errors.Is(err, errNoReplica):
		p = problem("no-replica", "No replica could be reached", http.StatusBadGateway,
			"No replica could be reached: none of those configured answered this request.")
	case errors.Is(err, errSilent):
		p = problem("silent-replica", "No replica answered in time", http.StatusGatewayTimeout,
			"No replica answered in time: those that were asked accepted the request and said nothing, or could not be reached.")
	case errors.Is(err, errMaybeWaiting):
		p = problem("silent-replica", "The replica did not answer in time", http.StatusGatewayTimeout,
			"The replica did not answer in time, after this request may have reached it. It may still carry it out, so the "+
				"balancer does not repeat it.")
	case errors.Is(err, errMaybeDelivered):
		p = problem("bad-gateway", "The replica failed", http.StatusBadGateway,
			"The replica failed before it answered, after this request may have reached it. Nobody knows whether it was "+
				"delivered, so the balancer does not repeat it.")
	case errors.Is(err, errClientBody):
		p = problem("bad-request", "Unreadable request", http.StatusBadRequest,
			"The body of this request could not be read to its end.")
	default: // an upgrade (RFC 9110, section 7.8) that the client or the replica got wrong
		p = problem("bad-gateway", "Bad gateway", http.StatusBadGateway,
			"The balancer could not pass this request on, or not make sense of the replica's answer.")
	}
	ex.seen.Status = p.Status
	p.Write(w)
}

func problem(name, title string, status int, detail string) contract.Problem {
	return contract.Problem{Type: "urn:authlab:problem:" + name, Title: title, Status: status, Detail: detail}
}
