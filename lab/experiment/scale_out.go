package experiment

import (
	"context"
	"fmt"
)

// scaleOut adds a replica under people who are logged in, whom the balancer places by their address or by a cookie.
func scaleOut() Experiment {
	return Experiment{
		Name:     "scale-out",
		Question: "One more replica is started: how many are logged out under hash, and how many under sticky?",
		Claim:    "Adding a server does no harm to those who are logged in.",
		Predict:  whatever(with(always("none", populatedSchemes()...), "many / none", SessionMemory)),
		Run: func(ctx context.Context, b *Bench) error {
			if b.Replicas >= mostReplicas {
				return fmt.Errorf("%d replicas are the most: %w", b.Replicas, ErrNotOnTarget)
			}
			// Under hash it is a share that is predicted. Of fewer people than this for each replica a share says little.
			users := max(b.Users, 50*(b.Replicas+1))
			few := users / 4 // enough to ask whether anybody at all is moved
			hashed, err := b.Populate(ctx, Hash, users, populatedSchemes()...)
			if err != nil {
				return err
			}
			pinned, err := b.Populate(ctx, Sticky, few, populatedSchemes()...)
			if err != nil {
				return err
			}
			if err := b.Target.Scale(ctx, b.Replicas+1); err != nil {
				return err
			}
			byHash, err := hashed.relocate(ctx)
			if err != nil {
				return err
			}
			byCookie, err := pinned.relocate(ctx)
			if err != nil {
				return err
			}
			for _, scheme := range populatedSchemes() {
				hash, sticky := byHash[scheme], byCookie[scheme]
				b.Observe(scheme, onceIfSame(hashShare(hash.out, users, b.Replicas), howMany(sticky.out, few)), map[string]float64{
					"users": float64(users), "hash_moved": float64(hash.moved), "hash_logged_out": float64(hash.out),
					"sticky_users": float64(few), "sticky_moved": float64(sticky.moved), "sticky_logged_out": float64(sticky.out),
				})
			}
			return nil
		},
		Lesson: func(r Result) string {
			users := r.Measure(SessionMemory, "users")
			return fmt.Sprintf("Under hash one more replica moved %.0f of %.0f people, because what is left of an address divided by the number "+
				"of replicas changes with that number; %.0f of those with a session in memory were logged out. The sticky cookie "+
				"moved %.0f of %.0f, and so gave the new replica nothing to do. A session in Redis, a signed cookie and a token "+
				"moved just as often and lost nothing.",
				r.Measure(SessionMemory, "hash_moved"), users, r.Measure(SessionMemory, "hash_logged_out"),
				r.Measure(SessionMemory, "sticky_moved"), r.Measure(SessionMemory, "sticky_users"))
		},
	}
}

// A relocation is how many people of a scheme came to another replica, and how many were not known there.
type relocation struct{ moved, out int }

// relocate sends everybody to a page, and counts by scheme.
func (p population) relocate(ctx context.Context) (map[string]relocation, error) {
	before := p.places()
	found, err := p.visit(ctx)
	if err != nil {
		return nil, err
	}
	if len(found.unserved) > 0 {
		return nil, fmt.Errorf("%d people were not served", len(found.unserved))
	}
	count := map[string]relocation{}
	for i, user := range p {
		if user.at != before[i] {
			c := count[user.Scheme]
			c.moved++
			count[user.Scheme] = c
		}
	}
	for _, user := range found.out {
		c := count[user.Scheme]
		c.out++
		count[user.Scheme] = c
	}
	return count, nil
}

// onceIfSame says what was seen under each of two policies, and once what is the same under both.
func onceIfSame(hash, sticky string) string {
	if hash == sticky {
		return hash
	}
	return hash + " / " + sticky
}

// hashShare says "many" if as many were logged out as a modulo moves when n replicas become n+1: n in n+1, so that one in
// n+1 stays. Half as many or half as many again may stay. That is wide enough for the addresses not being dealt out
// perfectly (they are the same in every run, and so is the count), and too narrow for what would be another rule:
// everybody moves, nobody does, or only one in n+1 moves, as under a consistent hash.
func hashShare(out, users, n int) string {
	stayed := users - out
	if expected := float64(users) / float64(n+1); out > 0 && float64(stayed) > 0.5*expected && float64(stayed) < 1.5*expected {
		return "many"
	}
	return howMany(out, users)
}
