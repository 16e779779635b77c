package experiment

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"authlab/lab/contract"
)

// A recorder notes what happens in a trial, for its Recording. Requests that a real browser sends are not among it. It
// holds no lock while a request or a look at the lab is under way. A nil recorder notes nothing.
type recorder struct {
	target Target // without the recorder
	began  time.Time

	mu      sync.Mutex
	sample  sample
	ahead   time.Duration // of the lab's clock
	broken  map[string]bool
	names   map[string]int   // how many clients of a scheme there are of a user
	gave    map[string]*note // the request whose answer gave a credential
	known   memory           // by the last look at the lab
	looks   int
	looking bool
	begun   int // requests
	open    int // requests that are under way
	// What may have changed the memory since the last look: requests that ran at once, and a clock that was moved.
	atOnce   bool
	advanced *note
}

// naiveLane is what requests to the naive twin have for a scheme, and issuerService what those to the login server have for a
// service.
const naiveLane, issuerService = "naive", "issuer"

// mostGave bounds how many credentials a recorder remembers the giver of. More users than that are a crowd.
const mostGave = 2000

func newRecorder(target Target) *recorder {
	return &recorder{
		target: target, began: time.Now(), sample: newSample(), broken: map[string]bool{},
		names: map[string]int{}, gave: map[string]*note{}, known: memory{},
	}
}

// A note is a beat that may become part of the recording.
type note struct {
	contract.Beat
	user string    // whose login it is
	who  *identity // the client
	noteOrder
}

// A sending is a request that is under way.
type sending struct {
	*note
	number int // how many had begun
	alone  bool
}

// begin notes that a request is sent. nil: it is no part of the recording.
func (r *recorder) begin(u *User, request *http.Request) *sending {
	if r == nil || !isOfScheme(u, request.URL.Path) {
		return nil
	}
	n := &note{user: u.Name, who: u.identity, Beat: contract.Beat{
		Kind: contract.BeatRequest, Scheme: u.Scheme, Action: actionOf(u.Scheme, request.URL.Path),
		Method: request.Method, Path: request.URL.Path, Service: r.serviceOf(u, request.URL.Path), Policy: u.Policy, Trick: u.trick,
	}}
	if n.changes() {
		r.settle(request.Context(), false)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n.Client = r.nameOf(u)
	n.Credential = carried(u, request, n.Action, time.Now().Add(r.ahead))
	s := &sending{note: n, number: r.begun, alone: r.open == 0}
	r.begun++
	r.open++
	return s
}

// end notes what came back for a request.
func (r *recorder) end(ctx context.Context, s *sending, u *User, answer Answer, header http.Header) {
	if s == nil {
		return
	}
	s.answered(answer, header)
	s.Taken = u.took()
	if r.over(s, u, answer) {
		changes := r.look(ctx, mostLooks-controlLooks)
		r.mu.Lock()
		s.Changes = append(s.Changes, changes...)
		r.sample.request(s.note)
		r.mu.Unlock()
	}
}

// over notes that a request is over, unless the lab is to be looked at before that.
func (r *recorder) over(s *sending, u *User, answer Answer) (look bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open--
	now := time.Now()
	s.AtMS = milliseconds(now.Sub(r.began))
	if s.Credential != nil {
		s.giver = r.gave[s.Credential.ID]
	}
	var names []string
	s.Given, names = given(u, answer, s.Action, now.Add(r.ahead))
	for _, name := range names {
		if len(r.gave) < mostGave {
			r.gave[name] = s.note
		}
	}
	alone := s.alone && r.begun == s.number+1
	r.atOnce = r.atOnce || (!alone && s.changes())
	r.sample.came(s.note)
	if alone && (s.changes() || r.atOnce || (r.advanced != nil && s.repeats == 0)) { // repeats: none was answered like this one
		return true
	}
	r.sample.request(s.note)
	return false
}

// answered adds what came back.
func (n *note) answered(answer Answer, header http.Header) {
	n.Replica, n.Status, n.DurationMS = answer.Replica, answer.Status, milliseconds(answer.Took)
	n.Problem = problemOf(answer, header)
	n.Lookups = lookupsOf(n.Beat, contract.ParseServerTiming(header.Values("Server-Timing")...))
}

// naive notes a request to the naive twin, which remembers nothing that a View shows.
func (r *recorder) naive(request *http.Request, trick string, answer Answer, header http.Header) {
	if r == nil {
		return
	}
	n := &note{who: &identity{}, Beat: contract.Beat{
		Kind: contract.BeatRequest, Scheme: naiveLane, Service: naiveLane, Action: actionPage, Method: request.Method, Path: request.URL.Path, Trick: trick,
	}}
	if strings.HasSuffix(n.Path, "/login") || strings.HasSuffix(n.Path, "/authenticate") {
		n.Action = actionLogin
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if token, ok := strings.CutPrefix(request.Header.Get("Authorization"), "Bearer "); ok {
		n.Credential = shownCredential(kindToken, token, now.Add(r.ahead))
	} else if cookies := request.Cookies(); len(cookies) > 0 {
		n.Credential = shownCredential(kindSessionID, cookies[0].Value, now)
	}
	r.elsewhere(n, answer, header)
}

// issuer notes a request of a user's to the login server, and the token that it gave. Home has made that at the login before.
func (r *recorder) issuer(u *User, path string, answer Answer, token string) {
	if r == nil {
		return
	}
	n := &note{user: u.Name, who: u.identity, Beat: contract.Beat{
		Kind: contract.BeatRequest, Scheme: u.Scheme, Service: issuerService, Action: actionPage, Method: http.MethodPost, Path: path, Trick: u.trick,
	}}
	r.mu.Lock()
	defer r.mu.Unlock()
	n.Client = r.nameOf(u)
	n.Given = shownCredential(kindToken, token, time.Now().Add(r.ahead))
	r.elsewhere(n, answer, http.Header{})
}

// elsewhere notes what came back from a server that is not behind the balancer. The recorder is locked.
func (r *recorder) elsewhere(n *note, answer Answer, header http.Header) {
	n.answered(answer, header)
	n.AtMS = milliseconds(time.Since(r.began))
	r.sample.came(n)
	r.sample.request(n)
}

// changes tells whether a request may change what is remembered.
func (n *note) changes() bool {
	s := named(n.Scheme)
	endsLogins := n.Method == http.MethodDelete || strings.HasSuffix(n.Path, "/password")
	return (n.Action != actionPage || endsLogins) && (s.RememberedAt != "" || s.Refresh != "")
}

// control notes something that is done to the lab. mayForget: it may change what is remembered.
func (r *recorder) control(ctx context.Context, b contract.Beat, mayForget bool, do func() error) error {
	r.settle(ctx, true)
	if err := do(); err != nil {
		return err
	}
	n := &note{Beat: b}
	r.mu.Lock()
	n.AtMS = milliseconds(time.Since(r.began))
	r.sample.came(n)
	r.mu.Unlock()
	if mayForget {
		n.Changes = r.look(ctx, mostLooks)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if b.Kind == contract.BeatAdvance {
		r.ahead += time.Duration(b.Seconds * float64(time.Second))
		r.advanced = n
	}
	r.sample.control(n)
	return nil
}
