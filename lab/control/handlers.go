package control

import (
	"context"
	"encoding/json"
	"net/http"

	"authlab/lab/contract"
)

// Look is a handler that only looks: the answer is JSON, or a problem.
func Look[T any](at func(context.Context) (T, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		seen, err := at(r.Context())
		if err != nil {
			refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(seen) // it fails only if the client has gone
	}
}

// Change is a handler that changes something: the answer is 204, or a problem.
func Change(do func(*http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := do(r); err != nil {
			refuse(w, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// plain is a change that needs no body.
func plain(do func(context.Context) error) func(*http.Request) error {
	return func(r *http.Request) error { return do(r.Context()) }
}

// maxBody is how much of a body is read, in bytes: a thousand permissions fit.
const maxBody = 64 << 10

// Body is a change that takes a JSON body.
func Body[T any](do func(*http.Request, T) error) func(*http.Request) error {
	return func(r *http.Request) error {
		var body T
		if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody)).Decode(&body); err != nil {
			return contract.Invalid("The body is not the JSON that is wanted here.")
		}
		return do(r, body)
	}
}
