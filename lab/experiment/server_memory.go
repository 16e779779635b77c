package experiment

import (
	"context"
	"slices"
)

// weighedUsers is how many users log in at the most. Each leaves as many bytes as the others, so more would not change
// the result.
const weighedUsers = 1000

// serverMemory counts the bytes that the server keeps about users who are logged in.
func serverMemory() Experiment {
	return Experiment{
		Name: "server-memory",
		Predicted: Predictions{
			SessionMemory:  Costs.says("replica"),
			SessionRedis:   Costs.says("redis"),
			SessionCookie:  nothingKept(),
			TokenStateless: nothingKept(),
			TokenRevocable: andRevoked(nothingKept()),
			TokenCookie:    nothingKept(),
		},
		Run: func(ctx context.Context, trial *Trial) error {
			for _, scheme := range except(Basic) {
				w, err := trial.weigh(ctx, scheme)
				if err != nil {
					return err
				}
				trial.Observe(scheme, w.outcome(), w.measures())
			}
			return nil
		},
	}
}

// A weighing is what the users of one scheme left at the server. Redis is emptied to see whether a login needs what it
// left there. A login with an access token goes on without it: what it left in Redis is for the refresh token.
type weighing struct {
	users, leavers int
	replicas       int64 // bytes that the logins left in the replicas' memory
	store          int64 // and in Redis
	asked          int   // users who were asked when Redis had been emptied
	survived       int   // and were still known
	growth         int64 // bytes that came when the leavers logged out
	refused        int   // credentials of leavers that were refused afterwards
}

// weigh logs users in, empties Redis, asks every tenth user, and lets those who are still known log out.
func (trial *Trial) weigh(ctx context.Context, scheme string) (weighing, error) {
	w := weighing{users: min(trial.Users, weighedUsers)}
	if err := trial.Target.Flush(ctx); err != nil {
		return w, err
	}
	var people population
	var err error
	w.replicas, w.store, err = added(ctx, trial.Target, func() (err error) {
		people, err = trial.Populate(ctx, Sticky, w.users, scheme)
		return err
	})
	if err != nil {
		return w, err
	}
	if err := trial.Target.Flush(ctx); err != nil {
		return w, err
	}
	tenth := people.where(func(i int) bool { return i%10 == 0 })
	found, err := tenth.visit(ctx)
	if err != nil {
		return w, err
	}
	w.asked, w.survived = len(tenth), len(found.known)
	return w, w.logOut(ctx, trial.Target, found.known)
}

// logOut lets the leavers log out, and shows the server their old credentials again.
func (w *weighing) logOut(ctx context.Context, target Target, leavers population) error {
	copies := slices.Clone(leavers)
	for i, user := range leavers {
		copies[i] = user.Copy()
	}
	replicas, store, err := added(ctx, target, func() error {
		return leavers.each(ctx, func(ctx context.Context, i int) error { return leavers[i].Logout(ctx) })
	})
	if err != nil {
		return err
	}
	found, err := copies.visit(ctx)
	w.leavers, w.growth, w.refused = len(leavers), replicas+store, len(found.out)
	return err
}

// added is how many bytes came to the replicas' memory and to Redis while something was done.
func added(ctx context.Context, target Target, do func() error) (replicas, store int64, err error) {
	before, err := target.Bytes(ctx)
	if err != nil {
		return 0, 0, err
	}
	if err := do(); err != nil {
		return 0, 0, err
	}
	after, err := target.Bytes(ctx)
	return after.Replicas - before.Replicas, after.Redis - before.Redis, err
}

// outcome says in which places a login is kept, and whether logging out leaves something by which the server refuses it.
func (w weighing) outcome() Outcome {
	place := nothingKept()
	switch {
	case w.survived != 0 && w.survived != w.asked:
		return Costs.says("some-need-redis", "count", w.asked-w.survived, "total", w.asked)
	case w.replicas > 0 && w.survived == 0:
		place = Costs.says("replica-and-redis")
	case w.replicas > 0:
		place = Costs.says("replica")
	case w.survived == 0:
		place = Costs.says("redis")
	}
	if w.growth > 0 && w.refused == w.leavers {
		return andRevoked(place)
	}
	return place
}

func nothingKept() Outcome             { return Meaning("").says("nothing") }
func andRevoked(place Outcome) Outcome { return Costs.composed("and-revoked", place) }

func (w weighing) measures() map[string]float64 {
	inUse, refresh := w.replicas, w.store
	if w.survived == 0 {
		inUse, refresh = w.replicas+w.store, 0
	}
	const manyUsers, mb = 10_000, 1e6
	each, refreshEach := float64(inUse)/float64(w.users), float64(refresh)/float64(w.users)
	return map[string]float64{
		"users": float64(w.users), "logged_out": float64(w.leavers),
		"bytes_per_user": each, "mb_for_10000_users": each * manyUsers / mb,
		"refresh_bytes_per_user": refreshEach, "refresh_mb_for_10000_users": refreshEach * manyUsers / mb,
		"bytes_per_logout": float64(w.growth) / float64(max(w.leavers, 1)),
	}
}
