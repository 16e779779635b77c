package soak

import (
	"maps"
	"net/http"
	"slices"
	"time"
)

// A Report is the figures of a run.
type Report struct {
	Seed       uint64         `json:"seed"`
	People     int            `json:"people"`
	DurationMS int64          `json:"duration_ms"`
	Requests   int            `json:"requests"`
	Schemes    []Figures      `json:"schemes"` // in the order of the table of schemes
	Faults     map[string]int `json:"faults"`  // by name: how often each was broken, or done
	Changes    int            `json:"changes"` // the sum of Faults
	// The slowest answers, in milliseconds.
	Slowest503MS float64 `json:"slowest_503_ms"`
	SlowestMS    float64 `json:"slowest_ms"`
	// LateMachine counts the promises about time that were missed while this process got no processor.
	LateMachine int     `json:"late_machine"`
	Broken      *Broken `json:"broken"` // null: every invariant held
}

// Figures are the requests of one scheme, by status. Status 0 are those whose connection broke.
type Figures struct {
	Scheme   string      `json:"scheme"`
	Requests int         `json:"requests"`
	ByStatus map[int]int `json:"by_status"`
}

// Broken is an invariant that did not hold.
type Broken struct {
	Invariant string   `json:"invariant"`
	What      string   `json:"what"`
	Events    []string `json:"events"` // what came before, the oldest first
	// machine: this machine was late, and not the server. The process got no processor for as long as the answer came too late,
	// or for as long as a timeout. It is counted and told, and does not end the run.
	machine bool
}

func newReport(c Config) Report {
	r := Report{Seed: c.Seed, People: c.People, Faults: map[string]int{}}
	for _, row := range schemes {
		r.Schemes = append(r.Schemes, Figures{Scheme: row.Name, ByStatus: map[int]int{}})
	}
	return r
}

func (s *soak) countRequest(e exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, took := &s.total, ms(e.at.to.Sub(e.at.from))
	f := &r.Schemes[slices.IndexFunc(r.Schemes, func(f Figures) bool { return f.Scheme == e.scheme.Name })]
	f.Requests++
	f.ByStatus[e.status]++
	r.Requests++
	r.SlowestMS = max(r.SlowestMS, took)
	if e.status == http.StatusServiceUnavailable {
		r.Slowest503MS = max(r.Slowest503MS, took)
	}
}

func (s *soak) countFault(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total.Faults[name]++
	s.total.Changes++
}

// figures returns a copy of the report as it is now.
func (s *soak) figures() Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.total
	r.DurationMS, r.Faults, r.Schemes = time.Since(s.started).Milliseconds(), maps.Clone(r.Faults), slices.Clone(r.Schemes)
	for i, f := range r.Schemes {
		r.Schemes[i].ByStatus = maps.Clone(f.ByStatus)
	}
	return r
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
