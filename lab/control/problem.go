package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"authlab/lab/contract"
	"authlab/web"
)

// A refused is an error that says itself what it is to the client.
type refused struct {
	status       int
	name, detail string
	cause        error // for errors.Is; may be nil
}

func (e refused) Error() string { return e.detail }
func (e refused) Unwrap() error { return e.cause }

var (
	errNoControl   = refused{status: http.StatusNotFound, name: "not-found", detail: "The lab has no such control. To look is GET, to change is POST."}
	errCrossOrigin = refused{status: http.StatusForbidden, name: "cross-origin", detail: "Another site made the browser send this request."}
	errNotLoopback = refused{status: http.StatusForbidden, name: "not-loopback", detail: "The lab's controls answer on this machine only, unless a lab key is set and sent in X-Lab-Key."}
)

func invalid(format string, args ...any) error {
	return refused{status: http.StatusBadRequest, name: "bad-request", detail: fmt.Sprintf(format, args...)}
}

// problem is the body of every error: RFC 9457, and the command that does what the lab cannot.
type problem struct {
	web.Problem
	Command string `json:"command,omitempty"`
}

// refuse is the one place where an error becomes a status.
func refuse(w http.ResponseWriter, err error) {
	said, command := refused{status: http.StatusInternalServerError, name: "internal", detail: err.Error()}, ""
	var byHand contract.ByHand
	switch {
	case errors.As(err, &said):
	case errors.As(err, &byHand):
		said, command = refused{status: http.StatusNotImplemented, name: "not-here", detail: byHand.What}, byHand.Command
	case errors.Is(err, contract.ErrNotOnTarget):
		said = refused{status: http.StatusNotImplemented, name: "not-here", detail: "This lab cannot do that."}
	case errors.Is(err, contract.ErrNoReplica):
		said = refused{status: http.StatusNotFound, name: "no-replica", detail: err.Error()}
	}
	w.Header().Set("Content-Type", web.ProblemType)
	w.WriteHeader(said.status)
	_ = json.NewEncoder(w).Encode(problem{web.Problem{ // if the client has gone, there is nobody to tell
		Type: "urn:authlab:problem:lab-" + said.name, Title: http.StatusText(said.status),
		Status: said.status, Detail: said.detail,
	}, command})
}
