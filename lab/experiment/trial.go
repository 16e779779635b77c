package experiment

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"authlab/lab/experiment/browser"
)

// A Trial is what an experiment works with: a target, users, and a place for its cells.
type Trial struct {
	Target   Target
	Replicas int // how many the target has
	Users    int // how many simulated users a population has

	transport *http.Transport
	browser   *browser.Browser
	recorder  *recorder // nil: nothing is recorded
	mu        sync.Mutex
	users     int
	cells     map[string]Cell
}

func newTrial(target Target, replicas int) *Trial {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy, transport.MaxIdleConnsPerHost, transport.DisableCompression = nil, 64, true
	return &Trial{Target: target, Replicas: replicas, Users: DefaultUsers, transport: transport, cells: map[string]Cell{}}
}

// record has all that follows recorded.
func (trial *Trial) record() {
	trial.recorder = newRecorder(trial.Target)
	trial.Target = recordedTarget{trial.Target, trial.recorder}
}

func (trial *Trial) close() { trial.transport.CloseIdleConnections() }

// User is a new client of alice's, who is an admin, and whose password costs what a password should. Each client has an
// address of its own, from a range that is set aside for examples (RFC 5737). The balancer pins it to a replica, because
// most experiments are not about what a replica keeps to itself.
func (trial *Trial) User(scheme string) *User {
	trial.mu.Lock()
	defer trial.mu.Unlock()
	trial.users++
	return trial.client(scheme, "alice", fmt.Sprintf("198.51.100.%d", trial.users%254+1))
}

func (trial *Trial) client(scheme, name, address string) *User {
	user := &User{
		Scheme: scheme, Name: name, Policy: Sticky, url: trial.Target.URL(), address: address, cookies: map[string]string{},
		recorder: trial.recorder, identity: &identity{},
		client: &http.Client{Transport: trial.transport, Timeout: 30 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	if named(scheme).Credential == boundToKey {
		user.key = newKey()
	}
	return user
}

// Tab opens a tab of a real browser, without cookies or history. browser.ErrNone: this machine has no browser.
func (trial *Trial) Tab(ctx context.Context) (*browser.Tab, error) {
	if trial.browser == nil {
		return nil, browser.ErrNone
	}
	return trial.browser.Open(ctx)
}

// TabAt is Tab in a browser of its own, whose profile is in a folder and stays there.
func (trial *Trial) TabAt(ctx context.Context, folder string, flags ...browser.Flag) (*browser.Tab, error) {
	if trial.browser == nil {
		return nil, browser.ErrNone
	}
	return trial.browser.OpenAt(ctx, folder, flags...)
}

// Observe notes a scheme's cell.
func (trial *Trial) Observe(scheme string, outcome Outcome, measures map[string]float64) {
	trial.mu.Lock()
	defer trial.mu.Unlock()
	trial.cells[scheme] = Cell{Status: Measured, Outcome: &outcome, Measures: measures}
}
