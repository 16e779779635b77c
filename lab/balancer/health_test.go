package balancer_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

const toApp1 = "Cookie: authlab_replica=app-1"

// faulty is a replica app-1 that hangs up while broken is set, and others that answer.
func faulty(broken *atomic.Bool) func(string) http.Handler {
	return func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if name == "app-1" && broken.Load() {
				hangUp(w)
			}
		})
	}
}

func TestAFailedReplicaIsPassedOverForFailTimeout(t *testing.T) {
	var broken atomic.Bool
	l := newLab(t, faulty(&broken), "app-1", "app-2")
	for _, step := range []struct {
		name     string
		broken   bool
		later    time.Duration
		replica  string
		attempts int
	}{
		{"it answers", false, 0, "app-1", 1},
		{"it fails, the next one answers", true, 0, "app-2", 2},
		{"it is passed over", true, 999 * time.Millisecond, "app-2", 1},
		{"the time is over, it is tried and fails", true, time.Millisecond, "app-2", 2},
		{"it is passed over again, although it would answer", false, 999 * time.Millisecond, "app-2", 1},
		{"the time is over, it is tried and answers", false, time.Millisecond, "app-1", 1},
		{"it is one of them again", false, 0, "app-1", 1},
	} {
		broken.Store(step.broken)
		l.advance(step.later)
		a := l.get("X-Balance: sticky", toApp1)
		if o := l.observed(); a.StatusCode != 200 || o.Replica != step.replica || o.Attempts != step.attempts {
			t.Fatalf("%s: status %d, observed %+v, want %s after %d", step.name, a.StatusCode, o, step.replica, step.attempts)
		}
	}
}

func TestOneRequestAtATimeTriesAReplicaThatFailed(t *testing.T) {
	var broken atomic.Bool
	entered, release := make(chan struct{}), make(chan struct{})
	l := newLab(t, func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case name == "app-1" && broken.Load():
				hangUp(w)
			case r.URL.Path == "/slow":
				entered <- struct{}{}
				<-release
			}
		})
	}, "app-1", "app-2")
	broken.Store(true)
	l.get("X-Balance: sticky", toApp1)
	broken.Store(false)
	l.advance(time.Second)

	tried := make(chan string)
	go func() { tried <- l.do("GET", "/slow", "", "X-Balance: sticky", toApp1).replica() }()
	<-entered
	if a := l.get("X-Balance: sticky", toApp1); a.replica() != "app-2" {
		t.Errorf("while one request waits for app-1, another was answered by %q, want app-2", a.replica())
	}
	close(release)
	if got := <-tried; got != "app-1" {
		t.Errorf("the trial was answered by %q, want app-1", got)
	}
	if a := l.get("X-Balance: sticky", toApp1); a.replica() != "app-1" {
		t.Errorf("after the trial: %q, want app-1", a.replica())
	}
}

func TestAReplicaOnANewAddressIsANewPeerAtOnce(t *testing.T) {
	l := newLab(t, ok, "app-1", "app-2")
	home := l.backends[0].Addr
	l.move("app-1", closedPort(t))
	if a := l.get("X-Balance: sticky", toApp1); a.replica() != "app-2" {
		t.Fatalf("answered by %q, want app-2", a.replica())
	}
	l.move("app-1", home) // without the clock having moved
	if a := l.get("X-Balance: sticky", toApp1); a.replica() != "app-1" {
		t.Errorf("answered by %q, want app-1", a.replica())
	}
}

func TestAnErrorOfTheAppIsNotAFailureOfTheReplica(t *testing.T) {
	for _, method := range []string{"GET", "POST"} {
		for _, status := range []int{500, 502, 503, 504} {
			l := newLab(t, func(string) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.WriteHeader(status)
					_, _ = w.Write([]byte("from the app"))
				})
			}, "app-1", "app-2")
			for range 3 {
				a := l.do(method, "/", "", "X-Balance: sticky", toApp1)
				if a.StatusCode != status || a.body != "from the app" || a.replica() != "app-1" {
					t.Fatalf("%s: status %d %q from %s, want %d from app-1", method, a.StatusCode, a.body, a.replica(), status)
				}
			}
		}
	}
}
