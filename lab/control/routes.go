package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path"

	"authlab/account"
	"authlab/lab/contract"
)

// routes is every control that there is.
func (c *Controls) routes() {
	c.mux.HandleFunc("GET /lab/cluster", look(c.lab.View))
	c.mux.HandleFunc("GET /lab/events", c.handleEvents)
	c.mux.HandleFunc("GET /lab/bytes", look(c.lab.Bytes))

	c.change("/lab/faults/{fault}/break", c.breakNamed)
	c.change("/lab/faults/{fault}/mend", c.mendNamed)
	for _, a := range addresses {
		c.change(a.path, c.at(a))
	}
	c.change("/lab/replicas/{name}/start", c.startReplica)
	c.change("/lab/replicas", c.scale)
	c.change("/lab/redis/flush", plain(c.lab.Flush))
	c.change("/lab/clock", c.advance)
	c.change("/lab/accounts", c.addUsers)
	c.change("/lab/accounts/{name}", c.setRoles)
	c.change("/lab/keys/rotate", c.rotateKeys)
	c.change("/lab/reset", plain(c.lab.Reset))
	c.mux.HandleFunc("GET /lab/experiments", c.handleExperiment)
	c.mux.HandleFunc("GET /lab/experiments/{name}", c.handleExperiment)
	c.mux.HandleFunc("POST /lab/experiments/{name}", c.handleExperiment)
	c.mux.HandleFunc("POST /lab/experiments/{name}/begun", c.handleExperiment)
	c.mux.HandleFunc("POST /lab/experiments/{name}/ended", c.handleExperiment)
	c.mux.HandleFunc("/lab/", func(w http.ResponseWriter, _ *http.Request) { refuse(w, errNoControl) })
}

// ServeHTTP serves everything under /lab/, to those who may.
func (c *Controls) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := c.guard(r); err != nil {
		refuse(w, err)
		return
	}
	c.mux.ServeHTTP(w, r)
}

// handleExperiment handles everything under /lab/experiments: what there are, one run, its result. All pages are told when
// one begins and when it has ended.
func (c *Controls) handleExperiment(w http.ResponseWriter, r *http.Request) {
	if c.config.Experiments == nil {
		refuse(w, contract.ByHand{What: "This lab runs no experiments by itself."})
		return
	}
	c.config.Experiments.ServeHTTP(w, r)
	if state := path.Base(r.URL.Path); state == Begun || state == Ended {
		c.events.send("experiment", ExperimentEvent{Name: r.PathValue("name"), State: state})
	}
}

// look is a control that only looks: GET, and the answer is JSON.
func look[T any](at func(context.Context) (T, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		seen, err := at(r.Context())
		if err != nil {
			refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_ = json.NewEncoder(w).Encode(seen) // if the client has gone, there is nobody to tell
	}
}

// change adds a control that changes something: POST, and the answer is 204.
func (c *Controls) change(path string, do func(*http.Request) error) {
	c.mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		if err := do(r); err != nil {
			refuse(w, err)
			return
		}
		c.Changed()
		w.WriteHeader(http.StatusNoContent)
	})
}

// plain is a change that takes nothing but to be asked for.
func plain(do func(context.Context) error) func(*http.Request) error {
	return func(r *http.Request) error { return do(r.Context()) }
}

func (c *Controls) scale(r *http.Request) error {
	var body struct {
		Count int `json:"count"`
	}
	if err := readBody(r, &body); err != nil {
		return err
	}
	if body.Count < 1 || body.Count > contract.MaxReplicas {
		return invalid("The body should be like {\"count\":4}, from 1 to %d.", contract.MaxReplicas)
	}
	return c.lab.Scale(r.Context(), body.Count)
}

func (c *Controls) advance(r *http.Request) error {
	d, err := readDuration(r, "advance")
	if err != nil {
		return err
	}
	if d < 0 {
		return invalid("The lab's clock only goes forward; reset brings it back.")
	}
	return c.lab.Advance(r.Context(), d)
}

func (c *Controls) addUsers(r *http.Request) error {
	var body struct {
		Count    int    `json:"count"`
		Password string `json:"password"`
	}
	if err := readBody(r, &body); err != nil {
		return err
	}
	if body.Count < 1 || body.Count > contract.MaxUsers || body.Password == "" {
		return invalid("The body should be like {\"count\":200,\"password\":\"…\"}, with at most %d users.", contract.MaxUsers)
	}
	return c.lab.AddUsers(r.Context(), body.Count, body.Password)
}

func (c *Controls) setRoles(r *http.Request) error {
	var body struct {
		Roles []string `json:"roles"`
	}
	if err := readBody(r, &body); err != nil {
		return err
	}
	if body.Roles == nil {
		return invalid(`The body should be like {"roles":["user"]}.`)
	}
	err := c.lab.SetRoles(r.Context(), r.PathValue("name"), body.Roles)
	if errors.Is(err, account.ErrUnknownUser) {
		return refused{http.StatusNotFound, "no-account", fmt.Sprintf("There is no account %q.", r.PathValue("name")), err}
	}
	return err
}

func (c *Controls) rotateKeys(r *http.Request) error {
	var body struct {
		Overlap bool `json:"overlap"`
	}
	if err := readBody(r, &body); err != nil {
		return err
	}
	return c.lab.RotateKeys(r.Context(), body.Overlap)
}
