package class

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"authlab/lab/contract"
	"authlab/lab/jar"
	"authlab/web/scheme"
)

const (
	// ownIdleFor is how long a lab of one's own stays when no request of its owner is under way.
	ownIdleFor = 10 * time.Minute
	// ownRecords bounds what all labs of one's own keep together: sessions, keys in Redis, accounts. About 1 kB each.
	ownRecords = 100_000
	// A page of the lab loads some 30 files and runs populations at the server. More than that is a flood.
	ownRequestsPerSecond, ownRequestsAtOnce = 50, 300
	// ownUnderWay bounds the requests that have no answer yet: a stream of events never has.
	ownUnderWay = 64
)

// An OwnLab is a whole lab for one person. *embedded.Lab is one.
type OwnLab interface {
	Handler() http.Handler
	Records(context.Context) int // how much it keeps
	Close() error
}

// ownLabs are the labs of the people of a class, by the number of the person. Each is started when it is first used, and
// ended when it has been idle for ownIdleFor or when the teacher closes them.
type ownLabs struct {
	start func(ctx context.Context, key string) (OwnLab, error)
	most  int
	now   func() time.Time

	mu   sync.Mutex
	open bool
	labs map[int]*ownLab
}

type ownLab struct {
	started func() (runningLab, error) // starts it at the first call
	key     string                     // of its controls
	limit   *rate.Limiter

	requests int       // that are under way
	used     time.Time // the end of the last one
}

type runningLab struct {
	OwnLab
	serve http.Handler
}

var (
	errOwnClosed = contract.NewProblem(http.StatusForbidden, "own-closed", "The students' own labs are closed. The teacher opens them.")
	errOwnFull   = contract.NewProblem(http.StatusServiceUnavailable, "own-full", "This machine has no room for another lab. Try again in a few minutes.")
	errOwnFlood  = contract.NewProblem(http.StatusTooManyRequests, "too-many", "This browser sends too many requests.")
)

// use starts the lab of a person, if it does not run, and holds it until the caller gives it back.
func (o *ownLabs) use(ctx context.Context, person int, mark string) (l *ownLab, giveBack func(), err error) {
	o.endIdle()
	if l, err = o.take(ctx, person, mark); err != nil {
		return nil, nil, err
	}
	if _, err := l.started(); err != nil {
		o.end(func(other *ownLab) bool { return other == l })
		return nil, nil, errFailed
	}
	return l, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		l.requests--
		l.used = o.now()
	}, nil
}

// take counts a request for the lab of a person, which need not have been started.
func (o *ownLabs) take(ctx context.Context, person int, mark string) (*ownLab, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	l := o.labs[person]
	switch {
	case !o.open:
		return nil, errOwnClosed
	case l == nil && len(o.labs) >= o.most:
		return nil, errOwnFull
	case l == nil:
		l = &ownLab{key: rand.Text(), limit: rate.NewLimiter(ownRequestsPerSecond, ownRequestsAtOnce)}
		l.started = sync.OnceValues(func() (runningLab, error) {
			lab, err := o.start(context.WithoutCancel(ctx), l.key) // other requests may wait for it, so it does not end with this one
			if err != nil {
				return runningLab{}, err
			}
			return runningLab{lab, jar.Apart(mark, lab.Handler())}, nil
		})
		o.labs[person] = l
	case l.requests >= ownUnderWay:
		return nil, errOwnFlood
	}
	l.requests++
	return l, nil
}

// end takes away the labs that are to end, and closes them.
func (o *ownLabs) end(which func(*ownLab) bool) {
	o.mu.Lock()
	var ended []*ownLab
	for person, l := range o.labs {
		if which(l) {
			ended = append(ended, l)
			delete(o.labs, person)
		}
	}
	o.mu.Unlock()
	for _, l := range ended {
		if lab, err := l.started(); err == nil {
			_ = lab.Close() // the student's lab takes no more requests; that a server of it could not close helps no student
		}
	}
}

func (o *ownLabs) endIdle() {
	now := o.now()
	o.end(func(l *ownLab) bool { return l.requests == 0 && now.Sub(l.used) >= ownIdleFor })
}

// endLargest ends labs, the largest first, until what all keep together fits into ownRecords.
func (o *ownLabs) endLargest(ctx context.Context) {
	o.mu.Lock()
	running := slices.Collect(maps.Values(o.labs))
	o.mu.Unlock()
	sum, sizes := 0, make(map[*ownLab]int, len(running))
	for _, l := range running {
		if lab, err := l.started(); err == nil {
			sizes[l] = lab.Records(ctx)
			sum += sizes[l]
		}
	}
	slices.SortFunc(running, func(a, b *ownLab) int { return sizes[b] - sizes[a] })
	for _, largest := range running {
		if sum <= ownRecords {
			return
		}
		sum -= sizes[largest]
		o.end(func(l *ownLab) bool { return l == largest })
	}
}

// set opens the labs, or closes them and ends those that run.
func (o *ownLabs) set(open bool) {
	o.mu.Lock()
	o.open = open && o.start != nil
	o.mu.Unlock()
	if !open {
		o.end(func(*ownLab) bool { return true })
	}
}

// count tells whether the labs are open, and how many run.
func (o *ownLabs) count() (open bool, running int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.open, len(o.labs)
}

type labsBody struct {
	Open bool `json:"open"`
}

// setLabs handles the "POST /class/labs" route: {"open":true}.
func (c *Class) setLabs(_ *http.Request, body labsBody) error {
	c.own.set(body.Open)
	c.roundChanged()
	return nil
}

// handleOwnLab handles the "POST /class/lab" route: it starts the lab of this person, and gives the browser the cookie by
// which later requests reach it. The cookie is not the phone's key, which no page of the lab is to have.
func (c *Class) handleOwnLab(w http.ResponseWriter, r *http.Request, p *person) {
	_, giveBack, err := c.own.use(r.Context(), p.number, c.mark("my"))
	if err != nil {
		contract.Refuse(w, err)
		return
	}
	giveBack()
	c.walls.send()
	http.SetCookie(w, &http.Cookie{Name: c.ownCookie(), Value: p.ownKey, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}) //nolint:gosec // a class is plain HTTP
	w.WriteHeader(http.StatusNoContent)
}

// ownCookie is the name of the cookie that says whose lab a request is for.
func (c *Class) ownCookie() string { return "authlab-own" + c.mark("") }

// ownerOf finds the person whose own lab a request is for: a browser sends the cookie, and neither of the two keys.
func (c *Class) ownerOf(r *http.Request) (*person, bool) {
	cookie, err := r.Cookie(c.ownCookie())
	if err != nil || r.Header.Get(personHeader) != "" || r.Header.Get(keyHeader) != "" {
		return nil, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.byOwnKey[sha256.Sum256([]byte(cookie.Value))]
	return p, ok
}

// serveOwn sends a request to the lab of its owner, of which it may use everything but the bulk of simulated users: experiments
// make those, a few experiments at a time.
func (c *Class) serveOwn(w http.ResponseWriter, r *http.Request, p *person) {
	l, giveBack, err := c.own.use(r.Context(), p.number, c.mark("my"))
	switch {
	case err != nil && strings.Contains(r.Header.Get("Accept"), "text/html"):
		http.Redirect(w, r, "/join", http.StatusFound) // where a person reads why
		return
	case err != nil:
		contract.Refuse(w, err)
		return
	}
	defer giveBack()
	switch {
	case !l.limit.AllowN(c.config.Now(), 1):
		contract.Refuse(w, errOwnFlood)
	case r.URL.Path == "/lab/accounts":
		contract.Refuse(w, contract.NewProblem(http.StatusForbidden, "class", "In a class, experiments make simulated users, and nothing else does."))
	default:
		r.Header.Set(keyHeader, l.key)
		lab, _ := l.started() // use has seen that it runs
		lab.serve.ServeHTTP(w, r)
	}
}

// mark tells the cookies of this class, and those of the labs of its people, from the cookies of other labs on this machine.
func (c *Class) mark(kind string) string { return scheme.CookieMark(kind, c.port) }
