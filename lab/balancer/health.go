package balancer

import (
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	// failTimeout is for how long a backend is passed over after it failed. nginx waits 10 s by default, which suits
	// machines that need minutes to come back; in the lab a replica restarts in milliseconds.
	failTimeout = time.Second
	// silentTimeout is for how long a backend is passed over that did not answer in time. It is longer, because trying a
	// dead backend costs nothing, and trying a silent one costs a client the whole response timeout.
	silentTimeout = 10 * time.Second
)

// health records which backends failed in the requests that were sent to them. It sends no requests of its own
// ("passive", as in nginx). One failure is enough (max_fails=1, nginx's default).
//
//	               it fails
//	live ----------------------------------> passed over
//	 ^                                         |     ^
//	 | it answers             its time is over |     | it fails, or has not answered yet
//	 |                                         v     |
//	 +------------------------------------- one request tries it
//
// A backend is a name and an address: a replica that restarts on a new address has no failures.
type health struct {
	now func() time.Time

	mu      sync.Mutex
	failing map[Backend]failure
}

type failure struct {
	tried   time.Time     // when it failed last, or when a request was last let through to try it
	timeout time.Duration // for how long it is passed over from then on
}

func newHealth(now func() time.Time) *health {
	return &health{now: now, failing: make(map[Backend]failure)}
}

// passedOver reports whether b failed too lately to be asked.
func (h *health) passedOver(b Backend) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	f, ok := h.failing[b]
	return ok && h.now().Sub(f.tried) < f.timeout
}

// trying is called before a request is sent to b. While one request tries a backend that has failed, all others pass it
// over: if it is silent, one client waits for it and not all.
func (h *health) trying(b Backend) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f, ok := h.failing[b]; ok {
		f.tried = h.now()
		h.failing[b] = f
	}
}

// answered is called when b sent a response header, with any status.
func (h *health) answered(b Backend) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.failing, b)
}

// failed is called when b sent none. It also deletes the backends that are no longer configured: the map grows here only,
// and each restart brings a new address.
func (h *health) failed(b Backend, silent bool, configured []Backend) {
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.failing, func(old Backend, _ failure) bool { return !slices.Contains(configured, old) })
	h.failing[b] = failure{h.now(), failTimeout}
	if silent {
		h.failing[b] = failure{h.now(), silentTimeout}
	}
}

// forgive forgets the failures of a replica, by its name.
func (h *health) forgive(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.failing, func(b Backend, _ failure) bool { return b.Name == name })
}
