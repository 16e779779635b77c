package agent

import (
	"net/http"
	"sync/atomic"
	"time"

	"authlab/lab/contract"
)

// A Clock is a clock that the lab moves, of a server that is no replica. The zero Clock is right.
type Clock struct{ offset atomic.Int64 } // ns, to the real time

// Now is what this clock shows.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// Lab is what the lab asks of such a server: POST /conditions, of which there is only the clock. It answers clients on this machine
// alone, and no page of another site, whether the page calls it by its address or by a name of its own (DNS rebinding).
func (c *Clock) Lab() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /conditions", contract.HandleChange(contract.WithBody(c.set)))
	return http.NewCrossOriginProtection().Handler(http.MaxBytesHandler(mux, maxBody))
}

func (c *Clock) set(r *http.Request, body Conditions) error {
	switch {
	case !contract.IsLoopback(r.Host):
		return contract.NewProblem(http.StatusForbidden, "not-loopback", "The clock is moved from this machine only.")
	case body != (Conditions{Offset: body.Offset}):
		return contract.Invalid("Only the clock of this server can be moved.")
	case body.Offset < 0 || body.Offset > contract.MaxAhead:
		return contract.Invalid("The clock can be up to %s ahead.", contract.MaxAhead)
	}
	c.offset.Store(int64(body.Offset))
	return nil
}
