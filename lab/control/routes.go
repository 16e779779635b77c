package control

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"time"

	"authlab/account"
	"authlab/lab/contract"
)

// routes is every control that there is.
func (c *Controls) routes() {
	c.mux.HandleFunc("GET /lab/cluster", contract.HandleRead(c.lab.View))
	c.mux.HandleFunc("GET /lab/events", c.handleEvents)
	c.mux.HandleFunc("GET /lab/bytes", contract.HandleRead(c.lab.Bytes))

	c.change("/lab/faults/{fault}/break", contract.WithBody(c.breakNamed))
	c.change("/lab/faults/{fault}/mend", contract.WithBody(c.mendNamed))
	for _, a := range addresses {
		c.change(a.path, c.at(a))
	}
	c.change("/lab/replicas/{name}/start", c.startReplica)
	c.change("/lab/replicas", contract.WithBody(c.scale))
	c.change("/lab/redis/flush", plain(c.lab.Flush))
	c.change("/lab/clock", contract.WithBody(c.advance))
	c.change("/lab/accounts", contract.WithBody(c.addUsers))
	c.change("/lab/accounts/{name}", contract.WithBody(c.setRoles))
	c.change("/lab/keys/rotate", contract.WithBody(c.rotateKeys))
	c.change("/lab/settings", contract.WithBody(c.set))
	c.change("/lab/reset", plain(c.lab.Reset))
	c.mux.HandleFunc("POST /lab/client", c.handleClient)
	c.mux.HandleFunc("GET /lab/experiments", c.handleExperiment)
	c.mux.HandleFunc("GET /lab/experiments/{name}", c.handleExperiment)
	c.mux.HandleFunc("POST /lab/experiments/{name}", c.handleExperiment)
	c.mux.HandleFunc("POST /lab/experiments/{name}/begun", c.handleExperiment)
	c.mux.HandleFunc("POST /lab/experiments/{name}/ended", c.handleExperiment)
	c.mux.HandleFunc("/lab/", func(w http.ResponseWriter, _ *http.Request) {
		contract.Refuse(w, contract.NewProblem(http.StatusNotFound, "not-found", "The lab has no such control. To look is GET, to change is POST."))
	})
}

// maxBody is how much of a body is read, in bytes: a thousand permissions fit.
const maxBody = 64 << 10

// ServeHTTP serves everything under /lab/, to the clients that guard lets in.
func (c *Controls) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff") // a browser goes by Content-Type, and takes no text for HTML
	w.Header().Set("Cache-Control", "no-store")
	if err := c.guard(r); err != nil {
		contract.Refuse(w, err)
		return
	}
	c.mux.ServeHTTP(w, r)
}

// handleExperiment handles everything under /lab/experiments: what there are, one run, its result. All pages are told when
// one begins and when it has ended.
func (c *Controls) handleExperiment(w http.ResponseWriter, r *http.Request) {
	if c.config.Experiments == nil {
		contract.Refuse(w, contract.ByHand{What: "This lab runs no experiments by itself."})
		return
	}
	name, state := r.PathValue("name"), path.Base(r.URL.Path)
	switch state {
	case Begun:
		if err := c.turn.begin(r, name); err != nil {
			contract.Refuse(w, err)
			return
		}
	case Ended:
		c.turn.end(r)
	}
	c.config.Experiments.ServeHTTP(w, r)
	if state == Begun || state == Ended {
		c.events.sendNow("experiment", ExperimentEvent{Name: name, State: state})
	}
}

// plain is a change that needs no body.
func plain(do func(context.Context) error) func(*http.Request) error {
	return func(r *http.Request) error { return do(r.Context()) }
}

// change adds a control that changes something, and has the pages look anew. While an experiment runs, it is refused to
// all but that run.
func (c *Controls) change(path string, do func(*http.Request) error) {
	c.mux.HandleFunc("POST "+path, contract.HandleChange(func(r *http.Request) error {
		if err := c.turn.check(r); err != nil {
			return err
		}
		r.Body = http.MaxBytesReader(nil, r.Body, maxBody)
		if err := do(r); err != nil {
			return err
		}
		c.Changed()
		return nil
	}))
}

// duration is a member of a body: {"advance":"15m"}.
func duration(body map[string]string, name string) (time.Duration, error) {
	d, err := time.ParseDuration(body[name])
	if err != nil || d.Abs() > contract.MaxAdvance {
		return 0, contract.Invalid(`The body should be like {%q:"15m"}, within a year.`, name)
	}
	return d, nil
}

type replicasBody struct {
	Count int `json:"count"`
}

func (c *Controls) scale(r *http.Request, body replicasBody) error {
	if body.Count < 1 || body.Count > contract.MaxReplicas {
		return contract.Invalid("The body should be like {\"count\":4}, from 1 to %d.", contract.MaxReplicas)
	}
	return c.lab.Scale(r.Context(), body.Count)
}

func (c *Controls) advance(r *http.Request, body map[string]string) error {
	d, err := duration(body, "advance")
	if err != nil {
		return err
	}
	if d < 0 {
		return contract.Invalid("The lab's clock only goes forward; reset brings it back.")
	}
	return c.lab.Advance(r.Context(), d)
}

type usersBody struct {
	Count    int    `json:"count"`
	Password string `json:"password"`
}

func (c *Controls) addUsers(r *http.Request, body usersBody) error {
	if body.Count < 1 || body.Count > contract.MaxUsers || body.Password == "" {
		return contract.Invalid("The body should be like {\"count\":200,\"password\":\"…\"}, with at most %d users.", contract.MaxUsers)
	}
	return c.lab.AddUsers(r.Context(), body.Count, body.Password)
}

type rolesBody struct {
	Roles []string `json:"roles"`
}

func (c *Controls) setRoles(r *http.Request, body rolesBody) error {
	if body.Roles == nil {
		return contract.Invalid(`The body should be like {"roles":["user"]}.`)
	}
	name := r.PathValue("name")
	err := c.lab.SetRoles(r.Context(), name, body.Roles)
	if errors.Is(err, account.ErrUnknownUser) {
		return contract.NewProblem(http.StatusNotFound, "no-account", fmt.Sprintf("There is no account %q.", name))
	}
	return err
}

func (c *Controls) set(r *http.Request, body contract.Settings) error {
	if err := body.Check(); err != nil {
		return err
	}
	return c.lab.Set(r.Context(), body)
}

type keysBody struct {
	Overlap bool `json:"overlap"`
}

func (c *Controls) rotateKeys(r *http.Request, body keysBody) error {
	return c.lab.RotateKeys(r.Context(), body.Overlap)
}
