package class

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"authlab/account"
	"authlab/lab/contract"
	"authlab/web/scheme"
)

const (
	// keyHeader has the teacher's key: the header of the lab's own controls, which the wall uses as well.
	keyHeader = "X-Lab-Key"
	// personHeader has the key of a phone, by which the class knows whose request it is.
	personHeader = "X-Class-Key"
	// maxBody is how much of a body is read, in bytes.
	maxBody = 4 << 10
)

// crossOrigin keeps a page of another site from voting for a visitor.
var crossOrigin = http.NewCrossOriginProtection()

// routes is every route of the class itself.
func (c *Class) routes() {
	c.mux.HandleFunc("GET /class", contract.HandleRead(c.describe))
	c.mux.HandleFunc("POST /class/join", c.handleJoin)
	c.mux.HandleFunc("GET /class/state", c.ofPerson(c.handleState))
	c.mux.HandleFunc("POST /class/vote", c.ofPerson(c.handleVote))
	c.mux.HandleFunc("POST /class/lab", c.ofPerson(c.handleOwnLab))

	c.mux.HandleFunc("GET /class/wall", c.ofTeacher(c.handleWall))
	c.mux.HandleFunc("GET /class/recording", c.ofTeacher(c.handleRecording))
	c.mux.HandleFunc("GET /class/result", c.ofTeacher(c.handleResult))
	c.mux.HandleFunc("POST /class/policy", c.toChange(contract.WithBody(c.setPolicy)))
	c.mux.HandleFunc("POST /class/roles", c.toChange(contract.WithBody(c.setAdmins)))
	c.mux.HandleFunc("POST /class/labs", c.toChange(contract.WithBody(c.setLabs)))
	c.mux.HandleFunc("POST /class/round", c.toChange(contract.WithBody(c.openRound)))
	c.mux.HandleFunc("POST /class/round/next", c.toChange(contract.WithBody(c.nextPhase)))
	c.mux.HandleFunc("POST /class/round/end", c.toChange(c.endRound))
	c.mux.HandleFunc("POST /class/round/show", c.toChange(c.showVotes))
}

// ServeHTTP serves phones and the wall.
func (c *Class) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	owner, isOwn := c.ownerOf(r)
	switch lane, isLane := c.laneOf(path); {
	case path == "/class" || strings.HasPrefix(path, "/class/"):
		w.Header().Set("Cache-Control", "no-store")
		if crossOrigin.Check(r) != nil {
			contract.Refuse(w, contract.NewProblem(http.StatusForbidden, "cross-origin", "Another site made the browser send this request."))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		c.mux.ServeHTTP(w, r)
	case isOwn && !c.config.Pages.Has(r):
		c.serveOwn(w, r, owner)
	case isLane:
		c.ofPerson(func(w http.ResponseWriter, r *http.Request, p *person) { c.forward(w, r, p, lane) })(w, r)
	case strings.HasPrefix(path, "/lab/"):
		c.ofTeacher(c.handleControl)(w, r)
	default:
		c.servePage(w, r)
	}
}

// servePage serves the pages of a class, and no other. The teacher's pages hold no data: they ask for it
// with the teacher's key.
func (c *Class) servePage(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		http.Redirect(w, r, "/join", http.StatusFound)
	case c.config.Pages.Has(r):
		c.config.Pages.ServeHTTP(w, r)
	default:
		contract.Refuse(w, contract.NewProblem(http.StatusForbidden, "class", "In a class there are /join and the logins; all else is the teacher's."))
	}
}

// laneOf returns the lane of a path that phones need: to log in and out, to refresh, and to ask who they are. False: it is
// none of them. What else a lane has is not for a room: one phone with streams would hold up the others, and one that tries
// passwords would spend the failed logins of all.
func (c *Class) laneOf(path string) (scheme.Scheme, bool) {
	for _, row := range c.lanes {
		if path != "" && (path == row.Login || path == row.Logout || path == row.Refresh || path == row.Base+"/me") {
			return row, true
		}
	}
	return scheme.Scheme{}, false
}

// ofTeacher serves a request that has the teacher's key.
func (c *Class) ofTeacher(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !c.isTeacher(r) {
			contract.Refuse(w, contract.NewProblem(http.StatusForbidden, "teacher", "This needs the teacher's key."))
			return
		}
		serve(w, r)
	}
}

// toChange serves a request that has the teacher's key and changes something.
func (c *Class) toChange(do func(*http.Request) error) http.HandlerFunc {
	return c.ofTeacher(contract.HandleChange(do))
}

// ofPerson serves a request of a phone that has joined. Its key goes no further than here.
func (c *Class) ofPerson(serve func(http.ResponseWriter, *http.Request, *person)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, ok := c.personOf(r.Header.Get(personHeader))
		switch {
		case !ok:
			contract.Refuse(w, contract.NewProblem(http.StatusForbidden, "not-joined", "This phone has not joined the class."))
			return
		case !p.limit.AllowN(c.config.Now(), 1):
			contract.Refuse(w, contract.NewProblem(http.StatusTooManyRequests, "too-many", "This phone sends too many requests."))
			return
		}
		r.Header.Del(personHeader)
		serve(w, r, p)
	}
}

// handleControl handles everything under /lab/. After a change the phones ask at once. The lab must not be reset, and no
// experiment may run in it: both would remove the accounts of the room.
func (c *Class) handleControl(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/lab/reset" || strings.HasPrefix(r.URL.Path, "/lab/experiments/") {
		contract.Refuse(w, contract.NewProblem(http.StatusConflict, "class", "This would log the whole class out for good."))
		return
	}
	c.config.Lab.ServeHTTP(w, r)
	if r.Method == http.MethodPost {
		c.nudgeAll()
	}
}

// nudgeAll has every phone ask at once, and the wall look again.
func (c *Class) nudgeAll() {
	c.mu.Lock()
	c.nudge++
	c.mu.Unlock()
	c.phones.send()
	c.look()
}

type policyBody struct {
	Policy string `json:"policy"`
}

// setPolicy handles the "POST /class/policy" route: {"policy":"sticky"}, for the requests of all phones.
func (c *Class) setPolicy(_ *http.Request, body policyBody) error {
	if !slices.Contains(contract.Policies(), body.Policy) {
		return contract.Invalid("There is no policy %q.", body.Policy)
	}
	c.mu.Lock()
	c.policy = body.Policy
	c.mu.Unlock()
	c.nudgeAll()
	return nil
}

type rolesBody struct {
	Admin bool `json:"admin"`
}

// setAdmins handles the "POST /class/roles" route: {"admin":true}. In the users database everyone is admin, or none is any
// more; what each lane makes of that, the phones and the wall show.
func (c *Class) setAdmins(r *http.Request, body rolesBody) error {
	c.mu.Lock()
	c.admins = body.Admin
	var failed error
	for _, p := range c.people {
		failed = errors.Join(failed, c.setRoles(r.Context(), p))
	}
	c.mu.Unlock()
	if failed != nil {
		return errFailed
	}
	c.nudgeAll()
	return nil
}

// errFailed is what the lab has refused. The cause is not shown to the phones.
var errFailed = contract.NewProblem(http.StatusInternalServerError, "internal", "The class could not do that.")

// setRoles gives a person the roles that everyone has. c.mu is held.
func (c *Class) setRoles(ctx context.Context, p *person) error {
	roles := []string{account.RoleUser}
	if c.admins {
		roles = append(roles, account.RoleAdmin)
	}
	return c.config.SetRoles(ctx, p.name, roles)
}
