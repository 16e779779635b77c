package experiment

import (
	"context"
	"fmt"
	"net/http"
)

const balanced = 30 // requests of one client

// balancedSchemes are all but basic, which brings everything with every request and has nothing to lose on the way.
func balancedSchemes() []string { return except(Basic) }

// roundRobin sends each request to the next replica.
func roundRobin() Experiment {
	return Experiment{
		Name:     "round-robin",
		Question: "One login, 30 requests, every request at the next replica: how many still know me?",
		Claim:    "Sessions do not work behind a load balancer.",
		Predict: func(replicas int) map[string]string {
			return with(always(share(balanced), balancedSchemes()...), share(balanced/replicas), SessionMemory)
		},
		Run: send(RoundRobin),
		Lesson: func(r Result) string {
			return fmt.Sprintf("Only the session in one replica's own memory got lost, on %.0f of %d requests. A session in Redis "+
				"did as well behind the balancer as a token: what matters is where the truth is kept, not cookie or header.",
				balanced-r.Measure(SessionMemory, "ok"), balanced)
		},
	}
}

// sticky pins the client to the replica that it met first.
func sticky() Experiment {
	return Experiment{
		Name:     "sticky",
		Question: "The same, pinned to one replica: how many still know me?",
		Claim:    "Sticky sessions solve it.",
		Predict:  whatever(always(share(balanced), balancedSchemes()...)),
		Run:      send(Sticky),
		Lesson: func(r Result) string {
			return fmt.Sprintf("As long as the replica lives, pinning makes even its own memory enough: %.0f of %d. It costs the "+
				"freedom to send a request elsewhere, which the next experiment needs.", r.Measure(SessionMemory, "ok"), balanced)
		},
	}
}

func share(ok int) string { return fmt.Sprintf("%d/%d", ok, balanced) }

func send(policy string) func(context.Context, *Bench) error {
	return func(ctx context.Context, b *Bench) error {
		for _, scheme := range balancedSchemes() {
			// One after the other: with the login as the request before the first, the round is known, and with it how
			// many of the 30 meet the replica that remembers.
			user, err := b.Simulated(ctx, scheme)
			if err != nil {
				return err
			}
			user.Policy = policy
			if err := user.Login(ctx); err != nil {
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
			b.Observe(scheme, share(ok), map[string]float64{"ok": float64(ok), "total": balanced, "replicas": float64(len(replicas))})
		}
		return nil
	}
}

// stickyReplicaDies kills the replica that a client is pinned to.
func stickyReplicaDies() Experiment {
	return Experiment{
		Name:     "sticky-replica-dies",
		Question: "The replica that I am pinned to is killed: am I logged out?",
		Claim:    "With sticky sessions it does not matter where the session is.",
		Predict: func(replicas int) map[string]string {
			if replicas == 1 {
				return always(fate(http.StatusBadGateway), Schemes()...) // nobody is left to answer
			}
			return with(always(fate(http.StatusOK), except(SessionMemory)...), fate(http.StatusUnauthorized), SessionMemory)
		},
		Run: func(ctx context.Context, b *Bench) error {
			replicas, err := b.Target.Replicas(ctx)
			if err != nil {
				return err
			}
			pinned := replicas[0].Name
			users, err := b.LoggedInAt(ctx, pinned, Schemes()...)
			if err != nil {
				return err
			}
			if err := b.Target.Kill(ctx, pinned); err != nil {
				return err
			}
			for _, scheme := range Schemes() {
				after, err := users[scheme].Get(ctx, "/me")
				if err != nil {
					return err
				}
				b.Observe(scheme, fate(after.Status), map[string]float64{"status": float64(after.Status), "failover_ms": milliseconds(after.Took)})
			}
			return b.Target.Start(ctx, pinned)
		},
		Lesson: says("The balancer sent everybody on to another replica without a lost request. Whose session was in the dead " +
			"replica's memory was logged out; whoever had it in Redis, in the cookie or in a token noticed nothing."),
	}
}
