package contract

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
)

// A Problem is the body of every error of the lab's own (RFC 9457). It is an error itself: Detail is its text.
type Problem struct {
	Type    string `json:"type"`
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Detail  string `json:"detail"`            // in words a student understands
	Scheme  string `json:"scheme,omitempty"`  // of the request, where it belongs to one
	Replica string `json:"replica,omitempty"` // what answered, as in X-Served-By: of the balancer's own answers, Balancer
	Command string `json:"command,omitempty"` // what a person can type to have it done
}

// Balancer is what a balancer calls itself where an answer is its own, and says which replica gave it.
const Balancer = "balancer"

// NewProblem returns a problem of the lab's controls.
func NewProblem(status int, name, detail string) Problem {
	return Problem{Type: "urn:authlab:problem:lab-" + name, Title: http.StatusText(status), Status: status, Detail: detail}
}

// Invalid is the problem of a request that asks for what cannot be.
func Invalid(format string, args ...any) Problem {
	return NewProblem(http.StatusBadRequest, "bad-request", fmt.Sprintf(format, args...))
}

func (p Problem) Error() string { return cmp.Or(p.Detail, http.StatusText(p.Status)) }

// Write answers a request with the problem.
func (p Problem) Write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("X-Content-Type-Options", "nosniff") // a browser goes by Content-Type, and takes no text for HTML
	w.Header().Set("Cache-Control", "no-store")
	if p.Replica != "" {
		w.Header().Set("X-Served-By", p.Replica)
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // it fails only if the client has gone
}
