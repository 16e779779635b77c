// Package control is the lab's controls: what a page or `authlab run` can ask of a lab over HTTP, the same for every lab.
//
//	page, authlab run ──▶ guard ──▶ /lab/… ──▶ a contract.Lab    the embedded lab, or the console of the containers
//	       ▲                                   │
//	       └──── /lab/events ◀── Observe ◀─────┘        one event for each request, a picture after each change
//
// The controls are never balanced, so they survive the faults that they cause. What a lab cannot do by itself it answers
// with 501, and with the command that does it, for the page to show.
package control

import (
	"fmt"
	"net/http"

	"authlab/lab/contract"
)

// Config says who may use the controls.
type Config struct {
	LabKey string // lets clients on other machines in, if they send it in X-Lab-Key; empty: no client
	// FromHere tells whether a request was sent from this machine; by default by its remote address. A lab behind a proxy
	// that only this machine reaches may say true.
	FromHere func(*http.Request) bool
	// Home is where the lab's own client reaches the balancer, like http://127.0.0.1:8080; empty: there is no such client.
	Home string
	// Experiments serves everything under /lab/experiments. nil: this lab runs none by itself.
	Experiments http.Handler
}

// minKey is how long a lab key has to be, in bytes. Guesses are not counted, so it has to be too long to be guessed.
const minKey = 16

// CheckKey refuses a lab key that could be guessed. Empty is none, and good.
func CheckKey(key string) error {
	if key != "" && len(key) < minKey {
		return fmt.Errorf("a lab key of %d characters can be guessed; take %d or more, as `openssl rand -hex 16` makes them", len(key), minKey)
	}
	return nil
}

// Controls serve a contract.Lab. Make them with New.
type Controls struct {
	lab    contract.Lab
	config Config
	events *broker
	turn   turn
	mux    *http.ServeMux
}

var _ http.Handler = (*Controls)(nil)

// New returns the controls of a lab: serve them at /lab/, and let Watch run.
func New(lab contract.Lab, config Config) *Controls {
	if config.FromHere == nil {
		config.FromHere = func(r *http.Request) bool { return contract.IsLoopback(r.RemoteAddr) }
	}
	c := &Controls{lab: lab, config: config, events: newBroker(), mux: http.NewServeMux()}
	c.routes()
	return c
}
