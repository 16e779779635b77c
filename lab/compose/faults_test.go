package compose_test

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"authlab/lab/compose"
	"authlab/lab/contract"
	"authlab/lab/testkit"
)

// TestFaultsUnderLoad breaks real containers while clients send requests, and measures what it costs them.
func TestFaultsUnderLoad(t *testing.T) {
	target := real(t)
	for _, fault := range []struct {
		name  string
		cause func(*testing.T, *compose.Target)
	}{
		{"a killed replica costs no GET", killedReplica},
		{"a silent replica costs no GET, and time only at first", silentReplica},
		{"a silent replica is sent no POST twice", silentReplicaAndPOST},
		{"service is back soon after Redis is", restartedRedis},
		{"a minute of kills, pauses, restarts and reloads costs no GET", minuteOfFaults},
	} {
		if !t.Run(fault.name, func(t *testing.T) { fault.cause(t, target) }) {
			testkit.Must(t, target.Reset(t.Context()))
		}
	}
}

const redisSession, token = "/session/redis/me", "/token/stateless/me"

// typed runs docker compose, and fails if it does.
func typed(t *testing.T, args ...string) {
	t.Helper()
	if out, ok := docker(t, append([]string{"compose"}, args...)...); !ok {
		t.Fatalf("docker compose %s: %s", strings.Join(args, " "), out)
	}
}

func killedReplica(t *testing.T, target *compose.Target) {
	app2 := contract.OfReplica(contract.ReplicaKilled, "app-2")
	l := startLoad(t, target.URL(), 1, redisSession, token)
	for range 3 {
		l.until(200)
		testkit.Must(t, target.Break(t.Context(), app2))
		l.until(1000)
		testkit.Must(t, target.Mend(t.Context(), app2))
	}
	seen := l.end()
	wantNoneLost(t, seen)
	t.Logf("%d GETs, the slowest took %s", len(seen), worst(seen))
	if took := worst(seen); took > 900*time.Millisecond { // 500 ms, and what a busy machine adds
		t.Errorf("a GET took %s", took)
	}
}

func silentReplica(t *testing.T, target *compose.Target) {
	l := startLoad(t, target.URL(), 2, redisSession, token)
	l.until(200)
	typed(t, "pause", "app-2")
	silent := time.Now()
	l.during(25 * time.Second)
	typed(t, "unpause", "app-2")
	seen := l.end()
	wantNoneLost(t, seen)
	const bound, slow = 5 * time.Second, time.Second
	var later, slowLater int
	for _, e := range seen {
		if e.sent.Sub(silent) > bound {
			later++
			if e.took > slow {
				slowLater++
			}
		}
	}
	t.Logf("%d GETs, the slowest took %s; after the first %s %d of %d took more than %s", len(seen), worst(seen), bound, slowLater, later, slow)
	if took := worst(seen); took > bound+900*time.Millisecond {
		t.Errorf("a GET took %s", took)
	}
	if slowLater*20 > later {
		t.Errorf("%d of %d GETs were slow", slowLater, later)
	}
}

// silentReplicaAndPOST sends logins. Of those that nginx sends to the silent replica none is sent to another as well: a
// login that is answered was done once, and one that was perhaps not done is a 502.
func silentReplicaAndPOST(t *testing.T, target *compose.Target) {
	typed(t, "pause", "app-3")
	const logins = 6
	statuses := map[int]int{}
	var slowest time.Duration
	for range logins {
		sent := time.Now()
		response := testkit.Send(t, http.MethodPost, target.URL()+"/session/redis/login", `{"username":"bob","password":"builder"}`)
		statuses[response.StatusCode]++
		slowest = max(slowest, time.Since(sent))
	}
	typed(t, "unpause", "app-3")
	t.Logf("%d logins: %v, the slowest took %s", logins, statuses, slowest)
	if statuses[http.StatusGatewayTimeout] != 1 || statuses[http.StatusOK] != logins-1 {
		t.Errorf("the statuses are %v: one login met the silent replica, and it was passed over then", statuses)
	}
	testkit.Must(t, target.Reset(t.Context()))
}

func restartedRedis(t *testing.T, target *compose.Target) {
	l := startLoad(t, target.URL(), 6, redisSession)
	l.until(500)
	stopped := time.Now()
	typed(t, "kill", "redis")
	typed(t, "start", "redis")
	started := time.Now()
	l.during(8 * time.Second)
	seen := l.end()
	var last exchange
	lost := 0
	for _, e := range seen {
		if e.wrong != "" {
			lost++
			if e.sent.Add(e.took).After(last.sent.Add(last.took)) {
				last = e
			}
		}
		if e.took > 2*time.Second {
			t.Errorf("a GET took %s: %s", e.took, e.wrong)
		}
	}
	after := last.sent.Add(last.took).Sub(started)
	t.Logf("Redis was away for %s; %d of %d GETs got no answer, the last of them %s after Redis was back", started.Sub(stopped), lost, len(seen), after)
	if lost == 0 {
		t.Error("no request has noticed")
	}
	if after > 1500*time.Millisecond {
		t.Errorf("service was back %s after Redis was: %s", after, last.wrong)
	}
	for _, e := range seen {
		if e.wrong != "" && !strings.HasPrefix(e.wrong, "503 ") {
			t.Errorf("%s: %s", e.what, e.wrong)
		}
	}
}

// minuteOfFaults does to the containers what people at a keyboard would do, in an order made by chance, one fault at a
// time: the next comes as soon as the one before is mended, also while nginx still passes replicas over.
func minuteOfFaults(t *testing.T, target *compose.Target) {
	seed := uint64(time.Now().UnixNano())
	chance := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	l := startLoad(t, target.URL(), 1, redisSession, token)
	faults := []func(replica string){
		func(replica string) { typed(t, "kill", replica); l.until(100); typed(t, "start", replica) },
		func(replica string) {
			typed(t, "pause", replica)
			l.during(3 * time.Second)
			typed(t, "unpause", replica)
		},
		func(replica string) { typed(t, "restart", replica) },
		func(string) { typed(t, "exec", "-T", "nginx", "nginx", "-s", "reload") },
	}
	count := make([]int, len(faults))
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		i := chance.IntN(len(faults))
		count[i]++
		faults[i]([]string{"app-1", "app-2", "app-3"}[chance.IntN(3)])
		l.until(100)
	}
	seen := l.end()
	wantNoneLost(t, seen)
	t.Logf("%d GETs, %v kills, pauses, restarts and reloads; the slowest took %s", len(seen), count, worst(seen))
	if len(seen) < 1000 {
		t.Errorf("%d GETs show little", len(seen))
	}
}
