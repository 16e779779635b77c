package experiment

import (
	"context"
	"net/http"
)

// redisDown stops Redis while users are logged in.
func redisDown() Experiment {
	return Experiment{
		Name: "redis-down",
		Predicted: Predictions{
			Basic:          stays(),
			SessionMemory:  stays(),
			SessionRedis:   status(http.StatusServiceUnavailable),
			SessionCookie:  stays(),
			TokenStateless: stays(),
			TokenRevocable: status(http.StatusServiceUnavailable),
			TokenCookie:    stays(),
		},
		Choices: these(stays(), loggedOut(), status(http.StatusServiceUnavailable)),
		Run: func(ctx context.Context, trial *Trial) error {
			users, err := trial.LoggedIn(ctx, Schemes()...)
			if err != nil {
				return err
			}
			var answers map[string]Answer
			err = during(ctx, trial.Target, redisStopped(), func() (err error) {
				answers, err = users.get(ctx, "/me")
				return err
			})
			if err != nil {
				return err
			}
			afterwards, err := users.get(ctx, "/me")
			for scheme, after := range afterwards {
				during := answers[scheme]
				trial.Observe(scheme, duringOutage(during, after.Status), map[string]float64{
					"status": float64(during.Status), "ms": milliseconds(during.Took), "status_after": float64(after.Status),
				})
			}
			return err
		},
	}
}

// duringOutage says what became of a login while Redis was down, and what else happened to it that should not.
func duringOutage(during Answer, again int) Outcome {
	observed := loginOutcome(during.Status)
	if during.SetCookie {
		observed = observed.Means.composed("cookie-touched", observed)
	}
	if again != http.StatusOK {
		observed = loginOutcome(again).Means.composed("when-redis-was-back", observed, status(again))
	}
	return observed
}
