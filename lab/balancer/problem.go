package balancer

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// problem is one of the balancer's own errors, and its body (RFC 9457).
type problem struct {
	Type   string `json:"type"` // without the prefix urn:authlab:problem:, which write adds
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"` // in words a student understands
}

var (
	errNoReplica = problem{"no-replica", "No replica could be reached", http.StatusBadGateway,
		"No replica could be reached: none of those configured answered this request."}
	errSilent = problem{"silent-replica", "No replica answered in time", http.StatusGatewayTimeout,
		"No replica answered in time: those that were asked accepted the request and said nothing, or could not be reached."}
	errMaybeWaiting = problem{"silent-replica", "The replica did not answer in time", http.StatusGatewayTimeout,
		"The replica did not answer in time, after this request may have reached it. It may still carry it out, so the " +
			"balancer does not repeat it."}
	errMaybeDelivered = problem{"bad-gateway", "The replica failed", http.StatusBadGateway,
		"The replica failed before it answered, after this request may have reached it. Nobody knows whether it was " +
			"delivered, so the balancer does not repeat it."}
	errClientBody = problem{"bad-request", "Unreadable request", http.StatusBadRequest,
		"The body of this request could not be read to its end."}
	errUpgrade = problem{"bad-gateway", "Bad gateway", http.StatusBadGateway, // RFC 9110, section 7.8
		"The balancer could not pass this request on, or not make sense of the replica's answer."}
)

func (p problem) Error() string { return p.Title }

func (p problem) write(w http.ResponseWriter) {
	p.Type = "urn:authlab:problem:" + p.Type
	body, err := json.Marshal(p)
	if err != nil {
		panic(err) // impossible: three strings and a number
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(p.Status)
	_, _ = w.Write(body)
}
