package experiment

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"authlab/lab/contract"
)

// believedFor are how many seconds each replica believes a session that it has looked up.
func believedFor() []int { return []int{0, 5, 30} }

// cachedSession has each replica believe a session for a while, counts the lookups for many requests, and finds for how long a
// session that was logged out at one replica is good at another. A token, which is never looked up, is the far end of it.
func cachedSession() Experiment {
	const requests = 30
	return Experiment{
		Name: "cached-session",
		PredictedFor: func(replicas int) Predictions {
			elsewhere := func(seconds int) time.Duration {
				if replicas == 1 { // what the replica itself has ended, it knows
					return 0
				}
				return time.Duration(seconds) * time.Second
			}
			return Predictions{
				SessionRedis:   Meaning("").composed("by-time", lookedUp(requests, 0), lookedUp(replicas, elsewhere(5)), lookedUp(replicas, elsewhere(30))),
				TokenStateless: lookedUp(0, 15*time.Minute),
			}
		},
		Run: func(ctx context.Context, trial *Trial) error {
			replicas, err := trial.ReplicaNames(ctx)
			if err != nil {
				return err
			}
			measures := map[string]float64{"requests": requests}
			var parts []Outcome
			for _, seconds := range believedFor() {
				if err := trial.Target.Set(ctx, contract.Settings{StaleSessionsSeconds: seconds}); err != nil {
					return err
				}
				lookups, in, err := trial.lookupsAndAfterlife(ctx, SessionRedis, requests, replicas, []time.Duration{0, time.Duration(seconds) * time.Second})
				if err != nil {
					return err
				}
				parts = append(parts, lookedUp(lookups, in))
				suffix := "_" + strconv.Itoa(seconds)
				measures["lookups"+suffix], measures["in_s"+suffix] = float64(lookups), in.Seconds()
			}
			trial.Observe(SessionRedis, Meaning("").composed("by-time", parts[0], parts[1], parts[2]), measures)
			lookups, in, err := trial.lookupsAndAfterlife(ctx, TokenStateless, requests, replicas, []time.Duration{0, time.Minute, 15 * time.Minute})
			if err != nil {
				return err
			}
			trial.Observe(TokenStateless, lookedUp(lookups, in), map[string]float64{
				"requests": requests, "lookups": float64(lookups), "in_minutes": in.Minutes(),
			})
			return nil
		},
	}
}

// lookupsAndAfterlife logs a user in, and counts the lookups for requests to all replicas; then see afterLogout.
func (trial *Trial) lookupsAndAfterlife(ctx context.Context, scheme string, requests int, replicas []string, at []time.Duration) (lookups int, in time.Duration, err error) {
	user, err := trial.LogIn(ctx, scheme, RoundRobin)
	if err != nil {
		return 0, 0, err
	}
	if lookups, err = user.lookups(ctx, requests); err != nil {
		return 0, 0, err
	}
	in, err = user.afterLogout(ctx, trial.Target, replicas, at)
	return lookups, in, err
}

// lookups counts how often a session store or a denylist is asked for many requests.
func (u *User) lookups(ctx context.Context, requests int) (count int, err error) {
	for range requests {
		answer, err := u.Page(ctx, "/me")
		if err != nil {
			return 0, err
		}
		count += answer.Timing["store"]
	}
	return count, nil
}

// afterLogout logs the user out at the first replica, and finds at which of some times after it a copy of the credential is refused
// at the last. Without replicas it does not choose where.
func (u *User) afterLogout(ctx context.Context, target Target, replicas []string, at []time.Duration) (time.Duration, error) {
	copied := u.Copy()
	if len(replicas) > 0 {
		for replica, client := range map[string]*User{replicas[0]: u, replicas[len(replicas)-1]: copied} {
			if _, err := client.StatusAt(ctx, replica); err != nil {
				return 0, err
			}
		}
	}
	if err := u.Logout(ctx); err != nil {
		return 0, err
	}
	return refusedAfter(ctx, target, at, func() (int, error) { return copied.Status(ctx, "/me") })
}

// refusedAfter lets time pass, and asks at each of some times from now, until the answer is 401. goesOn: it never is.
func refusedAfter(ctx context.Context, target Target, at []time.Duration, ask func() (status int, err error)) (time.Duration, error) {
	passed := time.Duration(0)
	for _, in := range at {
		if in > passed {
			if err := target.Advance(ctx, in-passed); err != nil {
				return 0, err
			}
			passed = in
		}
		if status, err := ask(); err != nil || status == http.StatusUnauthorized {
			return in, err
		}
	}
	return goesOn, nil
}

// lookedUp says how often a session was looked up, and how long it was good after its end.
func lookedUp(lookups int, in time.Duration) Outcome {
	switch {
	case in == goesOn:
		return Dangerous.says("in-for-longer", "lookups", lookups)
	case in == 0:
		return Kept.says("out-at-once", "lookups", lookups)
	case in >= time.Minute:
		return Dangerous.says("in-for-minutes", "lookups", lookups, "minutes", in.Minutes())
	}
	return Dangerous.says("in-for-seconds", "lookups", lookups, "seconds", in.Seconds())
}
