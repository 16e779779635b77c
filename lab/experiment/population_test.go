package experiment

import (
	"context"
	"errors"
	"hash/fnv"
	"net/netip"
	"sync/atomic"
	"testing"

	"authlab/lab/contract"
	"authlab/lab/experiment/texts"
)

func TestSimulatedUsersHaveAddressesOfTheirOwnFromTheBenchmarkingRange(t *testing.T) {
	benchmarks, seen := netip.MustParsePrefix("198.18.0.0/15"), map[string]bool{}
	for i := 1; i <= contract.MaxUsers; i++ {
		address := contract.SimulatedAddress(i)
		if seen[address] || !benchmarks.Contains(netip.MustParseAddr(address)) {
			t.Fatalf("user %d has the address %s", i, address)
		}
		seen[address] = true
	}
	if got := contract.SimulatedAddress(1<<16 + 2); got != "198.19.0.2" {
		t.Errorf("the second half of the range is not reached: %s", got)
	}
}

func TestEachLetsEveryUserDoItOnceAndFewAtATime(t *testing.T) {
	people := make(population, 1000)
	done := make([]atomic.Int64, len(people))
	var now, most atomic.Int64
	err := people.each(t.Context(), func(_ context.Context, i int) error {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		done[i].Add(1)
		now.Add(-1)
		return nil
	})
	for i := range done {
		if n := done[i].Load(); n != 1 {
			t.Fatalf("user %d did it %d times", i, n)
		}
	}
	if err != nil || most.Load() > populationConcurrency {
		t.Errorf("%d at a time, error %v", most.Load(), err)
	}
	if err := (population{}).each(t.Context(), nil); err != nil {
		t.Errorf("no users: %v", err)
	}
}

func TestEachEndsWithTheFirstErrorAndWithItsContext(t *testing.T) {
	people, boom := make(population, 100_000), errors.New("boom")
	var done atomic.Int64
	err := people.each(t.Context(), func(context.Context, int) error { done.Add(1); return boom })
	if !errors.Is(err, boom) || done.Load() > populationConcurrency {
		t.Errorf("error %v after %d", err, done.Load())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := people.each(ctx, func(context.Context, int) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestRetryAsksAgainAndStopsWithItsContextOrAnError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	asked := 0
	err := retry(ctx, func() (bool, error) { asked++; cancel(); return true, nil })
	if asked != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("asked %d times, %v", asked, err)
	}
	asked = 0
	if err := retry(t.Context(), func() (bool, error) { asked++; return false, errUnhappy }); asked != 1 || !errors.Is(err, errUnhappy) {
		t.Errorf("asked %d times, %v", asked, err)
	}
}

var errUnhappy = errors.New("unhappy")

func TestUsersReachTheTrial(t *testing.T) {
	for n, want := range map[int]int{1: 1, 10_000: 10_000, 0: 1, 20_000: contract.MaxUsers} {
		got := 0
		e := Experiment{Run: func(_ context.Context, trial *Trial) error { got = trial.Users; return nil }}
		_, err := Run(t.Context(), "nowhere", nowhere{}, []Experiment{e}, func(int, int, string) {}, Users(n))
		if err != nil || got != want {
			t.Errorf("%d users became %d, %v", n, got, err)
		}
	}
	if trial := newTrial(nowhere{}, 3); trial.Users != DefaultUsers {
		t.Errorf("without a word there are %d", trial.Users)
	}
}

func TestHowManyIsSaidInWordsAndMeansHarmToAny(t *testing.T) {
	english := texts.Must(texts.English)
	for _, tt := range []struct {
		k, n  int
		want  string
		means Meaning
	}{{0, 5, "none", Kept}, {5, 5, "all", Lost}, {2, 5, "2 of 5", Lost}, {1, 1, "all", Lost}} {
		got := Lost.howMany(tt.k, tt.n)
		if text := got.In(english, "rolling-deploy"); text != tt.want || got.Means != tt.means {
			t.Errorf("%d of %d: %q, %s", tt.k, tt.n, text, got)
		}
	}
}

// With the balancer's hash, FNV-1a of the address modulo the replicas, the prediction of scale-out is right for every
// number of replicas and users; and other rules are told from it.
func TestHashShareIsManyForAModuloAndForNothingElse(t *testing.T) {
	sums := make([]uint32, contract.MaxUsers)
	for i := range sums {
		hash := fnv.New32a()
		_, _ = hash.Write([]byte(contract.SimulatedAddress(i + 1)))
		sums[i] = hash.Sum32()
	}
	for n := 1; n < contract.MaxReplicas; n++ {
		moved := 0
		for i, sum := range sums {
			if sum%uint32(n) != sum%uint32(n+1) {
				moved++
			}
			users := i + 1
			if users < 50*(n+1) {
				continue
			}
			if got := hashShare(moved, users, n); got.Key != "many" {
				t.Fatalf("%d of %d moved from %d replicas to %d: %s", moved, users, n, n+1, got)
			}
			if got := hashShare(users, users, n); got.Key != "all" {
				t.Fatalf("all moved: %s", got)
			}
			if got := hashShare(0, users, n); got.Key != "none" {
				t.Fatalf("none moved: %s", got)
			}
			if n > 1 && hashShare(users/(n+1), users, n).Key == "many" {
				t.Fatalf("a consistent hash from %d replicas on passes for a modulo, with %d users", n, users)
			}
		}
	}
}

func TestAfterTheLastRestartEveryUserHasVisited(t *testing.T) {
	const steps = contract.MaxUsers / visitorsAStep // until all users have had a turn
	for _, users := range []int{1, 200, visitorsAStep, visitorsAStep + 1, contract.MaxUsers} {
		d := deploy{people: make(population, 2*users)}
		for i := range d.people {
			d.people[i] = &User{Scheme: []string{SessionMemory, SessionRedis}[i/users]}
		}
		came := map[*User]int{}
		for step := range steps {
			visitors := d.visitors(step, users, false)
			if len(visitors) != 2*min(users, visitorsAStep) || len(visitors.of(SessionMemory)) != len(visitors.of(SessionRedis)) {
				t.Errorf("%d users, step %d: %d came", users, step, len(visitors))
			}
			for _, user := range visitors {
				came[user]++
			}
		}
		if len(came) != 2*users {
			t.Errorf("of %d users only %d came in %d steps: they do not take turns", 2*users, len(came), steps)
		}
		if n := len(d.visitors(steps, users, true)); n != 2*users {
			t.Errorf("after the last restart %d came", n)
		}
	}
}

func TestASpreadSaysHowManyReplicasWork(t *testing.T) {
	english := texts.Must(texts.English)
	people := population{{at: "app-1"}, {at: "app-3"}, {at: "app-3"}, {at: ""}}
	counts := people.spread([]string{"app-1", "app-2", "app-3"})
	measures := map[string]float64{}
	addCounts(measures, "at", counts)
	if measures["at_1"] != 1 || measures["at_2"] != 0 || measures["at_3"] != 2 || len(measures) != 3 {
		t.Errorf("spread %v", measures)
	}
	if got := spreadOf(counts, 3).In(english, "one-address"); got != "spread over 2 of 3" {
		t.Error(got)
	}
	if got := spreadOf([]int{0, 9, 0}, 3).In(english, "one-address"); got != "all on 1 of 3" {
		t.Error(got)
	}
}
