package experiment

import (
	"context"
	"fmt"
	"slices"
)

// classSize is how many people are behind one address at the most. More would come to the same.
const classSize = 60

// theSchool is the one address of a whole class, from a range that is set aside for examples (RFC 5737).
const theSchool = "203.0.113.1"

// oneAddress lets people log in from addresses of their own, and then come from behind one.
func oneAddress() Experiment {
	return Experiment{
		Name:     "one-address",
		Question: "A whole class is behind one address, and the balancer hashes addresses: who does the work?",
		Claim:    "Hashing the client's address spreads the load.",
		Predict: func(replicas int) map[string]string {
			return always(spreadOf([]int{1}, replicas), populatedSchemes()...)
		},
		Run: func(ctx context.Context, b *Bench) error {
			replicas, err := b.Target.Replicas(ctx)
			if err != nil {
				return err
			}
			class := min(b.Users, classSize)
			people, err := b.Populate(ctx, Hash, class, populatedSchemes()...)
			if err != nil {
				return err
			}
			own := map[string][]int{}
			for _, scheme := range populatedSchemes() {
				own[scheme] = people.of(scheme).spread(replicas)
			}
			for _, user := range people {
				user.address = theSchool
			}
			found, err := people.visit(ctx)
			if err != nil {
				return err
			}
			for _, scheme := range populatedSchemes() {
				one := people.of(scheme).spread(replicas)
				measures := map[string]float64{
					"users": float64(class), "own_busiest": float64(slices.Max(own[scheme])), "one_busiest": float64(slices.Max(one)),
					"logged_out": float64(len(found.out.of(scheme))),
				}
				notes(measures, "own", own[scheme])
				notes(measures, "one", one)
				b.Observe(scheme, spreadOf(one, len(replicas)), measures)
			}
			return nil
		},
		Lesson: func(r Result) string {
			return fmt.Sprintf("From addresses of their own, the busiest replica had %.0f of %.0f people; from behind one address it had "+
				"%.0f, and the others nothing to do. That is the same for every scheme, because the balancer looks at the address and "+
				"not at the login. Coming from another address than before is enough to be sent to another replica: %.0f with a "+
				"session in memory were logged out by it, and %.0f with one in Redis.",
				r.Measure(SessionMemory, "own_busiest"), r.Measure(SessionMemory, "users"), r.Measure(SessionMemory, "one_busiest"),
				r.Measure(SessionMemory, "logged_out"), r.Measure(SessionRedis, "logged_out"))
		},
	}
}

// spreadOf says in how many places the work is done.
func spreadOf(counts []int, replicas int) string {
	busy := 0
	for _, n := range counts {
		if n > 0 {
			busy++
		}
	}
	if busy == 1 {
		return fmt.Sprintf("all on 1 of %d", replicas)
	}
	return fmt.Sprintf("spread over %d of %d", busy, replicas)
}
