package soak

import (
	"maps"
	"net/http"
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
	machine   bool     // it was this machine that was late
}

// A tally counts what happened. The soak's lock guards it.
type tally struct {
	requests         map[string]map[int]int // scheme, status
	faults           map[string]int
	slowest503, slow time.Duration
	lateMachine      int
}

func (s *soak) countRequest(e exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	byStatus := s.tally.requests[e.scheme.Name]
	if byStatus == nil {
		byStatus = map[int]int{}
		s.tally.requests[e.scheme.Name] = byStatus
	}
	byStatus[e.status]++
	took := e.at.to.Sub(e.at.from)
	s.tally.slow = max(s.tally.slow, took)
	if e.status == http.StatusServiceUnavailable {
		s.tally.slowest503 = max(s.tally.slowest503, took)
	}
}

func (s *soak) countFault(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tally.faults[name]++
}

func (s *soak) figures() Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := Report{
		Seed: s.config.Seed, People: s.config.People, DurationMS: time.Since(s.started).Milliseconds(),
		Faults: maps.Clone(s.tally.faults), Slowest503MS: ms(s.tally.slowest503), SlowestMS: ms(s.tally.slow), Broken: s.breach,
		LateMachine: s.tally.lateMachine,
	}
	for _, n := range r.Faults {
		r.Changes += n
	}
	for _, row := range schemes {
		f := Figures{Scheme: row.Name, ByStatus: map[int]int{}}
		maps.Copy(f.ByStatus, s.tally.requests[row.Name])
		for _, n := range f.ByStatus {
			f.Requests += n
		}
		r.Requests += f.Requests
		r.Schemes = append(r.Schemes, f)
	}
	return r
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
