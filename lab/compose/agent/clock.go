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

// Lab is what the lab asks of such a server: POST /conditions, of which there is only the clock. A page of another site cannot.
func (c *Clock) Lab() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /conditions", contract.HandleChange(contract.WithBody(c.set)))
	return http.NewCrossOriginProtection().Handler(http.MaxBytesHandler(mux, maxBody))
}

func (c *Clock) set(_ *http.Request, body Conditions) error {
	if body != (Conditions{Offset: body.Offset}) {
		return contract.Invalid("Only the clock of this server can be moved.")
	}
	c.offset.Store(int64(body.Offset))
	return nil
}
