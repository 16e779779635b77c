package experiment

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

const (
	latencyRounds   = 5
	latencyRequests = 5 // of each scheme, at each distance, in each round
)

// latency moves Redis away and takes the time of one request.
func latency() Experiment {
	return Experiment{
		Name:     "latency",
		Question: "Redis moves 1 ms and 5 ms away: how long does a request take?",
		Claim:    "Tokens are faster than sessions.",
		Predict:  whatever(with(always("flat", populatedSchemes()...), "grows", SessionRedis, TokenRevocable)),
		Run: func(ctx context.Context, b *Bench) error {
			const near, far = 0, 5 * time.Millisecond
			distances := []time.Duration{near, time.Millisecond, far}
			users, err := b.Populate(ctx, Sticky, 1, populatedSchemes()...)
			if err != nil {
				return err
			}
			took := map[string]map[time.Duration][]time.Duration{}
			for _, user := range users {
				took[user.Scheme] = map[time.Duration][]time.Duration{}
			}
			// All take turns, so that whatever else the machine does hits every scheme at every distance alike.
			for range latencyRounds {
				for _, away := range distances {
					if err := b.Target.DelayStore(ctx, away); err != nil {
						return err
					}
					for i := range latencyRequests * len(users) {
						user := users[i%len(users)]
						answer, err := user.visitPatiently(ctx)
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
				b.Observe(user.Scheme, growth(took[user.Scheme][near], took[user.Scheme][far]), measures)
			}
			return nil
		},
		Lesson: func(r Result) string {
			return fmt.Sprintf("With Redis 5 ms away a request with a session there took %.1f ms in place of %.1f, and one with a "+
				"revocable token %.1f ms in place of %.1f: both ask once. The session in memory (%.1f ms), the signed cookie (%.1f ms) "+
				"and the stateless token (%.1f ms) did not notice. What is fast is not to ask, with or without a token.",
				r.Measure(SessionRedis, "median_5ms"), r.Measure(SessionRedis, "median_0ms"),
				r.Measure(TokenRevocable, "median_5ms"), r.Measure(TokenRevocable, "median_0ms"),
				r.Measure(SessionMemory, "median_5ms"), r.Measure(SessionCookie, "median_5ms"), r.Measure(TokenStateless, "median_5ms"))
		},
	}
}

// growth says whether requests take longer when Redis is far. Noise only ever adds time, so the faster ones tell: the
// lower quartiles are compared. Who asks Redis waits 5 ms longer every time, also in the fastest request; who does not
// ask has nothing to wait for. So there is nothing near the middle, except for who asks only sometimes, and that is
// said. How fast the machine is does not matter: it is in both.
func growth(near, far []time.Duration) string {
	switch more := quartile(far) - quartile(near); {
	case more >= 4*time.Millisecond:
		return "grows"
	case more < 2500*time.Microsecond:
		return "flat"
	default:
		return fmt.Sprintf("grows by %.1f ms", milliseconds(more))
	}
}

func quartile(durations []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(durations))[len(durations)/4]
}
