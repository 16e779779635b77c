package agent

import (
	"net/http"
	"sync/atomic"
	"time"

	"authlab/lab/contract"
	"authlab/lab/control"
)

// A Clock is a clock that the lab moves. The zero Clock is right.
type Clock struct{ offset atomic.Int64 } // ns, to the real time

// Now is what this clock shows.
func (c *Clock) Now() time.Time { return time.Now().Add(c.ahead()) }

func (c *Clock) ahead() time.Duration { return time.Duration(c.offset.Load()) }

// Lab is what the lab asks of a server of which it moves the clock alone: POST /clock. A page of another site cannot.
func (c *Clock) Lab() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /clock", control.Change(control.Body(c.set)))
	return http.NewCrossOriginProtection().Handler(http.MaxBytesHandler(mux, maxBody))
}

func (c *Clock) set(_ *http.Request, body clockBody) error {
	offset, err := time.ParseDuration(body.Offset)
	if err != nil {
		return contract.Invalid(`The body should be like {"offset":"15m"}.`)
	}
	c.offset.Store(int64(offset))
	return nil
}
