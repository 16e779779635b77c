package experiment

import (
	"cmp"
	"context"
	"net/http"
	"time"
)

// step is how far apart the requests of a busy user are: shorter than any login lasts without use.
const step = 10 * time.Minute

// expiry lets time pass for one user who sends requests and one who does not.
func expiry() Experiment {
	return Experiment{
		Name: "expiry",
		Predicted: Predictions{
			Basic:          nothingEnds(),
			SessionMemory:  idleAndAbsolute(),
			SessionRedis:   idleAndAbsolute(),
			SessionCookie:  idleAndAbsolute(),
			TokenStateless: expEnds(),
			TokenRevocable: expEnds(),
			TokenCookie:    expEnds(),
		},
		Run: func(ctx context.Context, trial *Trial) error {
			const longest = 24 * time.Hour // by then every login but basic's should be over
			resting, err := trial.LoggedIn(ctx, Schemes()...)
			if err != nil {
				return err
			}
			said := map[string]time.Duration{} // what the server says is left
			start := time.Now()
			for _, scheme := range except(Basic) {
				end, err := resting[scheme].ExpiresAt(ctx)
				if err != nil {
					return err
				}
				said[scheme] = end.Sub(start)
			}
			working, err := trial.LoggedIn(ctx, Schemes()...)
			if err != nil {
				return err
			}
			ended := map[string]time.Duration{} // when the busy user was refused
			rested := map[string]int{}          // what the resting user found a step after their time was over
			for passed := step; passed <= longest; passed += step {
				if err := trial.Target.Advance(ctx, step); err != nil {
					return err
				}
				for _, scheme := range except(Basic) {
					if _, over := ended[scheme]; !over {
						status, err := working[scheme].Status(ctx, "/me")
						if err != nil {
							return err
						}
						if status != http.StatusOK {
							ended[scheme] = passed
						}
					}
					if _, asked := rested[scheme]; !asked && passed > said[scheme] {
						if rested[scheme], err = resting[scheme].Status(ctx, "/me"); err != nil {
							return err
						}
					}
				}
				if len(ended) == len(except(Basic)) && passed >= 9*time.Hour {
					break
				}
			}
			// Neither use nor rest ends a password, so it is asked once, when all others are over.
			if status, err := working[Basic].Status(ctx, "/me"); err != nil {
				return err
			} else if status != http.StatusOK {
				ended[Basic] = longest
			}
			for _, scheme := range Schemes() {
				trial.Observe(scheme, whatEnds(said[scheme], ended[scheme], rested[scheme]), map[string]float64{
					"said_minutes": said[scheme].Round(time.Minute).Minutes(), "busy_minutes": ended[scheme].Minutes(),
					"busy_hours":    ended[scheme].Hours(),
					"rested_status": float64(rested[scheme]),
				})
			}
			return nil
		},
	}
}

func nothingEnds() Outcome     { return Meaning("").says("nothing") }
func idleAndAbsolute() Outcome { return Meaning("").says("idle-and-absolute") }
func expEnds() Outcome         { return Meaning("").says("exp") }

// whatEnds tells from three measurements what ends a login: what the server said is left, how long a busy user stayed
// in (0: to the end), and what a resting user was answered after the time that the server said.
func whatEnds(said, busy time.Duration, rested int) Outcome {
	switch {
	case busy == 0:
		return nothingEnds()
	case rested != http.StatusUnauthorized:
		return cmp.Or(status(rested).Means, Dangerous).says("not-its-own-word", "status", rested)
	case busy <= said+step: // use did not help
		return expEnds()
	}
	return idleAndAbsolute()
}
