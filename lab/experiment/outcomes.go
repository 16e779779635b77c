package experiment

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
)

// The outcomes that several experiments share. Their texts stand under "shared" in the catalogue.

func stays() Outcome     { return Kept.says("stays") }
func loggedOut() Outcome { return Lost.says("logged-out") }

// status is an answer that stands for itself.
func status(code int) Outcome {
	means := map[int]Meaning{http.StatusUnauthorized: Lost, http.StatusServiceUnavailable: CantTell, http.StatusBadGateway: CantTell}
	return means[code].says("status", "status", code)
}

// loginOutcome says what a status means to a user who was logged in.
func loginOutcome(code int) Outcome {
	switch code {
	case http.StatusOK:
		return stays()
	case http.StatusUnauthorized:
		return loggedOut()
	}
	return status(code)
}

// known says how many of a client's requests were known.
func known(k, total int) Outcome {
	means := Lost
	if k == total {
		means = Kept
	}
	return means.says("known", "known", k, "total", total)
}

// howMany says how many of n people something happened to, which means m for them.
func (m Meaning) howMany(k, n int) Outcome {
	switch k {
	case 0:
		return Kept.says("none")
	case n:
		return m.says("all")
	}
	return m.says("some", "count", k, "total", n)
}

// tally counts statuses: one that was always the same stands for itself.
func (m Meaning) tally(seen map[int]int) Outcome {
	if len(seen) == 1 {
		for code := range seen {
			return m.says("status", "status", code)
		}
	}
	var parts []Outcome
	for _, code := range slices.SortedFunc(maps.Keys(seen), cmp.Compare) {
		parts = append(parts, m.says("status-times", "status", code, "times", seen[code]))
	}
	return m.composed("list", parts...)
}

// same predicts one outcome for several schemes.
func same(outcome Outcome, schemes ...string) Predictions {
	all := Predictions{}
	for _, scheme := range schemes {
		all[scheme] = outcome
	}
	return all
}
