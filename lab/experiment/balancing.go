package experiment

import (
	"context"
	"net/http"
)

const balanced = 30 // requests of one client

// roundRobin sends each request to the next replica.
func roundRobin() Experiment {
	return Experiment{
		Name: "round-robin",
		PredictedFor: func(replicas int) Predictions {
			return Predictions{
				SessionMemory:  known(balanced/replicas, balanced),
				SessionRedis:   known(balanced, balanced),
				SessionCookie:  known(balanced, balanced),
				TokenStateless: known(balanced, balanced),
				TokenRevocable: known(balanced, balanced),
				TokenCookie:    known(balanced, balanced),
			}
		},
		Choices: func(replicas int) []Outcome {
			return []Outcome{known(balanced/replicas, balanced), known(balanced, balanced), known(0, balanced)}
		},
		Run: send(RoundRobin, except(Basic)...),
	}
}

// sticky pins the client to the replica that it met first.
func sticky() Experiment {
	return Experiment{
		Name:      "sticky",
		Predicted: same(known(balanced, balanced), except(Basic)...),
		Run:       send(Sticky, except(Basic)...),
	}
}

// send logs a user in by each scheme, and counts how many of the requests that follow are known.
func send(policy string, schemes ...string) func(context.Context, *Trial) error {
	return func(ctx context.Context, trial *Trial) error {
		for _, scheme := range schemes {
			// One after the other: with the login as the request before the first, the round is known, and with it how
			// many of the 30 meet the replica that remembers.
			user, err := trial.LogIn(ctx, scheme, policy)
			if err != nil {
				return err
			}
			ok, replicas := 0, map[string]bool{}
			for range balanced {
				answer, err := user.Get(ctx, "/me")
				if err != nil {
					return err
				}
				replicas[answer.Replica] = true
				if answer.Status == http.StatusOK {
					ok++
				}
			}
			trial.Observe(scheme, known(ok, balanced), map[string]float64{
				"ok": float64(ok), "lost": float64(balanced - ok), "total": balanced, "replicas": float64(len(replicas)),
			})
		}
		return nil
	}
}

// stickyReplicaDies kills the replica that a client is pinned to.
func stickyReplicaDies() Experiment {
	return Experiment{
		Name: "sticky-replica-dies",
		PredictedFor: func(replicas int) Predictions {
			predicted := Predictions{
				Basic:          stays(),
				SessionMemory:  loggedOut(),
				SessionRedis:   stays(),
				SessionCookie:  stays(),
				TokenStateless: stays(),
				TokenRevocable: stays(),
				TokenCookie:    stays(),
			}
			if replicas == 1 { // no other replica is left to answer
				return same(status(http.StatusBadGateway), Schemes()...)
			}
			return predicted
		},
		Choices: these(stays(), loggedOut(), status(http.StatusServiceUnavailable)),
		Run: func(ctx context.Context, trial *Trial) error {
			replicas, err := trial.ReplicaNames(ctx)
			if err != nil {
				return err
			}
			pinned := replicas[0]
			users, err := trial.LoggedInAt(ctx, pinned, Schemes()...)
			if err != nil {
				return err
			}
			return during(ctx, trial.Target, killed(pinned), func() error {
				answers, err := users.get(ctx, "/me")
				for scheme, after := range answers {
					trial.Observe(scheme, loginOutcome(after.Status), map[string]float64{"status": float64(after.Status), "failover_ms": milliseconds(after.Took)})
				}
				return err
			})
		},
	}
}
