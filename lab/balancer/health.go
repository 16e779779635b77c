package balancer

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// health is what the balancer has learned about the backends from the requests it sent them; it sends none of its own
// ("passive", as in nginx).
//
//	        fails maxFails times in a row
//	live ----------------------------------> passed over
//	 ^                                         |     ^
//	 | it answers             its time is over |     | it fails, or has not answered yet
//	 |                                         v     |
//	 +------------------------------------- one request tries it
//
// Only failures are kept, and by name and address: a replica that restarts on a new address is a new peer at once.
type health struct {
	maxFails      int
	failTimeout   time.Duration // for how long one that failed is passed over
	silentTimeout time.Duration // and one that did not answer in time
	now           func() time.Time

	mu      sync.Mutex
	failing map[Backend]failures
}

type failures struct {
	inARow  int
	checked time.Time // when it failed last, or when the last request was let through to try it
	silent  bool      // it did not answer in time
}

func newHealth(c Config) *health {
	return &health{
		maxFails: c.MaxFails, failTimeout: c.FailTimeout, silentTimeout: c.SilentTimeout, now: c.Now, failing: make(map[Backend]failures),
	}
}

// passedOver reports whether b failed too often and too lately to be asked.
func (h *health) passedOver(b Backend) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	f, ok := h.failing[b]
	timeout := h.failTimeout
	if f.silent {
		timeout = h.silentTimeout
	}
	return ok && f.inARow >= h.maxFails && h.now().Sub(f.checked) < timeout
}

// trying is told before b is asked. A backend on probation is passed over by everybody else meanwhile: were it silent
// rather than gone, all clients would wait for it and not just one.
func (h *health) trying(b Backend) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f, ok := h.failing[b]; ok && f.inARow >= h.maxFails {
		f.checked = h.now()
		h.failing[b] = f
	}
}

// answered is told when b sent a response header, whatever its status.
func (h *health) answered(b Backend) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.failing, b)
}

// failed is told when b sent none. What is known about backends that are not configured any more is forgotten here,
// the only place where the map grows: addresses are new after each restart, and there may be many.
func (h *health) failed(b Backend, silent bool, configured []Backend) {
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.failing, func(old Backend, _ failures) bool { return !slices.Contains(configured, old) })
	h.failing[b] = failures{inARow: h.failing[b].inARow + 1, checked: h.now(), silent: silent}
}

// forgive forgets what is known about a replica, by its name.
func (h *health) forgive(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.failing, func(b Backend, _ failures) bool { return b.Name == name })
}
