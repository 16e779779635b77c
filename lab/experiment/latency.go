package experiment

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"authlab/lab/contract"
)

const (
	latencyRounds   = 5
	latencyRequests = 5 // of each scheme, at each distance, in each round
)

// latency delays Redis, and PostgreSQL if there is one, and measures how long a request takes.
func latency() Experiment {
	return Experiment{
		Name: "latency",
		Predicted: Predictions{
			SessionMemory:   staysFast(),
			SessionRedis:    growsSlower(),
			SessionCookie:   staysFast(),
			TokenStateless:  staysFast(),
			TokenRevocable:  growsSlower(),
			TokenCookie:     staysFast(),
			SessionPostgres: growsSlower(),
		},
		Choices: these(staysFast(), growsSlower()),
		Lesson:  postgresToo,
		Run: func(ctx context.Context, trial *Trial) error {
			const near, far = 0, 5 * time.Millisecond
			distances := []time.Duration{near, time.Millisecond, far}
			schemes, err := trial.withPostgres(ctx, except(Basic)...)
			if err != nil {
				return err
			}
			users, err := trial.Populate(ctx, Sticky, 1, schemes...)
			if err != nil {
				return err
			}
			took := map[string]map[time.Duration][]time.Duration{}
			for _, user := range users {
				took[user.Scheme] = map[time.Duration][]time.Duration{}
			}
			// All take turns, so that other work of the machine slows every scheme at every distance alike.
			for range latencyRounds {
				for _, away := range distances {
					if err := trial.moveRedis(ctx, away); err != nil {
						return err
					}
					for i := range latencyRequests * len(users) {
						user := users[i%len(users)]
						answer, err := user.visitWithRetries(ctx)
						if err != nil {
							return err
						}
						if answer.Status != http.StatusOK {
							return fmt.Errorf("%s: %d with Redis %s away", user.Scheme, answer.Status, away)
						}
						took[user.Scheme][away] = append(took[user.Scheme][away], answer.Took)
					}
				}
			}
			for _, user := range users {
				measures := map[string]float64{}
				for _, away := range distances {
					measures[fmt.Sprintf("median_%dms", away.Milliseconds())] = milliseconds(median(took[user.Scheme][away]))
				}
				trial.Observe(user.Scheme, growth(took[user.Scheme][near], took[user.Scheme][far]), measures)
			}
			return nil
		},
	}
}

func staysFast() Outcome   { return Meaning("").says("flat") }
func growsSlower() Outcome { return Costs.says("grows") }

// growth says whether requests take longer when Redis is far. Noise only ever adds time, so the lower quartiles are
// compared. A scheme that asks Redis waits 5 ms longer on every request, the fastest included; one that does not ask has
// nothing to wait for. A difference near the middle comes from a scheme that asks only sometimes, and is given as it is.
// How fast the machine is does not matter: it is in both.
func growth(near, far []time.Duration) Outcome {
	switch more := quartile(far) - quartile(near); {
	case more >= 4*time.Millisecond:
		return growsSlower()
	case more < 2500*time.Microsecond:
		return staysFast()
	default:
		return Costs.says("grows-by", "ms", milliseconds(more))
	}
}

// moveRedis moves Redis so far away; 0 brings it back.
func (trial *Trial) moveRedis(ctx context.Context, away time.Duration) error {
	slow := contract.Fault{Name: contract.RedisSlow, By: away}
	if away == 0 {
		return trial.Target.Mend(ctx, slow)
	}
	return trial.Target.Break(ctx, slow)
}
