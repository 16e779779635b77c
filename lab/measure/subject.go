package measure

import (
	"authlab/web/scheme"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// burst is how many requests of a subject follow one another before it is the next one's turn.
const burst = 10

// A subject is one request that is sent again and again.
type subject struct {
	name       string
	stand      *stand
	credential string
	request    *http.Request // for the handler
	text       []byte        // for the line

	took                             []time.Duration
	sent, received, commands, onWire []int
}

// baselineOf is the baseline on a stand.
func baselineOf(s *stand) (*subject, error) { return newSubject(s, Baseline, "/livez", nil) }

// subjectOf is a scheme's GET {base}/me on a stand, of alice, who has logged in.
func subjectOf(s *stand, sch scheme.Scheme) (*subject, error) {
	credential, _, err := s.logIn(sch, alice())
	if err != nil {
		return nil, err
	}
	sub, err := newSubject(s, sch.Name, sch.Base+"/me", func(r *http.Request) { show(sch, r, credential) })
	if err == nil {
		sub.credential = credential
	}
	return sub, err
}

// subjectsOf is the baseline and then the schemes.
func subjectsOf(s *stand, all []scheme.Scheme) ([]*subject, error) {
	baseline, err := baselineOf(s)
	if err != nil {
		return nil, err
	}
	subjects := []*subject{baseline}
	for _, sch := range all {
		sub, err := subjectOf(s, sch)
		if err != nil {
			return nil, err
		}
		subjects = append(subjects, sub)
	}
	return subjects, nil
}

func newSubject(s *stand, name, path string, show func(*http.Request)) (*subject, error) {
	sub := &subject{name: name, stand: s}
	var err error
	if sub.request, err = http.NewRequest(http.MethodGet, "http://"+s.host+path, http.NoBody); err != nil { //nolint:noctx // the stand ends it
		return nil, err
	}
	if show != nil {
		show(sub.request)
	}
	sub.text, err = written(sub.request)
	return sub, err
}

// ask sends the request once and keeps what it cost.
func (s *subject) ask() error {
	a, err := s.stand.line.ask(s.text)
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	paid := costOf(a.header)
	s.took = append(s.took, a.took)
	s.sent, s.received = append(s.sent, a.sent), append(s.received, a.received)
	s.onWire, s.commands = append(s.onWire, a.sent+a.received), append(s.commands, paid.commands)
	return nil
}

// interleave sends every subject's request that often, in bursts that take turns. It stops between two requests if ctx
// ends.
func interleave(ctx context.Context, subjects []*subject, requests int) error {
	for _, s := range subjects {
		err := s.repeat(ctx, min(burst, requests)) // not counted: it opens connections and fills caches
		s.forget()
		if err != nil {
			return err
		}
	}
	for round := 0; round*burst < requests; round++ {
		for i := range subjects {
			s := subjects[(round+i)%len(subjects)]
			if err := s.repeat(ctx, min(burst, requests-round*burst)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *subject) repeat(ctx context.Context, requests int) error {
	for range requests {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.ask(); err != nil {
			return err
		}
	}
	return nil
}

func (s *subject) forget() {
	s.took, s.sent, s.received, s.onWire, s.commands = s.took[:0], s.sent[:0], s.received[:0], s.onWire[:0], s.commands[:0]
}

// minForP99 is how many values a p99 needs.
const minForP99 = 100

// rank returns the value below or at which p percent lie: one that was measured (nearest rank). Of none it is 0.
func rank[T int | time.Duration](values []T, p int) T {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)*p+99)/100-1]
}

func median[T int | time.Duration](values []T) T { return rank(values, 50) }

// us is a time in microseconds, to a tenth.
func us(d time.Duration) float64 {
	return float64(d.Round(100*time.Nanosecond)) / float64(time.Microsecond)
}

// times is how many times the baseline something took, to a hundredth. Without a baseline it is 0.
func times(took, baseline time.Duration) float64 {
	if baseline == 0 {
		return 0
	}
	return float64((100*took+baseline/2)/baseline) / 100
}
