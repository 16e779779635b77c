package experiment

import (
	"fmt"
	"strconv"

	"authlab/lab/contract"
)

const (
	firstRequests = 40  // of a scheme that are noted in any case, after each change of the lab
	firstAtClock  = 4   // that were answered alike, once the clock is moved in steps
	mostRequests  = 200 // in a recording, if those that cannot be left out are not more
	mostCopies    = 500 // that are noted; a recording has those whose client is in it
)

// A sample chooses the beats of a recording out of what happens.
//
// Every change of the lab is in it; steps of the clock between which nothing else is kept are one. Of the requests of each
// scheme it notes, since the last change (a step of the clock is none), the first 40, the last, each that was answered as
// none before it (by what it asked, status, problem, replica and service), and each that changed what is remembered. While
// the clock is moved in steps, it notes only the first 4 that were answered alike. If those are more than 200, it leaves out the most repeated answers first, and never the ones that were new, last, or
// changed something. Then it adds the logins that gave what the kept requests carry. What is left out becomes one beat
// that counts it, and is in the totals.
type sample struct {
	seq    int
	steps  bool // the clock was moved since the last change
	notes  []*note
	copies int
	lanes  map[string]*lane
}

// A noteOrder is what a sample knows of a note.
type noteOrder struct {
	seq     int
	ordinal int   // among the requests of its scheme, from 1
	repeats int   // how many requests were answered like this one before it, since the last change
	after   int   // seq of the last request of its scheme that was left out before it
	giver   *note // whose answer gave what it carries
}

// A lane is the requests of one scheme.
type lane struct {
	total contract.Total
	since int            // requests since the last change of the lab
	alike map[string]int // of those, by their answer
	last  *note          // that was left out
	after int            // seq of the one left out before it
}

func newSample() sample { return sample{lanes: map[string]*lane{}} }

// came gives a note its place in the order of what happened. What is found out about it may take a while, and others may
// come meanwhile: request, control or copy follows when all is known.
func (s *sample) came(n *note) {
	s.seq++
	n.seq = s.seq
	if n.Kind != contract.BeatRequest {
		return
	}
	l, key := s.laneOf(n.Scheme), alikeKey(n)
	l.total.Requests++
	l.total.Statuses[strconv.Itoa(n.Status)]++
	n.ordinal, n.repeats = l.total.Requests, l.alike[key]
	l.since++
	l.alike[key]++
}

func (s *sample) laneOf(scheme string) *lane {
	l, ok := s.lanes[scheme]
	if !ok {
		l = &lane{total: contract.Total{Scheme: scheme, Statuses: map[string]int{}}, alike: map[string]int{}}
		s.lanes[scheme] = l
	}
	return l
}

func alikeKey(n *note) string {
	return fmt.Sprint(n.Action, n.Service, n.Status, n.Problem, n.Replica)
}

func (s *sample) request(n *note) {
	l := s.laneOf(n.Scheme)
	if len(n.Changes) > 0 {
		n.repeats = 0
	}
	if n.repeats > 0 && (l.since > firstRequests || (s.steps && n.repeats >= firstAtClock)) {
		if l.last != nil {
			l.after = l.last.seq
		}
		l.last = n
		return
	}
	if l.last != nil && l.last.seq < n.seq {
		n.after = l.last.seq
	}
	l.last, l.after = nil, 0
	s.notes = append(s.notes, n)
}

// control ends what came before it: the last request of each scheme is kept.
func (s *sample) control(n *note) {
	if s.steps = n.Kind == contract.BeatAdvance; !s.steps {
		s.keepLast()
	}
	s.notes = append(s.notes, n)
}

func (s *sample) copy(n *note) {
	if s.copies++; s.copies > mostCopies {
		return
	}
	s.notes = append(s.notes, n)
}

func (s *sample) keepLast() {
	latest := map[string]*note{}
	for _, n := range s.notes {
		if n.Kind == contract.BeatRequest {
			latest[n.Scheme] = n
		}
	}
	for name, l := range s.lanes {
		if l.last != nil {
			l.last.after = l.after
			s.notes = append(s.notes, l.last)
			latest[name] = l.last
		}
		if n := latest[name]; n != nil && l.since > 0 {
			n.repeats = 0
		}
		l.last, l.after, l.since = nil, 0, 0
		clear(l.alike)
	}
}
