// Package runner runs experiments for a page: one at a time, on the lab that the page belongs to, told in the reader's
// language.
//
//	page ── POST /lab/experiments/{name} ──▶ Runner ── HTTP ──▶ the lab's balancer and controls
//	     ◀── result, when it is over ───────    └─ the same code as `authlab run`
//
// While one runs, its requests are seen on the page like everybody's.
package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"authlab/lab/contract"
	"authlab/lab/experiment"
)

// maxUsers bounds the populations of experiments that a page starts: somebody is waiting in front of it.
const maxUsers = 1000

// patience is how long a page waits for an experiment.
const patience = 2 * time.Minute

// A Runner runs experiments on a lab.
type Runner struct {
	url  string
	turn chan struct{} // holds one while an experiment runs
}

// New returns a runner for the lab whose balancer is at an address.
func New(url string) *Runner { return &Runner{url: url, turn: make(chan struct{}, 1)} }

// Handler serves GET /lab/experiments and POST /lab/experiments/{name}. The experiment is stopped, and the lab left clean, if the client leaves.
func (r *Runner) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /lab/experiments", r.handleList)
	mux.HandleFunc("POST /lab/experiments/{name}", r.handleRun)
	return mux
}

// handleRun handles the "POST /lab/experiments/{name}" route: {"users":200}, and ?lang=es.
func (r *Runner) handleRun(w http.ResponseWriter, request *http.Request) {
	var body struct {
		Users int `json:"users"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, request.Body, 4096)).Decode(&body); err != nil {
		refuse(w, http.StatusBadRequest, "bad-request", `The body should be like {"users":200}.`)
		return
	}
	if body.Users == 0 {
		body.Users = experiment.DefaultUsers
	}
	if body.Users < 1 || body.Users > maxUsers {
		refuse(w, http.StatusBadRequest, "bad-request", fmt.Sprintf("An experiment that a page starts has from 1 to %d users.", maxUsers))
		return
	}
	experiments, err := experiment.Named(request.PathValue("name"))
	if err != nil {
		refuse(w, http.StatusNotFound, "no-experiment", err.Error()+".")
		return
	}
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	default:
		refuse(w, http.StatusConflict, "busy", "Another experiment is running in this lab. Wait until it is over.")
		return
	}
	// It may take longer than a page does.
	if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(patience)); err != nil {
		refuse(w, http.StatusInternalServerError, "experiment-failed", err.Error())
		return
	}
	result, err := r.run(request.Context(), experiments, body.Users)
	if err != nil {
		if request.Context().Err() == nil {
			refuse(w, http.StatusInternalServerError, "experiment-failed", err.Error())
		}
		return
	}
	answer(w, tell(result, languageOf(request)))
}

func (r *Runner) run(ctx context.Context, experiments []experiment.Experiment, users int) (experiment.Result, error) {
	target, err := contract.NewRemote(r.url)
	if err != nil {
		return experiment.Result{}, err
	}
	quiet := func(int, int, string) {}
	measured, err := experiment.Run(ctx, "", target, experiments, quiet, experiment.Users(users))
	if err != nil {
		return experiment.Result{}, err
	}
	if len(measured.Experiments) != 1 {
		return experiment.Result{}, errors.New("the experiment measured nothing")
	}
	return measured.Experiments[0], nil
}

func refuse(w http.ResponseWriter, status int, name, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{ // if the client has gone, there is nobody to tell
		"type": "urn:authlab:problem:lab-" + name, "title": http.StatusText(status), "status": status, "detail": detail,
	})
}
