// Package class lets a whole room take part in one lab.
//
//	phone ── /join, /class/… ──▶ ┌───────┐
//	      ── the lanes' logins ▶ │ Class │ ──▶ balancer ──▶ replicas
//	wall ─── teacher's key ────▶ └───────┘ ──▶ /lab/…   the controls
//
// A phone is logged in on several lanes at once, a lane being a scheme, and asks on each of them again and again. All its
// requests pass through the Class on their way to the balancer, so the Class knows what each phone was answered last, and
// that is what the wall shows and counts. Of requests and answers it changes only the names of cookies (package jar), and it
// knows no session and no token.
//
// A Class is a handler of its own, for the network. It lets phones join, ask, vote and use their own labs; all other
// routes, and with them the controls of the class's lab, need the teacher's key. Make one with New.
package class

import (
	"cmp"
	"context"
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"authlab/lab/contract"
	"authlab/lab/experiment"
	"authlab/lab/jar"
	"authlab/web/scheme"
)

// MaxPeople bounds how many people a class can have.
const MaxPeople = 1000

// atOnce is how many requests of one scheme are at the balancer at the same time. After a kill a whole room asks in the same
// moment: what waits here is answered a little later, and what waited at Redis would be answered 503.
const atOnce = 8

// DefaultLanes are the lanes of a class that names none.
func DefaultLanes() []string {
	return []string{scheme.SessionMemory, scheme.SessionRedis, scheme.TokenStateless}
}

// Config says what a class needs. Fields without a default are required.
type Config struct {
	Lab   http.Handler                                 // the lab's balancer, and its controls under /lab/
	Pages Pages                                        // /join, /wall and /result, and what they load
	View  func(context.Context) (contract.View, error) // looks at the lab
	// AddAccount makes a user in the lab's users database. account.ErrUserExists: the name is taken.
	AddAccount func(ctx context.Context, name, password string) error
	// SetRoles changes the roles of a user.
	SetRoles func(ctx context.Context, name string, roles []string) error
	// Run runs an experiment on a lab of its own, so that the room stays logged in.
	Run func(ctx context.Context, name string) (experiment.Result, error)
	// NewLab starts a lab for one person; its controls take key in X-Lab-Key. nil: there are no labs of one's own.
	NewLab func(ctx context.Context, key string) (OwnLab, error)

	Key     string   // the teacher's
	Address string   // of /join, for the QR code
	Title   string   // over the wall and the phones
	Pin     string   // what a phone has to know to join; empty: nothing
	People  int      // 300
	Lanes   []string // DefaultLanes
	OwnLabs int      // how many labs of one's own can run at once; 300
	Keep    Keeper   // keeps what was voted; nil: nothing is kept
	Now     func() time.Time
}

// Pages are what a browser loads.
type Pages interface {
	http.Handler
	Has(*http.Request) bool
}

// A Class is a room full of people. It is safe for concurrent use.
type Class struct {
	config Config
	lanes  []scheme.Scheme
	mux    *http.ServeMux
	joins  *joinLimit
	qr     []string // of the address
	port   string   // of the address
	own    *ownLabs
	slots  map[string]chan struct{} // by scheme: held by its requests at the balancer
	run    context.Context
	stop   context.CancelFunc

	phones *signal // something has changed that phones are told
	walls  *signal // something has changed that the wall shows

	mu       sync.Mutex
	people   []*person            // in the order in which they joined
	byKey    map[[32]byte]*person // by the hash of the key that the phone sends
	byOwnKey map[[32]byte]*person // by the hash of the cookie of their own lab
	names    map[string]int       // how many people wanted this name
	policy   string               // the balancer's, for the whole room
	admins   bool                 // everyone has the role admin
	nudge    int                  // counts what has happened after which every phone asks at once
	rounds   []*round             // the last one may be under way
	asked    int                  // counts rounds, also those that were given up
	view     contract.View        // of the lab, a moment ago

	keepFailed bool // the last round could not be kept
	requests   int  // counts what phones have sent to the balancer
}

var _ http.Handler = (*Class)(nil)

// New returns a class in which there is no person yet. Close ends it.
func New(config Config) (*Class, error) {
	config.People = cmp.Or(config.People, 300)
	if len(config.Lanes) == 0 {
		config.Lanes = DefaultLanes()
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	c := &Class{
		config: config, mux: http.NewServeMux(), joins: newJoinLimit(config.People, config.Now), slots: map[string]chan struct{}{}, byKey: map[[32]byte]*person{}, byOwnKey: map[[32]byte]*person{}, names: map[string]int{},
		phones: newSignal(), walls: newSignal(), policy: contract.Sticky,
	}
	c.own = &ownLabs{start: config.NewLab, most: cmp.Or(config.OwnLabs, 300), now: config.Now, labs: map[int]*ownLab{}}
	address, err := url.Parse(config.Address)
	if err != nil {
		return nil, err
	}
	c.port = cmp.Or(address.Port(), "80")
	c.config.Lab = jar.Apart(c.mark(""), config.Lab)
	for _, name := range config.Lanes {
		lane, ok := scheme.Named(name)
		canHold := lane.Credential == scheme.Cookie || lane.Credential == scheme.Bearer // a proof at every request takes WebCrypto, which plain HTTP has not
		if !ok || !canHold || slices.ContainsFunc(c.lanes, func(l scheme.Scheme) bool { return l.Name == name }) {
			return nil, fmt.Errorf("%q is no lane, or is one already; lanes are schemes with a cookie or a bearer token, like %s", name, strings.Join(DefaultLanes(), ", "))
		}
		c.lanes = append(c.lanes, lane)
	}
	if c.qr, err = qrRows(config.Address); err != nil {
		return nil, err
	}
	for _, row := range scheme.All() {
		c.slots[row.Name] = make(chan struct{}, atOnce)
	}
	c.run, c.stop = context.WithCancel(context.Background())
	c.routes()
	go c.watch()
	return c, nil
}

// Close ends what the class does by itself, and the answers that phones and walls wait for.
func (c *Class) Close() {
	c.stop()
	c.own.set(false)
}

// watch looks at the lab after each change, and now and then.
func (c *Class) watch() {
	const lookEvery = 2 * time.Second
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		c.look()
		c.own.endIdle()
		c.own.endLargest(c.run)
		select {
		case <-c.run.Done():
			return
		case <-tick.C:
		}
	}
}

// look takes a new picture of the lab, if the lab can be looked at.
func (c *Class) look() {
	ctx, cancel := context.WithTimeout(c.run, 2*time.Second)
	defer cancel()
	view, err := c.config.View(ctx)
	if len(view.Replicas) == 0 {
		return
	}
	if err != nil {
		view.Redis = contract.RedisView{}
	}
	c.mu.Lock()
	c.view = view
	c.mu.Unlock()
	c.walls.send()
}

// isTeacher tells whether a request has the teacher's key.
func (c *Class) isTeacher(r *http.Request) bool {
	return subtle.ConstantTimeCompare([]byte(r.Header.Get(keyHeader)), []byte(c.config.Key)) == 1
}

// A signal wakes all who wait for a change.
type signal struct {
	mu      sync.Mutex
	version int
	changed chan struct{}
}

func newSignal() *signal { return &signal{version: 1, changed: make(chan struct{})} }

// send says that something has changed.
func (s *signal) send() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version++
	close(s.changed)
	s.changed = make(chan struct{})
}

// now returns how often something has changed, and a channel that is closed at the next change.
func (s *signal) now() (version int, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version, s.changed
}
