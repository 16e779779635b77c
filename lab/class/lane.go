package class

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"io"
	"net/http"
	"slices"

	"authlab/account"
	"authlab/lab/contract"
	"authlab/web/scheme"
)

// A laneState is what a phone was answered last on one lane.
type laneState struct {
	Is      string // see the constants; "": it has not logged in yet
	Replica string // which answered
	Admin   bool   // and it was answered that this person has the role admin
	request int    // the number of the request: a later one counts, whichever is noted first
}

// What a person is on a lane.
const (
	in     = "in"     // 200
	out    = "out"    // 401: has to log in again
	unsure = "unsure" // 503, or no answer: nothing is lost
)

func stateOf(status int) string {
	switch {
	case status == http.StatusOK:
		return in
	case status == http.StatusUnauthorized:
		return out
	case status == 0 || status >= http.StatusInternalServerError || status == http.StatusTooManyRequests:
		return unsure
	}
	return ""
}

// forward sends a request of a phone to the balancer, by the policy of the class, and notes what it was answered.
func (c *Class) forward(w http.ResponseWriter, r *http.Request, p *person, lane scheme.Scheme) {
	if r.URL.Path == lane.Login {
		if err := p.checkLogin(w, r); err != nil {
			contract.Refuse(w, err)
			return
		}
	}
	c.mu.Lock()
	c.requests++
	policy, request := c.policy, c.requests
	c.mu.Unlock()
	r.Header.Set(contract.PolicyHeader, policy)
	select {
	case c.slots[lane.Name] <- struct{}{}:
		defer func() { <-c.slots[lane.Name] }()
	case <-r.Context().Done():
		return
	}
	seen := &seenAnswer{ResponseWriter: w, reads: r.URL.Path == lane.Base+"/me"}
	defer func() { c.saw(p, r.URL.Path, request, seen) }() // deferred, because an answer that is cut short panics
	c.config.Lab.ServeHTTP(seen, r)
}

// checkLogin refuses a login as another than oneself. So no phone can spend the failed logins that an address, which may be
// the whole room's, or an account may have.
func (p *person) checkLogin(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}
	whole, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return contract.NewProblem(http.StatusRequestEntityTooLarge, "too-large", "The body is too large.")
	}
	isOwn := json.Unmarshal(whole, &body) == nil && body.Username == p.name &&
		subtle.ConstantTimeCompare([]byte(body.Password), []byte(p.password)) == 1
	if !isOwn {
		return contract.NewProblem(http.StatusForbidden, "another", "In a class, each phone logs in as itself.")
	}
	r.Body = io.NopCloser(bytes.NewReader(whole))
	return nil
}

// saw notes what a phone was answered. Only a login and the question who the caller is tell what becomes of a person.
func (c *Class) saw(p *person, path string, request int, seen *seenAnswer) {
	i := slices.IndexFunc(c.lanes, func(l scheme.Scheme) bool { return path == l.Base+"/me" || path == l.Login })
	is := stateOf(seen.status)
	if i < 0 || is == "" || path == c.lanes[i].Login && is != in {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	before, now := p.lanes[i], laneState{is, seen.Header().Get("X-Served-By"), seen.isAdmin(), request}
	if before.request > request {
		return
	}
	if now.Replica == "" || now.Replica == contract.Balancer {
		now.Replica = before.Replica
	}
	p.lanes[i] = now
	if !seen.reads {
		now.Admin = before.Admin // a login tells nothing of it
	}
	if before.request = now.request; before != now {
		c.walls.send()
	}
}

// A seenAnswer is a ResponseWriter that remembers the status, and of the answer who the caller is also the body.
type seenAnswer struct {
	http.ResponseWriter
	reads  bool
	status int
	body   []byte // its beginning
}

func (s *seenAnswer) isAdmin() bool {
	var me struct{ User account.User }
	return s.reads && json.Unmarshal(s.body, &me) == nil && slices.Contains(me.User.Roles, account.RoleAdmin)
}

func (s *seenAnswer) WriteHeader(status int) {
	if s.status == 0 && status >= http.StatusOK {
		s.status = status
	}
	s.ResponseWriter.WriteHeader(status)
}

func (s *seenAnswer) Write(b []byte) (int, error) {
	if s.status == 0 {
		s.status = http.StatusOK
	}
	if s.reads {
		s.body = append(s.body, b[:min(len(b), maxBody-len(s.body))]...)
	}
	return s.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach what is below.
func (s *seenAnswer) Unwrap() http.ResponseWriter { return s.ResponseWriter }
