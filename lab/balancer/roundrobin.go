package balancer

import (
	"net/http"
	"sync/atomic"
)

// RoundRobin deals the requests out in turn and knows nothing about who sends them. The zero value begins at the first
// replica.
type RoundRobin struct {
	turn atomic.Uint64
}

var _ Policy = (*RoundRobin)(nil)

// Pick returns the next available candidate in turn. Stepping over one that is not available takes its turn: without
// that, the one behind a dead replica would get the dead one's share on top of its own.
func (p *RoundRobin) Pick(_ *http.Request, candidates []Candidate) int {
	n := uint64(len(candidates))
	for range n {
		if i := int((p.turn.Add(1) - 1) % n); candidates[i].Available {
			return i
		}
	}
	return -1
}
