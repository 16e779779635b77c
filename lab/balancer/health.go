package balancer

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// failTimeout is for how long a backend is passed over after it failed. nginx waits 10 s by default, which suits machines
// that need minutes to come back; in the lab a replica restarts in milliseconds.
const failTimeout = time.Second

// health records which backends failed in the requests that were sent to them. It sends no requests of its own
// ("passive", as in nginx). One failure is enough (max_fails=1, nginx's default).
//
//	               it fails
//	live ----------------------------------> passed over
//	 ^                                         |     ^
//	 | it answers         failTimeout is over  |     | it fails, or has not answered yet
//	 |                                         v     |
//	 +------------------------------------- one request tries it
//
// A backend is a name and an address: a replica that restarts on a new address has no failures.
type health struct {
	now func() time.Time

	mu      sync.Mutex
	failing map[Backend]time.Time // when it failed last, or when a request was last let through to try it
}

func newHealth(now func() time.Time) *health {
	return &health{now: now, failing: make(map[Backend]time.Time)}
}

// passedOver reports whether b failed less than failTimeout ago.
func (h *health) passedOver(b Backend) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	tried, ok := h.failing[b]
	return ok && h.now().Sub(tried) < failTimeout
}

// trying is called before a request is sent to b. While one request tries a backend that has failed, all others pass it
// over: if it is silent, one client waits for it and not all.
func (h *health) trying(b Backend) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.failing[b]; ok {
		h.failing[b] = h.now()
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
func (h *health) failed(b Backend, configured []Backend) {
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.failing, func(old Backend, _ time.Time) bool { return !slices.Contains(configured, old) })
	h.failing[b] = h.now()
}
