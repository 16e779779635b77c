package contract

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// HandleRead answers a GET with the JSON of what read returns, or with a problem.
func HandleRead[T any](read func(context.Context) (T, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := read(r.Context())
		if err != nil {
			Refuse(w, err)
			return
		}
		Answer(w, body)
	}
}

// HandleChange is a handler that changes something: the answer is 204, or a problem.
func HandleChange(do func(*http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := do(r); err != nil {
			Refuse(w, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// WithBody is a change that takes a JSON body. How much of one is read, the handler around it bounds.
func WithBody[T any](do func(*http.Request, T) error) func(*http.Request) error {
	return func(r *http.Request) error {
		var body T
		if err := Read(r, &body); err != nil {
			return err
		}
		return do(r, body)
	}
}

// Read reads a JSON body. Its error is a Problem.
func Read(r *http.Request, into any) error {
	err := json.NewDecoder(r.Body).Decode(into)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return NewProblem(http.StatusRequestEntityTooLarge, "too-large", "The body is too large.")
	}
	if err != nil {
		return Invalid("The body is not the JSON that is wanted here.")
	}
	return nil
}

// Answer answers a request with JSON.
func Answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff") // a browser goes by Content-Type, and takes no text for HTML
	_ = json.NewEncoder(w).Encode(body)                 // it fails only if the client has gone
}

// Refuse is the one place where an error of a lab becomes a status.
func Refuse(w http.ResponseWriter, err error) {
	var problem Problem
	var byHand ByHand
	switch {
	case errors.As(err, &problem):
	case errors.As(err, &byHand):
		problem = NewProblem(http.StatusNotImplemented, "not-here", byHand.What)
		problem.Command = byHand.Command
	case errors.Is(err, ErrNotOnTarget):
		problem = NewProblem(http.StatusNotImplemented, "not-here", "This lab cannot do that.")
	case errors.Is(err, ErrNoReplica):
		problem = NewProblem(http.StatusNotFound, "no-replica", err.Error())
	default:
		problem = NewProblem(http.StatusInternalServerError, "internal", err.Error())
	}
	problem.Write(w)
}
