// Package api runs experiments for a page: one at a time, on the lab that the page belongs to, told in the reader's
// language.
//
//	page ── POST /lab/experiments/{name} ──▶ Runner ── HTTP ──▶ the lab's balancer and controls
//	     ◀── result, when it is over ───────    └─ the same code as `authlab run`
//
// While one runs, the page shows its requests like all others. What a lab cannot run by itself is run by a command,
// and the page says which: that run tells the lab of its result, so the page can show it all the same.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"authlab/lab/contract"
	"authlab/lab/experiment"
)

const (
	// maxUsers bounds the populations of experiments that a page starts, because its reader waits for the result.
	maxUsers = 1000
	// timeout is how long a page waits for an experiment.
	timeout = 2 * time.Minute
	// maxResult is how large a result with its recording may be that a run from outside tells of, in bytes.
	maxResult = 512 << 10
)

// Config says where experiments run. Open is required.
type Config struct {
	// Open returns the lab, once for each run.
	Open func() (experiment.Target, error)
	// Command is what runs an experiment that this lab cannot run by itself; empty where it can. nil: it can run all.
	Command func(name string) string
}

// A Runner runs experiments on a lab. Make one with New.
type Runner struct {
	config Config
	turn   chan struct{} // holds one while an experiment runs

	mu      sync.Mutex
	results map[string]experiment.Result // the last of each experiment, started by a page or by a command
	outside time.Time                    // when a run from outside has begun; zero: none is under way
}

// New returns a runner.
func New(config Config) *Runner {
	if config.Command == nil {
		config.Command = func(string) string { return "" }
	}
	return &Runner{config: config, turn: make(chan struct{}, 1), results: map[string]experiment.Result{}}
}

// For returns a runner for the lab whose balancer and controls are at an address.
func For(url string) *Runner {
	return New(Config{Open: func() (experiment.Target, error) { return contract.NewRemote(url) }})
}

// Handler serves everything under /lab/experiments. An experiment is stopped, and the lab left clean, if the client leaves.
func (r *Runner) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /lab/experiments", r.handleList)
	mux.HandleFunc("GET /lab/experiments/{name}", named(r.handleResult))
	mux.HandleFunc("POST /lab/experiments/{name}", named(r.handleRun))
	mux.HandleFunc("POST /lab/experiments/{name}/begun", named(r.handleBegun))
	mux.HandleFunc("POST /lab/experiments/{name}/ended", named(r.handleEnded))
	return mux
}

// named refuses the name of an experiment that there is not.
func named(handle func(http.ResponseWriter, *http.Request, []experiment.Experiment)) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		experiments, err := experiment.Named(request.PathValue("name"))
		if err != nil {
			refuse(w, http.StatusNotFound, "no-experiment", err.Error()+".")
			return
		}
		handle(w, request, experiments)
	}
}

// handleResult handles the "GET /lab/experiments/{name}" route: what it has measured last, and ?lang=es.
func (r *Runner) handleResult(w http.ResponseWriter, request *http.Request, experiments []experiment.Experiment) {
	r.mu.Lock()
	result, measured := r.results[experiments[0].Name]
	r.mu.Unlock()
	if !measured {
		refuse(w, http.StatusNotFound, "not-measured", "This experiment has not run in this lab yet.")
		return
	}
	r.answerResult(w, request, result)
}

func (r *Runner) answerResult(w http.ResponseWriter, request *http.Request, result experiment.Result) {
	answer(w, request, answerIn(result, languageOf(request)))
}

// handleRun handles the "POST /lab/experiments/{name}" route: {"users":200}, and ?lang=es.
func (r *Runner) handleRun(w http.ResponseWriter, request *http.Request, experiments []experiment.Experiment) {
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
	if command := r.config.Command(experiments[0].Name); command != "" {
		contract.Refuse(w, contract.ByHand{What: "This lab cannot run this experiment by itself. In the folder with docker-compose.yml, type the command.", Command: command})
		return
	}
	// It may take longer than a page does.
	if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(timeout)); err != nil {
		refuse(w, http.StatusInternalServerError, "experiment-failed", err.Error())
		return
	}
	if r.isOutside() || !r.take() {
		refuse(w, http.StatusConflict, "busy", "Another experiment is running in this lab. Wait until it is over.")
		return
	}
	result, err := r.run(request.Context(), experiments, body.Users)
	if err != nil {
		if request.Context().Err() == nil {
			refuse(w, http.StatusInternalServerError, "experiment-failed", err.Error())
		}
		return
	}
	r.answerResult(w, request, result)
}

func (r *Runner) take() bool {
	select {
	case r.turn <- struct{}{}:
		return true
	default:
		return false
	}
}

// run runs an experiment and gives the turn back, before the answer is written: a client that has read it may start the next.
func (r *Runner) run(ctx context.Context, experiments []experiment.Experiment, users int) (experiment.Result, error) {
	defer func() { <-r.turn }()
	target, err := r.config.Open()
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

// handleBegun handles the "POST /lab/experiments/{name}/begun" route: what runs experiments says so.
func (r *Runner) handleBegun(w http.ResponseWriter, _ *http.Request, _ []experiment.Experiment) {
	r.mu.Lock()
	if len(r.turn) == 0 { // it is not our own
		r.outside = time.Now()
	}
	r.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

// isOutside tells whether a run from outside is under way. One that has not ended for long has been killed.
func (r *Runner) isOutside() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Since(r.outside) < timeout
}

// handleEnded handles the "POST /lab/experiments/{name}/ended" route: the body is the result. Without cells it was cut off.
func (r *Runner) handleEnded(w http.ResponseWriter, request *http.Request, experiments []experiment.Experiment) {
	var result experiment.Result
	if err := json.NewDecoder(http.MaxBytesReader(w, request.Body, maxResult)).Decode(&result); err != nil || result.Name != experiments[0].Name {
		refuse(w, http.StatusBadRequest, "bad-request", "The body should be the result of this experiment.")
		return
	}
	r.mu.Lock()
	r.outside = time.Time{}
	if len(result.Cells) > 0 {
		r.results[result.Name] = result
	}
	r.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

func refuse(w http.ResponseWriter, status int, name, detail string) {
	contract.NewProblem(status, name, detail).Write(w)
}
