package balancer_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authlab/lab/balancer"
)

// A silence is a replica app-1 that accepts requests and does not answer them before it ends.
type silence struct {
	delivered atomic.Int32 // to all replicas
	silent    atomic.Bool
	over      chan struct{}
	once      sync.Once
}

func (s *silence) serve(name string) http.Handler {
	return http.HandlerFunc(func(_ http.ResponseWriter, _ *http.Request) {
		s.delivered.Add(1)
		if name == "app-1" && s.silent.Load() {
			<-s.over
		}
	})
}

func (s *silence) end() { s.once.Do(func() { s.silent.Store(false); close(s.over) }) }

// silentLab has replicas of which app-1 is silent, and a balancer that soon gives up on it.
func silentLab(t *testing.T, names ...string) (*lab, *silence) {
	s := &silence{over: make(chan struct{})}
	l := newLabWith(t, balancer.Config{ResponseTimeout: 30 * time.Millisecond}, s.serve, names...)
	t.Cleanup(s.end) // before the servers are closed, which wait for what they have accepted
	s.silent.Store(true)
	return l, s
}

func TestASilentReplicaIsPassedOverForLongerThanADeadOne(t *testing.T) {
	l, s := silentLab(t, "app-1", "app-2")
	for _, step := range []struct {
		name     string
		later    time.Duration
		mended   bool
		replica  string
		attempts int
	}{
		{"a GET waits, and is asked of the next", 0, false, "app-2", 2},
		{"it is passed over", 0, false, "app-2", 1},
		{"and still is, when a dead one would be tried", 9999 * time.Millisecond, false, "app-2", 1},
		{"then one request tries it", time.Millisecond, false, "app-2", 2},
		{"and it is passed over again", 9999 * time.Millisecond, true, "app-2", 1},
		{"until it answers", time.Millisecond, true, "app-1", 1},
		{"and is one of them again", 0, true, "app-1", 1},
	} {
		if step.mended {
			s.end()
		}
		l.advance(step.later)
		a := l.get("X-Balance: sticky", toApp1)
		if o := l.observed(); a.StatusCode != 200 || o.Replica != step.replica || o.Attempts != step.attempts {
			t.Fatalf("%s: status %d, observed %+v, want %s after %d", step.name, a.StatusCode, o, step.replica, step.attempts)
		}
	}
}

func TestAPostToASilentReplicaIsSentToNoOther(t *testing.T) {
	l, s := silentLab(t, "app-1", "app-2")
	wantProblem(t, l.do("POST", "/", "x", "X-Balance: sticky", toApp1), 504, "urn:authlab:problem:silent-replica")
	if n := s.delivered.Load(); n != 1 {
		t.Errorf("it was delivered %d times", n)
	}
	if a := l.do("POST", "/", "x", "X-Balance: sticky", toApp1); a.StatusCode != 200 || a.replica() != "app-2" {
		t.Errorf("the next one: %d from %q", a.StatusCode, a.replica())
	}
}

func TestWhereNoReplicaAnswersInTimeTheAnswerSaysSo(t *testing.T) {
	l, _ := silentLab(t, "app-1")
	for range 2 { // the second time it is passed over, and asked all the same
		wantProblem(t, l.get(), 504, "urn:authlab:problem:silent-replica")
	}
}

func TestAReplicaThatWasMendedIsForgiven(t *testing.T) {
	l, s := silentLab(t, "app-1", "app-2")
	l.get("X-Balance: sticky", toApp1)
	s.end()
	if a := l.get("X-Balance: sticky", toApp1); a.replica() != "app-2" {
		t.Errorf("before: %q", a.replica())
	}
	l.handler.(*balancer.Balancer).Forgive("app-1")
	if a := l.get("X-Balance: sticky", toApp1); a.replica() != "app-1" {
		t.Errorf("afterwards: %q", a.replica())
	}
}
