package balancer

import (
	"net/http"

	"authlab/lab/contract"
)

// A policy chooses the replica for a request.
type policy interface {
	// pick returns the index of an available candidate, or -1 if there is none. The candidates are all configured
	// replicas in order, so an index means the same replica in each request. If the picked replica fails and the request
	// may be sent again, pick is called again, and that replica is not available any more.
	pick(r *http.Request, candidates []candidate) int
}

// A candidate is a configured replica, for one call of pick.
type candidate struct {
	name      string
	available bool // not passed over after a failure, and not tried for this request yet
}

func newPolicies() map[string]policy {
	return map[string]policy{
		contract.RoundRobin: new(roundRobin),
		// sticky has a round-robin of its own, so that its new clients do not disturb the turns of the others.
		contract.Sticky: sticky{fallback: new(roundRobin)},
		contract.Hash:   hashing{},
	}
}
