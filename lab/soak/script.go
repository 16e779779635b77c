package soak

import (
	"fmt"
	"math/rand/v2"
	"time"

	"authlab/lab/contract"
)

// What is done to the lab beside the faults of package contract.
const (
	flush      = "redis-flushed"
	advance    = "clock-advanced"
	scale      = "scaled"
	rotateKeys = "keys-rotated" // those before go on verifying
	loseKeys   = "keys-lost"    // those before verify no more
	setRoles   = "roles-changed"
)

const (
	mostReplicas = 4
	mostBroken   = 3 // faults at once
	maxSkew      = 2 * time.Minute
	// slowestSure is how far away Redis may be and still answer every command in time; further away, it may not.
	slowestSure = 50 * time.Millisecond
)

func replicaName(i int) string { return fmt.Sprintf("app-%d", i+1) }

// An event is one change of the lab.
type event struct {
	pause    time.Duration // before it
	name     string
	mend     bool
	fault    contract.Fault // where name is one of package contract
	by       time.Duration  // of advance
	replicas int            // of scale
}

func (e event) String() string {
	switch {
	case e.mend:
		return "mend " + e.fault.String()
	case e.name == advance:
		return fmt.Sprint(e.name, " by ", e.by)
	case e.name == scale:
		return fmt.Sprint(e.name, " to ", e.replicas)
	case e.fault.By != 0:
		return fmt.Sprint("break ", e.fault, " by ", e.fault.By)
	case e.fault.Name != "":
		return "break " + e.fault.String()
	}
	return e.name
}

// A script draws one event after another. It goes by what it has drawn before and by its random numbers, and never by what
// the lab answers: so the same seed gives the same events. At least one replica is neither dead nor silent at any time.
type script struct {
	random   *rand.Rand
	replicas int
	broken   []contract.Fault
}

func newScript(seed uint64, replicas int) *script {
	return &script{random: rand.New(rand.NewPCG(seed, 0)), replicas: replicas}
}

// kinds are what a script draws from: what stands here twice comes twice as often.
var kinds = []string{
	contract.ReplicaKilled, contract.ReplicaKilled, contract.ReplicaKilled, contract.ReplicaSilent, contract.ReplicaSilent,
	contract.RedisStopped, contract.RedisStopped, contract.RedisStopped, contract.RedisSlow, contract.RedisSlow,
	contract.ClockSkewed, contract.ClockSkewed, advance, advance, scale, scale, flush, rotateKeys, loseKeys,
}

// next draws an event.
func (s *script) next() event {
	pause := 50*time.Millisecond + time.Duration(s.random.IntN(400))*time.Millisecond
	if s.random.IntN(8) == 0 {
		pause += 2 * time.Second // long enough for every timeout to come to its end
	}
	if len(s.broken) == mostBroken || len(s.broken) > 0 && s.random.IntN(2) == 0 {
		e := s.mendOne()
		e.pause = pause
		return e
	}
	for {
		if e, ok := s.draw(kinds[s.random.IntN(len(kinds))]); ok {
			e.pause = pause
			return e
		}
	}
}

// mendOne draws one of the faults to mend.
func (s *script) mendOne() event {
	i := s.random.IntN(len(s.broken))
	f := s.broken[i]
	s.broken = append(s.broken[:i:i], s.broken[i+1:]...)
	return event{name: f.Name, mend: true, fault: f}
}

// draw makes an event of a kind, unless it cannot be now.
func (s *script) draw(kind string) (event, bool) {
	e := event{name: kind}
	switch kind {
	case advance:
		e.by = []time.Duration{time.Minute, 5 * time.Minute, 20 * time.Minute, 9 * time.Hour}[min(3, s.random.IntN(12)/3)]
		return e, true
	case scale:
		e.replicas = 2 + s.random.IntN(mostReplicas-1)
		return e, s.rescale(e.replicas)
	case flush, rotateKeys, loseKeys:
		return e, true
	}
	e.fault = contract.Fault{Name: kind}
	switch {
	case e.fault.IsOfReplica():
		e.fault.Replica = replicaName(s.random.IntN(s.replicas))
	case kind == contract.RedisSlow:
		e.fault.By = []time.Duration{10 * time.Millisecond, slowestSure, 300 * time.Millisecond, time.Second}[s.random.IntN(4)]
	}
	if kind == contract.ClockSkewed {
		e.fault.By = maxSkew * time.Duration(2*s.random.IntN(2)-1)
	}
	for _, f := range s.broken { // one thing is broken in one way at a time
		sameRedis := !f.IsOfReplica() && !e.fault.IsOfReplica()
		samePort := stopsAnswers(f) && stopsAnswers(e.fault) && f.Replica == e.fault.Replica
		if f.Same(e.fault) || sameRedis || samePort {
			return e, false
		}
	}
	if stopsAnswers(e.fault) && s.whole() == 1 {
		return e, false
	}
	s.broken = append(s.broken, e.fault)
	return e, true
}

// stopsAnswers tells whether the replica of a fault answers nothing.
func stopsAnswers(f contract.Fault) bool {
	return f.Name == contract.ReplicaKilled || f.Name == contract.ReplicaSilent
}

// whole counts the replicas that answer.
func (s *script) whole() int {
	n := s.replicas
	for _, f := range s.broken {
		if stopsAnswers(f) {
			n--
		}
	}
	return n
}

// rescale makes it n replicas, unless none of them would answer. The faults of those that go, go with them.
func (s *script) rescale(n int) bool {
	after := script{replicas: n}
	for _, f := range s.broken {
		if !f.IsOfReplica() || indexOf(f.Replica) < n {
			after.broken = append(after.broken, f)
		}
	}
	if n == s.replicas || after.whole() == 0 {
		return false
	}
	s.replicas, s.broken = n, after.broken
	return true
}

func indexOf(replica string) int {
	for i := range mostReplicas {
		if replicaName(i) == replica {
			return i
		}
	}
	return mostReplicas
}
