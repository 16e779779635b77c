package experiment

import (
	"context"
	"slices"
)

// classSize is how many people are behind one address at the most. More would come to the same.
const classSize = 60

// classAddress is the one address of a whole class, from a range that is set aside for examples (RFC 5737).
const classAddress = "203.0.113.1"

// oneAddress lets people log in from addresses of their own, and then come from behind one.
func oneAddress() Experiment {
	return Experiment{
		Name: "one-address",
		PredictedFor: func(replicas int) Predictions {
			return same(allOnOne(replicas), except(Basic)...)
		},
		Run: func(ctx context.Context, trial *Trial) error {
			replicas, err := trial.ReplicaNames(ctx)
			if err != nil {
				return err
			}
			class := min(trial.Users, classSize)
			people, err := trial.Populate(ctx, Hash, class, except(Basic)...)
			if err != nil {
				return err
			}
			own := map[string][]int{}
			for _, scheme := range except(Basic) {
				own[scheme] = people.of(scheme).spread(replicas)
			}
			for _, user := range people {
				user.address = classAddress
			}
			found, err := people.visit(ctx)
			if err != nil {
				return err
			}
			for _, scheme := range except(Basic) {
				one := people.of(scheme).spread(replicas)
				measures := map[string]float64{
					"users": float64(class), "own_busiest": float64(slices.Max(own[scheme])), "one_busiest": float64(slices.Max(one)),
					"logged_out": float64(len(found.out.of(scheme))),
				}
				addCounts(measures, "own", own[scheme])
				addCounts(measures, "one", one)
				trial.Observe(scheme, spreadOf(one, len(replicas)), measures)
			}
			return nil
		},
	}
}

func allOnOne(replicas int) Outcome { return Meaning("").says("all-on-one", "replicas", replicas) }

// spreadOf says how many of the replicas do the work.
func spreadOf(counts []int, replicas int) Outcome {
	busy := 0
	for _, n := range counts {
		if n > 0 {
			busy++
		}
	}
	if busy == 1 {
		return allOnOne(replicas)
	}
	return Meaning("").says("spread", "busy", busy, "replicas", replicas)
}
