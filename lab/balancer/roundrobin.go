package balancer

import (
	"net/http"
	"sync/atomic"
)

// roundRobin sends each request to the next replica, whichever client it comes from. The zero value begins at the first.
type roundRobin struct {
	turn atomic.Uint64
}

var _ policy = (*roundRobin)(nil)

// pick returns the next available candidate in turn. Stepping over a candidate that is not available uses up its turn;
// otherwise the candidate after a dead replica would get the dead one's share on top of its own.
func (p *roundRobin) pick(_ *http.Request, candidates []candidate) int {
	n := uint64(len(candidates))
	for range n {
		if i := int((p.turn.Add(1) - 1) % n); candidates[i].available {
			return i
		}
	}
	return -1
}
