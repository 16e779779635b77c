package balancer

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// problem is the body of the balancer's own errors (RFC 9457).
type problem struct {
	name   string // the end of the type: urn:authlab:problem:name
	title  string
	status int
	detail string // in words a student understands
}

func (p problem) write(w http.ResponseWriter) {
	body, err := json.Marshal(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{"urn:authlab:problem:" + p.name, p.title, p.status, p.detail})
	if err != nil {
		panic(err) // three strings and a number
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(p.status)
	_, _ = w.Write(body)
}
