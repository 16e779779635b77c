package soak

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"authlab/lab/contract"
	"authlab/web/scheme"
)

// The invariants, by the names that Broken has.
const (
	NoOther   = "no person is served as another"
	Valid     = "a valid login is not refused"
	Ended     = "a login that has ended stays ended"
	Outage    = "an outage of Redis is a 503"
	Soon      = "a 503 comes within a second"
	Cookie    = "only a logout takes a cookie away"
	Once      = "a POST is carried out once at the most"
	Saved     = "a saved value stays saved"
	Returns   = "service returns within a second after a fault"
	Roles     = "roles are those of the users database, or of the credential"
	Resources = "goroutines, descriptors and memory come back"
)

// An action is what a person does.
type action string

const (
	me      action = "me"
	admin   action = "admin"
	look    action = "cart"
	add     action = "add"
	logIn   action = "login"
	logout  action = "logout"
	refresh action = "refresh"
)

// isPost tells whether an action must not be repeated.
func (a action) isPost() bool { return a != me && a != admin && a != look }

// An exchange is a request and its answer.
type exchange struct {
	at                   span
	scheme               scheme.Scheme
	action               action
	policy, address, pin string   // pin: the balancer's cookie
	user                 string   // who asks
	ticket               *ticket  // with what; nil: nothing yet
	item                 string   // of add
	sure                 []string // what has to be in the cart
	admin                bool     // whether the user is an admin now

	status      int    // 0: no whole answer
	failure     string // why not
	replica     string
	timing      contract.Timing
	body        answerBody
	newCookie   string // of the scheme
	newPin      string // empty: it has not changed
	cookieTaken bool
}

// An answerBody is what the answers of all routes have that the model looks at.
type answerBody struct {
	Scheme string `json:"scheme"`
	User   struct {
		Name string `json:"name"`
	} `json:"user"`
	Items        []string `json:"items"`
	AccessToken  string   `json:"access_token"`
	RefreshToken string   `json:"refresh_token"`
	Title        string   `json:"title"` // of a problem
}

func (e exchange) String() string {
	what := fmt.Sprintf("%s %s %s", e.user, e.scheme.Name, e.action)
	if e.item != "" {
		what += " " + e.item
	}
	answer := fmt.Sprint(e.status, " ", e.body.Title)
	if e.status == 0 {
		answer = e.failure
	}
	text := fmt.Sprintf("%s → %s at %s in %.1f ms", what, answer, e.replica, ms(e.at.to.Sub(e.at.from)))
	for _, t := range e.timing {
		if t.MS >= 100 {
			text += fmt.Sprintf(", %s %.0f ms", t.Desc, t.MS)
		}
	}
	return text
}

// shortestTimeout is the shortest that the server has: of opening a connection to Redis.
const shortestTimeout = 400 * time.Millisecond

func (e exchange) breaks(invariant, format string, args ...any) *Broken {
	return &Broken{Invariant: invariant, What: e.String() + ": " + fmt.Sprintf(format, args...)}
}

// asksRedis tells whether the answer needs Redis. Logins are counted there too, but not for want of it refused.
func (e exchange) asksRedis() bool {
	keepsTokens := e.scheme.Refresh != "" && e.action.isPost() && e.action != add
	return e.scheme.AsksRedis || keepsTokens
}

// judge returns the invariant that an answer breaks, or nil.
func (w *world) judge(e exchange, responseTimeout time.Duration) *Broken {
	w.mu.Lock()
	defer w.mu.Unlock()
	// A replica that has no such session in its memory says so, and the browser drops the cookie all the same.
	elsewhere := e.status == http.StatusUnauthorized && e.scheme.RememberedAt == scheme.InReplica
	if e.cookieTaken && (e.action != logout || e.status != http.StatusNoContent && !elsewhere) {
		return e.breaks(Cookie, "the cookie was taken away")
	}
	switch {
	case e.status == 0 || e.status >= 500:
		return w.judgeFailure(e, responseTimeout)
	case e.status == http.StatusUnauthorized:
		return w.judgeRefusal(e)
	case e.asksRedis() && w.down(e.at):
		return e.breaks(Outage, "Redis was stopped, so the server cannot know")
	case e.status == http.StatusForbidden && e.action == admin:
		return w.judgeRole(e)
	case e.status == http.StatusOK && e.action != logout, e.status == http.StatusNoContent && e.action == logout:
		return w.judgeSuccess(e)
	}
	return e.breaks(Valid, "nothing was wrong with the request")
}

// judgeFailure is about answers that only a fault excuses.
func (w *world) judgeFailure(e exchange, responseTimeout time.Duration) *Broken {
	kills, none := w.kills(e.at), w.noReplica(e.at)
	waited, silent := w.silent(e.at, responseTimeout)
	excused := false
	switch e.status {
	case http.StatusServiceUnavailable:
		excused = e.asksRedis() && w.outage(e.at)
	case http.StatusBadGateway:
		excused = none || kills > 0 && e.action.isPost()
	case http.StatusGatewayTimeout:
		excused = none || silent && e.action.isPost()
	case 0: // a replica was killed in the middle of its answer
		excused = kills > 0
	}
	if !excused {
		b := e.breaks(Returns, "no fault is left that excuses it")
		b.machine = w.stalled(e.at) >= shortestTimeout
		return b
	}
	// Each replica that was killed under the request has had a second of its own, and each silent one its time.
	bound := returnTime*time.Duration(1+kills) + waited
	if took := e.at.to.Sub(e.at.from); e.status == http.StatusServiceUnavailable && took > bound {
		b := e.breaks(Soon, "%.0f ms would have been right", ms(bound))
		b.machine = took-w.stalled(e.at) <= bound
		return b
	}
	return nil
}

func (w *world) judgeRefusal(e exchange) *Broken {
	if e.action == logIn || e.ticket == nil {
		return e.breaks(Valid, "name and password are right")
	}
	if w.down(e.at) && e.scheme.RememberedAt == scheme.InRedis {
		return e.breaks(Outage, "Redis was stopped, so the server cannot know")
	}
	if w.over(e) == no {
		return e.breaks(Valid, "this login is valid")
	}
	return nil
}

func (w *world) judgeRole(e exchange) *Broken {
	isAdmin := e.admin
	if e.ticket.scheme.Name == scheme.SessionCookie || !e.ticket.exp.IsZero() {
		isAdmin = e.ticket.admin // the credential carries it
	}
	if isAdmin != (e.status == http.StatusOK) {
		return e.breaks(Roles, "the caller is an admin: %t", isAdmin)
	}
	return nil
}

func (w *world) judgeSuccess(e exchange) *Broken {
	// A logout by cookie needs no login, but where it is only remembered by one replica.
	needsNone := e.action == logIn || e.action == logout && e.scheme.Credential == scheme.Cookie && e.scheme.RememberedAt != scheme.InReplica
	if !needsNone && w.over(e) == yes {
		return e.breaks(Ended, "this login has ended")
	}
	namesUser := e.action == me || e.action == admin || e.action == logIn && e.scheme.Credential == scheme.Cookie
	if namesUser && (e.body.User.Name != e.user || e.body.Scheme != e.scheme.Name) {
		return e.breaks(NoOther, "served as %q by %q", e.body.User.Name, e.body.Scheme)
	}
	switch e.action {
	case admin:
		return w.judgeRole(e)
	case look, add:
		return e.judgeCart()
	}
	return nil
}

// judgeCart compares a cart with what has to be in it, and with what may be.
func (e exchange) judgeCart() *Broken {
	seen := map[string]bool{}
	for _, item := range e.body.Items {
		if seen[item] {
			return e.breaks(Once, "%s was added twice", item)
		}
		seen[item] = true
		if _, mine := e.ticket.cart.saved[item]; !mine {
			return e.breaks(NoOther, "%s was never put into this cart", item)
		}
	}
	sure := e.sure
	if e.item != "" {
		sure = append(slices.Clone(sure), e.item)
	}
	for _, item := range sure {
		if !seen[item] {
			return e.breaks(Saved, "%s is not in the cart any more", item)
		}
	}
	return nil
}
