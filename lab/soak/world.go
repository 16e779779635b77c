package soak

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// A span is from when something may have begun until when it may have ended. Without an end it goes on.
type span struct{ from, to time.Time }

func (s span) open() bool { return s.to.IsZero() }

// touches tells whether two spans may have a moment in common.
func (s span) touches(o span) bool {
	return (o.open() || !s.from.After(o.to)) && (s.open() || !o.from.After(s.to))
}

// over tells whether all of s came before o.
func (s span) over(o span) bool { return !s.open() && s.to.Before(o.from) }

// overlap is how long two spans have in common. o has an end.
func (s span) overlap(o span) time.Duration {
	from, to := s.from, s.to
	if from.Before(o.from) {
		from = o.from
	}
	if s.open() || to.After(o.to) {
		to = o.to
	}
	return max(0, to.Sub(from))
}

// spans are the same thing happening again and again, the oldest first.
type spans []span

func (s *spans) begin(at time.Time) { *s = append(*s, span{from: at}) }

// end ends the last one, unless it has ended.
func (s *spans) end(at time.Time) {
	if n := len(*s); n > 0 && (*s)[n-1].open() {
		(*s)[n-1].to = at
	}
}

// during returns those that touch at.
func (s spans) during(at span) spans {
	i := len(s)
	for i > 0 && !s[i-1].over(at) { // an older one has ended earlier
		i--
	}
	return slices.DeleteFunc(slices.Clone(s[i:]), func(o span) bool { return !o.touches(at) })
}

// between tells whether one may have happened, or surely has, after what was done in since and before what is done in at.
func (s spans) between(since, at span) (maybe, surely bool) {
	for _, o := range slices.Backward(s) {
		if o.over(since) {
			break
		}
		maybe = maybe || !at.over(o)
		surely = surely || (since.over(o) && o.over(at))
	}
	return maybe, surely
}

// A move changed a number of the world: it was value after the span.
type move struct {
	span
	value time.Duration
}

type moves []move

// values are the least and the greatest value that there may have been.
func (m moves) values(at span) (low, high time.Duration) {
	first := true
	for _, o := range slices.Backward(m) {
		if at.over(o.span) {
			continue // it began after at
		}
		if first {
			low, high, first = o.value, o.value, false
		}
		low, high = min(low, o.value), max(high, o.value)
		if o.over(at) {
			return low, high
		}
	}
	return min(low, 0), max(high, 0) // what it was at first
}

// A replica is when one was broken, and how.
type replica struct {
	kills    spans // each a moment in which its connections were reset and its memory was lost
	silences spans
	troubles spans // dead, silent, or not there
	skews    moves
}

// The world is what has happened to the lab. A span of it begins before the lab is told, and ends after the lab has
// returned, so no answer can show a change that the world does not know.
type world struct {
	mu        sync.Mutex
	outages   spans // Redis may not answer in time
	downs     spans // Redis surely does not answer
	flushes   spans // Redis loses what it has
	keyLosses spans // the keys before verify no more
	ahead     moves // the lab's clock
	replicas  []*replica
	log       []logged
}

// returnTime is how long service may take to return after a fault is mended, and how long a 503 may take.
const returnTime = time.Second

func newWorld(replicas int) *world {
	w := &world{replicas: make([]*replica, mostReplicas)}
	for i := range w.replicas {
		w.replicas[i] = &replica{}
		if i >= replicas {
			w.replicas[i].troubles.begin(time.Time{})
		}
	}
	return w
}

// note changes the world.
func (w *world) note(change func(now time.Time)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(time.Now())
}

// look reads the world.
func look[T any](w *world, read func() T) T {
	w.mu.Lock()
	defer w.mu.Unlock()
	return read()
}

func (w *world) named(name string) *replica {
	for i, r := range w.replicas {
		if replicaName(i) == name {
			return r
		}
	}
	return nil
}

// outage tells whether Redis may not have answered.
func (w *world) outage(at span) bool { return len(w.outages.during(at)) > 0 }

// down tells whether Redis surely answered nothing, from the beginning to the end of at.
func (w *world) down(at span) bool {
	return slices.ContainsFunc(w.downs.during(at), func(d span) bool {
		return !d.from.After(at.from) && (d.open() || !d.to.Before(at.to))
	})
}

// kills counts the replicas that may have been killed.
func (w *world) kills(at span) (n int) {
	for _, r := range w.replicas {
		n += len(r.kills.during(at))
	}
	return n
}

// silent is for how long a request may have waited at silent replicas, of which each keeps it for at most so long.
func (w *world) silent(at span, most time.Duration) (waited time.Duration, any bool) {
	for _, r := range w.replicas {
		for _, s := range r.silences.during(at) {
			any = true
			waited += min(most, s.overlap(at))
		}
	}
	return waited, any
}

// noReplica tells whether each replica may have been dead, silent or not there at some time: a request that meets one after
// the other may have found none.
func (w *world) noReplica(at span) bool {
	return !slices.ContainsFunc(w.replicas, func(r *replica) bool { return len(r.troubles.during(at)) == 0 })
}

// labTime is the lab's time at the earliest and at the latest.
func (w *world) labTime(at span) (earliest, latest time.Time) {
	low, high := w.ahead.values(at)
	return at.from.Add(low), at.to.Add(high)
}

// clock is a replica's time at the earliest and at the latest.
func (w *world) clock(r *replica, at span) (earliest, latest time.Time) {
	earliest, latest = w.labTime(at)
	low, high := r.skews.values(at)
	return earliest.Add(low), latest.Add(high)
}

// A logged is an event as a person reads it.
type logged struct {
	at   time.Time
	text string
}

// keptEvents is how many events of the lab are kept, and how many of each person.
const keptEvents = 20

func keep(log []logged, at time.Time, text string) []logged {
	log = append(log, logged{at, text})
	return log[max(0, len(log)-keptEvents):]
}

// events merges what happened to the lab last with what a person did last.
func (w *world) events(recent []logged, started time.Time) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := slices.Concat(w.log, recent)
	slices.SortStableFunc(all, func(a, b logged) int { return a.at.Compare(b.at) })
	texts := make([]string, len(all))
	for i, e := range all {
		texts[i] = fmt.Sprintf("%9.3f s  %s", e.at.Sub(started).Seconds(), e.text)
	}
	return texts
}
