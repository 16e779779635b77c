package class

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/time/rate"

	"authlab/account"
	"authlab/lab/contract"
)

const (
	// maxNickname is how long a nickname may be, in characters.
	maxNickname = 32
	// A phone asks once a second, in the mean. More than that is a flood.
	requestsPerSecond, requestsAtOnce = 20, 60
)

// A person is one phone and the account that it logs in with.
type person struct {
	number   int    // from 1
	name     string // of the account, and shown: no other person has it
	key      string // what the phone sends to the class
	password string // of the account
	ownKey   string // the cookie by which a browser reaches their own lab
	limit    *rate.Limiter
	lanes    []laneState // parallel to Class.lanes
}

// personOf finds the person whose phone sends this key.
func (c *Class) personOf(key string) (*person, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.byKey[sha256.Sum256([]byte(key))]
	return p, ok
}

// nickname cleans what a person has typed: NFC, one line, no control characters, no marks that turn the writing direction
// around for what stands beside them.
func nickname(typed string) (string, error) {
	name := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Bidi_Control, r), unicode.Is(unicode.Co, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, norm.NFC.String(typed))
	name = strings.Join(strings.Fields(name), " ")
	isSeen := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsSymbol(r) || unicode.IsPunct(r)
	}
	if n := len([]rune(name)); n > maxNickname || len(name) > 4*maxNickname || !strings.ContainsFunc(name, isSeen) {
		return "", contract.NewProblem(http.StatusBadRequest, "nickname", fmt.Sprintf("A nickname has 1 to %d characters.", maxNickname))
	}
	return name, nil
}

// A joinLimit bounds how often one address may join. A whole room may be behind one address, so the room fits at once.
type joinLimit struct {
	burst int
	now   func() time.Time

	mu        sync.Mutex
	addresses map[string]*rate.Limiter
}

// maxAddresses bounds how many addresses are kept. A room has fewer; with more, the counts begin anew.
const maxAddresses = 4 * MaxPeople

func newJoinLimit(people int, now func() time.Time) *joinLimit {
	return &joinLimit{burst: people + people/10 + 10, now: now, addresses: map[string]*rate.Limiter{}}
}

func (l *joinLimit) allow(remote string) bool {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	limit := l.addresses[host]
	if limit == nil {
		if len(l.addresses) >= maxAddresses {
			clear(l.addresses)
		}
		limit = rate.NewLimiter(rate.Every(time.Second), l.burst)
		l.addresses[host] = limit
	}
	return limit.AllowN(l.now(), 1)
}

// joined is the answer to a phone that has joined. It is the only answer with key and password in it.
type joined struct {
	Number   int      `json:"number"`
	Name     string   `json:"name"`
	Key      string   `json:"key"`
	Password string   `json:"password"`
	Title    string   `json:"title"`
	Lanes    []laneOn `json:"lanes"`
}

// laneOn says how a phone logs in and asks on a lane.
type laneOn struct {
	Scheme     string `json:"scheme"`
	Base       string `json:"base"`
	Login      string `json:"login"`
	Refresh    string `json:"refresh,omitempty"`
	Credential string `json:"credential"`
}

// describe handles the "GET /class" route: what a phone has to know before it joins.
func (c *Class) describe(context.Context) (map[string]any, error) {
	return map[string]any{"title": c.config.Title, "pin": c.config.Pin != "", "longest": maxNickname}, nil
}

// handleJoin handles the "POST /class/join" route: {"nickname":"Ana","pin":"1234"}.
func (c *Class) handleJoin(w http.ResponseWriter, r *http.Request) {
	if !c.joins.allow(r.RemoteAddr) {
		w.Header().Set("Retry-After", "10")
		contract.Refuse(w, contract.NewProblem(http.StatusTooManyRequests, "too-many", "Too many have joined from this address. Wait a moment."))
		return
	}
	var body struct {
		Nickname string `json:"nickname"`
		Pin      string `json:"pin"`
	}
	err := contract.Read(r, &body)
	var p *person
	if err == nil {
		p, err = c.join(r, body.Nickname, body.Pin)
	}
	if err != nil {
		contract.Refuse(w, err)
		return
	}
	lanes := make([]laneOn, len(c.lanes))
	for i, l := range c.lanes {
		lanes[i] = laneOn{l.Name, l.Base, l.Login, l.Refresh, string(l.Credential)}
	}
	contract.Answer(w, joined{p.number, p.name, p.key, p.password, c.config.Title, lanes})
}

var errFull = contract.NewProblem(http.StatusServiceUnavailable, "full", "The class is full.")

// join makes an account and a person. A name that is taken gets a number: Ana (2).
//
// Key and password are 128 random bits or more, made here and never typed, so that they cannot be guessed; see
// account.CreateWithSecret for what that allows.
func (c *Class) join(r *http.Request, typed, pin string) (*person, error) {
	name, err := nickname(typed)
	if err != nil {
		return nil, err
	}
	if pin != c.config.Pin {
		return nil, contract.NewProblem(http.StatusForbidden, "pin", "That is not the class's number.")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.people) >= c.config.People {
		return nil, errFull
	}
	p := &person{
		number: len(c.people) + 1, key: rand.Text(), password: rand.Text(), ownKey: rand.Text(),
		limit: rate.NewLimiter(requestsPerSecond, requestsAtOnce), lanes: make([]laneState, len(c.lanes)),
	}
	for {
		c.names[name]++
		p.name = name
		if n := c.names[name]; n > 1 {
			p.name = fmt.Sprintf("%s (%d)", name, n)
		}
		err := c.config.AddAccount(r.Context(), p.name, p.password)
		if err == nil {
			err = c.setRoles(r.Context(), p)
		}
		if err == nil {
			break
		}
		if !errors.Is(err, account.ErrUserExists) {
			return nil, errFailed
		}
	}
	c.people = append(c.people, p)
	c.byKey[sha256.Sum256([]byte(p.key))] = p
	c.byOwnKey[sha256.Sum256([]byte(p.ownKey))] = p
	c.walls.send()
	return p, nil
}
