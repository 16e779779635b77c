package measure

import (
	"net/http"
	"strings"
	"time"

	"authlab/lab/contract"
)

// A cost is what a response says of its own cost, in Server-Timing.
type cost struct {
	hash       time.Duration
	commands   int // to the store
	roundTrips int // to the store: several commands can go in one
}

// costOf reads entries like store;desc="redis SET ZADD", where the first word is the store and the others its commands.
func costOf(header http.Header) cost {
	timing := contract.ParseServerTiming(header.Values("Server-Timing")...)
	c := cost{hash: time.Duration(timing.MS("hash") * float64(time.Millisecond))}
	for _, entry := range timing {
		if entry.Name == "store" {
			c.roundTrips++
			c.commands += len(strings.Fields(entry.Desc)) - 1
		}
	}
	return c
}
