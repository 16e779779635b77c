package balancer

import (
	"context"
	"net/http"

	"authlab/lab/contract"
)

// exchange is the state of one balanced request: which backends there are, which were tried, and which one answered. It
// is in the request's context, and one goroutine at a time uses it.
type exchange struct {
	in         *http.Request // as the client sent it: policies read this one, not the request to the replica
	policy     policy
	backends   []Backend
	candidates []candidate           // parallel to backends
	tried      []bool                // parallel to backends
	seen       contract.RequestEvent // so far
}

type exchangeKey struct{}

func newExchange(in *http.Request, policyName string, p policy, backends []Backend) *exchange {
	ex := &exchange{
		in:         in,
		policy:     p,
		backends:   backends,
		candidates: make([]candidate, len(backends)),
		tried:      make([]bool, len(backends)),
		seen:       contract.RequestEvent{Method: in.Method, Path: in.URL.Path, Policy: policyName},
	}
	for i, b := range backends {
		ex.candidates[i].name = b.Name
	}
	return ex
}

func exchangeOf(ctx context.Context) *exchange {
	return ctx.Value(exchangeKey{}).(*exchange)
}

// next picks the backend to try next, each at most once. It reports false when none is left.
func (ex *exchange) next(h *health) (Backend, bool) {
	i := ex.pick(func(b Backend) bool { return !h.passedOver(b) })
	if i < 0 {
		// All that are left failed a moment ago. They are tried anyway: that costs a refused connection, and one of them
		// may be back. (nginx answers 502 without trying.)
		i = ex.pick(func(Backend) bool { return true })
	}
	if i < 0 {
		return Backend{}, false
	}
	ex.tried[i] = true
	ex.seen.Attempts++
	return ex.backends[i], true
}

func (ex *exchange) pick(eligible func(Backend) bool) int {
	for i, b := range ex.backends {
		ex.candidates[i].available = !ex.tried[i] && eligible(b)
	}
	return ex.policy.pick(ex.in, ex.candidates)
}
