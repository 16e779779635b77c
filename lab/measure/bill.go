package measure

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// A bill is what an answer says of its own cost, in Server-Timing.
type bill struct {
	hash       time.Duration
	commands   int // to the store
	roundTrips int // to the store: several commands can go in one
}

// billOf reads entries like store;desc="redis SET ZADD";dur=0.213, where dur is in milliseconds (W3C Server Timing).
func billOf(header http.Header) (bill, error) {
	var b bill
	for _, line := range header.Values("Server-Timing") {
		for entry := range strings.SplitSeq(line, ", ") {
			name, rest, _ := strings.Cut(entry, ";")
			description, dur, found := strings.Cut(strings.TrimPrefix(rest, "desc="), ";dur=")
			if !found {
				return bill{}, fmt.Errorf("read Server-Timing: %q has no desc and dur", entry)
			}
			switch name {
			case "store":
				b.roundTrips++
				b.commands += len(strings.Fields(strings.Trim(description, `"`))) - 1 // the first word is "redis"
			case "hash":
				took, err := time.ParseDuration(dur + "ms")
				if err != nil {
					return bill{}, fmt.Errorf("read Server-Timing: %w", err)
				}
				b.hash += took
			}
		}
	}
	return b, nil
}
