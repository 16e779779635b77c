package balancer

import (
	"net/http"

	"authlab/lab/contract"
)

// The balancer's own errors, as clients see them.
var (
	errNoReplica = problem("no-replica", "No replica could be reached", http.StatusBadGateway,
		"No replica could be reached: none of those configured answered this request.")
	errSilent = problem("silent-replica", "No replica answered in time", http.StatusGatewayTimeout,
		"No replica answered in time: those that were asked accepted the request and said nothing, or could not be reached.")
	errMaybeWaiting = problem("silent-replica", "The replica did not answer in time", http.StatusGatewayTimeout,
		"The replica did not answer in time, after this request may have reached it. It may still carry it out, so the "+
			"balancer does not repeat it.")
	errMaybeDelivered = problem("bad-gateway", "The replica failed", http.StatusBadGateway,
		"The replica failed before it answered, after this request may have reached it. It is not known whether it "+
			"was delivered, so the balancer does not repeat it.")
	errClientBody = problem("bad-request", "Unreadable request", http.StatusBadRequest,
		"The body of this request could not be read to its end.")
	errUpgrade = problem("bad-gateway", "Bad gateway", http.StatusBadGateway, // RFC 9110, section 7.8
		"The balancer could not pass this request on, or not make sense of the replica's answer.")
)

// problem makes one of them. No replica gave such an answer, so it names the balancer where the others name a replica.
func problem(name, title string, status int, detail string) contract.Problem {
	return contract.Problem{Type: "urn:authlab:problem:" + name, Title: title, Status: status, Detail: detail, Replica: contract.Balancer}
}

// refuse answers r with one of them, and says which scheme r belongs to.
func (b *Balancer) refuse(w http.ResponseWriter, r *http.Request, p contract.Problem) {
	if b.config.SchemeOf != nil {
		p.Scheme = b.config.SchemeOf(r.URL.Path)
	}
	p.Write(w)
}
