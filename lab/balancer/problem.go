package balancer

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// problem is the body of the balancer's own errors (RFC 9457).
type problem struct {
	Type   string `json:"type"` // without the prefix urn:authlab:problem:, which write adds
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"` // in words a student understands
}

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
