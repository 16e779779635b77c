package experiment

import (
	"context"
	"net/http"
)

// revokedToken is the login whose token has been logged out.
const revokedToken = TokenRevocable + " revoked"

// redisBack brings Redis back, once with its data and once empty.
func redisBack() Experiment {
	return Experiment{
		Name: "redis-back",
		Predicted: Predictions{
			SessionRedis:   backWithDataThenEmpty(stays(), loggedOut()),
			TokenRevocable: backWithDataThenEmpty(stays(), revokedLiveAgain()),
		},
		Run: func(ctx context.Context, trial *Trial) error {
			users, err := trial.LoggedIn(ctx, SessionRedis, TokenRevocable)
			if err != nil {
				return err
			}
			revoked, err := trial.LogIn(ctx, TokenRevocable, Sticky)
			if err != nil {
				return err
			}
			if err := revoked.Logout(ctx); err != nil {
				return err
			}
			users[revokedToken] = revoked
			with, err := afterRestart(ctx, trial.Target, users, func() error { return nil })
			if err != nil {
				return err
			}
			without, err := afterRestart(ctx, trial.Target, users, func() error { return trial.Target.Flush(ctx) })
			if err != nil {
				return err
			}
			session := backWithDataThenEmpty(loginOutcome(with[SessionRedis]), loginOutcome(without[SessionRedis]))
			trial.Observe(SessionRedis, session, map[string]float64{
				"status_with_data": float64(with[SessionRedis]), "status_empty": float64(without[SessionRedis]),
			})
			tokens := backWithDataThenEmpty(tokensWithData(with[TokenRevocable], with[revokedToken]), revokedWhenEmpty(without[revokedToken]))
			trial.Observe(TokenRevocable, tokens, map[string]float64{
				"revoked_with_data": float64(with[revokedToken]), "revoked_empty": float64(without[revokedToken]),
				"status_empty": float64(without[TokenRevocable]),
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
		return loginOutcome(live)
	}
	worth := replayedAfterLogout(revoked, 0)
	return worth.Means.composed("but-the-revoked", loginOutcome(live), worth)
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

// afterRestart stops Redis, does something, starts it again, and tells the status of each user's page.
func afterRestart(ctx context.Context, target Target, users Logins, meanwhile func() error) (map[string]int, error) {
	if err := during(ctx, target, redisStopped(), meanwhile); err != nil {
		return nil, err
	}
	answers, err := users.get(ctx, "/me")
	statuses := map[string]int{}
	for login, answer := range answers {
		statuses[login] = answer.Status
	}
	return statuses, err
}
