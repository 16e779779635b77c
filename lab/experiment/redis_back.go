package experiment

import (
	"context"
	"errors"
	"net/http"
)

// redisBack brings Redis back, once with its data and once empty.
func redisBack() Experiment {
	return Experiment{
		Name: "redis-back",
		Predicted: Predictions{
			SessionRedis:   backWithDataThenEmpty(stays(), loggedOut()),
			TokenRevocable: backWithDataThenEmpty(stays(), revokedLiveAgain()),
		},
		Run: func(ctx context.Context, b *Bench) error {
			var users [3]*User
			for i, scheme := range []string{SessionRedis, TokenRevocable, TokenRevocable} {
				user, err := b.Simulated(ctx, scheme)
				if err != nil {
					return err
				}
				if err := user.Login(ctx); err != nil {
					return err
				}
				users[i] = user
			}
			session, live, revoked := users[0], users[1], users[2]
			if err := revoked.Logout(ctx); err != nil {
				return err
			}
			if err := blink(ctx, b.Target, false); err != nil {
				return err
			}
			with, err := statuses(ctx, session, live, revoked)
			if err != nil {
				return err
			}
			if err := blink(ctx, b.Target, true); err != nil {
				return err
			}
			without, err := statuses(ctx, session, live, revoked)
			if err != nil {
				return err
			}
			b.Observe(SessionRedis, backWithDataThenEmpty(fate(with[0]), fate(without[0])), map[string]float64{
				"status_with_data": float64(with[0]), "status_empty": float64(without[0]),
			})
			b.Observe(TokenRevocable, backWithDataThenEmpty(tokensWithData(with[1], with[2]), revokedWhenEmpty(without[2])), map[string]float64{
				"revoked_with_data": float64(with[2]), "revoked_empty": float64(without[2]), "status_empty": float64(without[1]),
			})
			return nil
		},
	}
}

// backWithDataThenEmpty says what became of logins twice. What the empty Redis did is the graver.
func backWithDataThenEmpty(withData, empty Outcome) Outcome {
	return empty.Means.composed("then", withData, empty)
}

// tokensWithData says what a live token was worth, and a revoked one if it was not refused.
func tokensWithData(live, revoked int) Outcome {
	if revoked == http.StatusUnauthorized {
		return fate(live)
	}
	worth := replayedAfterLogout(revoked, 0)
	return worth.Means.composed("but-the-revoked", fate(live), worth)
}

// revokedWhenEmpty says what a revoked token was worth when the denylist was gone.
func revokedWhenEmpty(code int) Outcome {
	if code == http.StatusOK {
		return revokedLiveAgain()
	}
	worth := replayedAfterLogout(code, 0)
	return worth.Means.composed("revoked-are", worth)
}

func revokedLiveAgain() Outcome { return Dangerous.says("revoked-live-again") }

// blink stops Redis and starts it again, with its data or without.
func blink(ctx context.Context, target Target, flush bool) error {
	if err := target.Break(ctx, redisStopped()); err != nil {
		return err
	}
	if flush {
		if err := target.Flush(ctx); err != nil {
			return errors.Join(err, target.Mend(ctx, redisStopped()))
		}
	}
	return target.Mend(ctx, redisStopped())
}

func statuses(ctx context.Context, users ...*User) ([]int, error) {
	seen := make([]int, len(users))
	for i, user := range users {
		var err error
		if seen[i], err = user.Status(ctx, "/me"); err != nil {
			return nil, err
		}
	}
	return seen, nil
}
