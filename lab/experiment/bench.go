package experiment

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"authlab/lab/experiment/browser"
)

// A Bench is what an experiment works with: a target, users, and a place for its cells.
type Bench struct {
	Target   Target
	Replicas int // how many the target has
	Users    int // how many simulated users a population has

	transport *http.Transport
	browser   *browser.Browser
	mu        sync.Mutex
	users     int
	cells     map[string]Cell
}

func newBench(target Target, replicas int) *Bench {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy, transport.MaxIdleConnsPerHost, transport.DisableCompression = nil, 64, true
	return &Bench{Target: target, Replicas: replicas, Users: DefaultUsers, transport: transport, cells: map[string]Cell{}}
}

func (b *Bench) close() { b.transport.CloseIdleConnections() }

// User is a new client of alice's, who is an admin, and whose password costs what a password should. Each has an address of its own, from a range that is set aside
// for examples (RFC 5737). It is balanced sticky, so that a replica's own memory is not what is in question.
func (b *Bench) User(scheme string) *User {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.users++
	return b.client(scheme, "alice", fmt.Sprintf("198.51.100.%d", b.users%254+1))
}

func (b *Bench) client(scheme, name, address string) *User {
	return &User{
		Scheme: scheme, Name: name, Policy: Sticky, url: b.Target.URL(), address: address, cookies: map[string]string{},
		client: &http.Client{Transport: b.transport, Timeout: 30 * time.Second, CheckRedirect: noRedirect},
	}
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Tab is a window in a real browser, of somebody who has never been anywhere. browser.ErrNone: this machine has no
// browser.
func (b *Bench) Tab(ctx context.Context) (*browser.Tab, error) {
	if b.browser == nil {
		return nil, browser.ErrNone
	}
	return b.browser.Open(ctx)
}

// Observe notes a scheme's cell.
func (b *Bench) Observe(scheme string, outcome Outcome, measures map[string]float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cells[scheme] = Cell{Status: Measured, Outcome: &outcome, Measures: measures}
}
