package measure

import (
	"net/http"
	"strings"
	"time"

	"authlab/lab/contract"
)

// costs are what the responses to the same request cost, a value for each.
type costs struct {
	took, hash, rest                             []time.Duration // rest: without the password hash
	sent, received, onWire, commands, roundTrips []int           // onWire: sent and received
}

func (c *costs) add(res response) {
	own := costOf(res.header)
	c.took, c.hash, c.rest = append(c.took, res.took), append(c.hash, own.hash), append(c.rest, res.took-own.hash)
	c.sent, c.received, c.onWire = append(c.sent, res.sent), append(c.received, res.received), append(c.onWire, res.sent+res.received)
	c.commands, c.roundTrips = append(c.commands, own.commands), append(c.roundTrips, own.roundTrips)
}

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
