package balancer

import "net/http"

// PolicyHeader is the request header in which the caller names the policy.
const PolicyHeader = "X-Balance"

// The names of the policies, as PolicyHeader carries them.
const (
	RoundRobinName = "round-robin"
	StickyName     = "sticky"
	HashName       = "hash"
)

var policyNames = [...]string{RoundRobinName, StickyName, HashName}

// Policy chooses the replica for a request.
type Policy interface {
	// Pick returns the index of one of the candidates that are available, or -1 when none is. The candidates are all
	// configured replicas in order, so that an index means the same replica from one request to the next. When the one
	// picked fails and the request may go elsewhere, Pick is asked again, with that one no longer available.
	Pick(r *http.Request, candidates []Candidate) int
}

// Candidate is a configured replica as a policy sees it at this moment.
type Candidate struct {
	Name      string
	Available bool // not passed over after a failure, and not tried for this request yet
}

func newPolicies() map[string]Policy {
	return map[string]Policy{
		RoundRobinName: new(RoundRobin),
		// Sticky has a counter of its own: the new users that it deals out must not disturb the turns of the others.
		StickyName: Sticky{Fallback: new(RoundRobin)},
		HashName:   Hash{},
	}
}
