package experiment

import (
	"context"
	"fmt"

	"authlab/lab/contract"
)

// scaleOut adds a replica while users are logged in. The balancer places some by their address, and some by a cookie.
func scaleOut() Experiment {
	return Experiment{
		Name: "scale-out",
		Predicted: Predictions{
			SessionMemory:  underEach(many(), Kept.says("none")),
			SessionRedis:   Kept.says("none"),
			SessionCookie:  Kept.says("none"),
			TokenStateless: Kept.says("none"),
			TokenRevocable: Kept.says("none"),
			TokenCookie:    Kept.says("none"),
		},
		Run: func(ctx context.Context, trial *Trial) error {
			if trial.Replicas >= contract.MaxReplicas {
				return fmt.Errorf("%d replicas are the most: %w", trial.Replicas, ErrNotOnTarget)
			}
			// Under hash it is a share that is predicted. Of fewer people than this for each replica a share says little.
			users := max(trial.Users, 50*(trial.Replicas+1))
			few := users / 4 // enough to see whether any user is moved
			hashed, err := trial.Populate(ctx, Hash, users, except(Basic)...)
			if err != nil {
				return err
			}
			pinned, err := trial.Populate(ctx, Sticky, few, except(Basic)...)
			if err != nil {
				return err
			}
			if err := trial.Target.Scale(ctx, trial.Replicas+1); err != nil {
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
			for _, scheme := range except(Basic) {
				hash, sticky := byHash[scheme], byCookie[scheme]
				trial.Observe(scheme, underEach(hashShare(hash.out, users, trial.Replicas), Lost.howMany(sticky.out, few)), map[string]float64{
					"users": float64(users), "hash_moved": float64(hash.moved), "hash_logged_out": float64(hash.out),
					"sticky_users": float64(few), "sticky_moved": float64(sticky.moved), "sticky_logged_out": float64(sticky.out),
				})
			}
			return nil
		},
	}
}

// A relocation is how many users of a scheme were sent to another replica than before, and how many were logged out.
type relocation struct{ moved, out int }

// relocate lets every user ask for a page, and counts by scheme.
func (p population) relocate(ctx context.Context) (map[string]relocation, error) {
	before := make([]string, len(p)) // the replica that each was at
	for i, user := range p {
		before[i] = user.at
	}
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

// underEach says what was seen under hash and under sticky, and once what is the same under both.
func underEach(hash, sticky Outcome) Outcome {
	if hash.Equal(sticky) {
		return hash
	}
	return Meaning("").composed("either", hash, sticky)
}

func many() Outcome { return Lost.says("many") }

// hashShare says "many" if as many were logged out as a modulo moves when n replicas become n+1: n in n+1, so that one in
// n+1 stays. Half as many or half as many again may stay. That is wide enough for addresses that are not spread evenly
// (they are the same in every run, and so is the count), and too narrow for another rule: all users move, none does, or
// only one in n+1 does, as under a consistent hash.
func hashShare(out, users, n int) Outcome {
	stayed := users - out
	if expected := float64(users) / float64(n+1); out > 0 && float64(stayed) > 0.5*expected && float64(stayed) < 1.5*expected {
		return many()
	}
	return Lost.howMany(out, users)
}
