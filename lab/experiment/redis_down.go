package experiment

import (
	"context"
	"errors"
	"net/http"
)

// redisDown stops Redis under people who are logged in.
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
		Run: func(ctx context.Context, b *Bench) (err error) {
			users, err := b.LoggedIn(ctx, Schemes()...)
			if err != nil {
				return err
			}
			if err := b.Target.Break(ctx, redisStopped()); err != nil {
				return err
			}
			answers := map[string]Answer{}
			for _, scheme := range Schemes() {
				if answers[scheme], err = users[scheme].Get(ctx, "/me"); err != nil {
					return errors.Join(err, b.Target.Mend(ctx, redisStopped()))
				}
			}
			if err := b.Target.Mend(ctx, redisStopped()); err != nil {
				return err
			}
			for _, scheme := range Schemes() {
				again, err := users[scheme].Status(ctx, "/me")
				if err != nil {
					return err
				}
				during := answers[scheme]
				b.Observe(scheme, duringOutage(during, again), map[string]float64{
					"status": float64(during.Status), "ms": milliseconds(during.Took), "status_after": float64(again),
				})
			}
			return nil
		},
	}
}

// duringOutage says what became of a login while Redis was down, and what else happened to it that should not.
func duringOutage(during Answer, again int) Outcome {
	observed := fate(during.Status)
	if during.SetCookie {
		observed = observed.Means.composed("cookie-touched", observed)
	}
	if again != http.StatusOK {
		observed = fate(again).Means.composed("when-redis-was-back", observed, status(again))
	}
	return observed
}
