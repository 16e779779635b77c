package soak

import (
	"context"
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

func (s spans) open() bool { return len(s) > 0 && s[len(s)-1].open() }

// touching returns those that touch at.
func (s spans) touching(at span) spans {
	i := len(s)
	for i > 0 && !s[i-1].over(at) { // an older one has ended earlier
		i--
	}
	return slices.DeleteFunc(slices.Clone(s[i:]), func(o span) bool { return !o.touches(at) })
}

// between tells whether one has happened after what was done in since and before what is done in at.
func (s spans) between(since, at span) truth {
	between := no
	for _, o := range slices.Backward(s) {
		if o.over(since) {
			break
		}
		between = max(between, truthOf(!at.over(o), since.over(o) && o.over(at)))
	}
	return between
}

// A truth is what the model can know. Of a thing that is perhaps so, both answers are right.
type truth int

const (
	no truth = iota
	perhaps
	yes
)

func truthOf(maybe, surely bool) truth {
	switch {
	case surely:
		return yes
	case maybe:
		return perhaps
	}
	return no
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
	present  bool // the driver's alone
}

// dead tells whether a replica has nothing left to lose.
func (r *replica) dead() bool { return r.troubles.open() && !r.silences.open() }

// The world is what has happened to the lab. A span of it begins before the lab is told, and ends after the lab has
// returned, so no answer can show a change that the world does not know.
type world struct {
	mu        sync.Mutex
	outages   spans     // Redis may not answer in time
	downs     spans     // Redis surely does not answer
	flushes   spans     // Redis loses what it has
	keyLosses spans     // the keys before verify no more
	ahead     moves     // the lab's clock
	stalls    spans     // this process did not get a processor
	ticked    time.Time // when watchStalls looked last
	replicas  []*replica
	log       []logged
}

// returnTime is how long service may take to return after a fault is mended, and how long a 503 may take.
const returnTime = time.Second

func newWorld(replicas int) *world {
	w := &world{replicas: make([]*replica, mostReplicas)}
	for i := range w.replicas {
		w.replicas[i] = &replica{present: i < replicas}
		if i >= replicas {
			w.begin(&w.replicas[i].troubles)
		}
	}
	return w
}

// begin notes that something may have begun, unless it has already.
func (w *world) begin(lists ...*spans) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range lists {
		if !s.open() {
			*s = append(*s, span{from: time.Now()})
		}
	}
}

// end notes that something has ended, or will have after a while.
func (w *world) end(after time.Duration, lists ...*spans) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range lists {
		if s.open() {
			(*s)[len(*s)-1].to = time.Now().Add(after)
		}
	}
}

// during notes that something happened while do ran.
func (w *world) during(list *spans, do func() error) error {
	w.begin(list)
	defer w.end(0, list)
	return do()
}

// moving notes that a number became value while do ran.
func (w *world) moving(list *moves, value time.Duration, do func() error) error {
	w.note(func(now time.Time) { *list = append(*list, move{span{from: now}, value}) })
	defer w.note(func(time.Time) { (*list)[len(*list)-1].to = time.Now() })
	return do()
}

// note changes the world, or looks at it.
func (w *world) note(change func(now time.Time)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(time.Now())
}

func (w *world) named(name string) *replica {
	if i := indexOf(name); i < len(w.replicas) {
		return w.replicas[i]
	}
	return nil
}

// outage tells whether Redis may not have answered.
func (w *world) outage(at span) bool { return len(w.outages.touching(at)) > 0 }

// down tells whether Redis surely answered nothing, from the beginning to the end of at.
func (w *world) down(at span) bool {
	return slices.ContainsFunc(w.downs.touching(at), func(d span) bool {
		return !d.from.After(at.from) && (d.open() || !d.to.Before(at.to))
	})
}

// kills counts the replicas that may have been killed.
func (w *world) kills(at span) (n int) {
	for _, r := range w.replicas {
		n += len(r.kills.touching(at))
	}
	return n
}

// silent is for how long a request may have waited at silent replicas, of which each keeps it for at most so long.
func (w *world) silent(at span, most time.Duration) (waited time.Duration, any bool) {
	for _, r := range w.replicas {
		for _, s := range r.silences.touching(at) {
			any = true
			waited += min(most, s.overlap(at))
		}
	}
	return waited, any
}

// Every tick the process looks whether it got a processor in time. What is later than lateTick is a stall.
const (
	tick     = 5 * time.Millisecond
	lateTick = 25 * time.Millisecond
)

// stalled is for how long this process did not get a processor.
func (w *world) stalled(at span) (sum time.Duration) {
	for _, s := range w.stalls.touching(at) {
		sum += s.overlap(at)
	}
	// When a process goes on after a stall, the one who asks may be earlier than watchStalls.
	if now := (span{w.ticked.Add(tick), at.to}); !w.ticked.IsZero() && now.to.Sub(now.from) > lateTick {
		sum += now.overlap(at)
	}
	return sum
}

// watchStalls notes when this process wants a processor and gets none, so that a bound that is missed on a busy machine
// can be told from one that is missed by the server.
func (w *world) watchStalls(ctx context.Context) {
	for {
		w.note(func(now time.Time) {
			if stall := (span{w.ticked.Add(tick), now}); !w.ticked.IsZero() && now.Sub(stall.from) > lateTick {
				w.stalls = append(w.stalls, stall)
			}
			w.ticked = now
		})
		if !sleep(ctx, tick) {
			w.note(func(time.Time) { w.ticked = time.Time{} }) // from now on it is not known
			return
		}
	}
}

// noReplica tells whether each replica may have been dead, silent or not there at some time: a request that meets one after
// the other may have found none.
func (w *world) noReplica(at span) bool {
	return !slices.ContainsFunc(w.replicas, func(r *replica) bool { return len(r.troubles.touching(at)) == 0 })
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
