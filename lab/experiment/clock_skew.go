package experiment

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"authlab/lab/contract"
)

// clockSkew lets one replica's clock run ahead, and compares what it and another replica answer for the same logins.
//
// The prediction, and why. Times go wrong where one replica writes them and another reads them.
//
//   - Tokens: the fast replica issues them in the future, so another refuses them (iat) until its own clock has come to
//     that time, and then accepts them ten minutes too long (exp). The fast replica refuses all other tokens ten minutes
//     too early. A denylist changes nothing in that.
//   - session-cookie: the record in the cookie has times too, but no replica refuses one that lies in the future. It
//     ends early at the fast replica, and late at the others if the fast one wrote it.
//   - session-redis: the same record. The fast replica ends it early, and at all replicas, because it deletes it. It
//     does not last longer unused: its time to live is counted by Redis, which has one clock.
//   - session-memory: only one replica ever reads it, always by the same clock.
//
// Not predicted, but found (logged_out_elsewhere): the denylist keeps an entry for as long as the token has to live by
// the clock of the replica that denies it, so an entry of the fast replica goes too early.
func clockSkew() Experiment {
	const ahead, margin, longest = 10 * time.Minute, 5 * time.Minute, 24 * time.Hour
	schemes := except(Basic)
	return Experiment{
		Name: "clock-skew",
		Predicted: Predictions{
			SessionMemory:  clockMadeNoDifference(),
			SessionRedis:   endsEarly(),
			SessionCookie:  endsEarlyOrLate(),
			TokenStateless: clockOutcome(refusedElsewhere(), endsEarlyOrLate()),
			TokenRevocable: clockOutcome(refusedElsewhere(), endsEarlyOrLate()),
			TokenCookie:    clockOutcome(refusedElsewhere(), endsEarlyOrLate()),
		},
		Run: func(ctx context.Context, trial *Trial) error {
			replicas, err := trial.ReplicaNames(ctx)
			if err != nil {
				return err
			}
			if len(replicas) < 2 {
				return fmt.Errorf("one clock cannot differ from another: %w", ErrNotOnTarget)
			}
			right, fast := replicas[0], replicas[1]
			leaving, err := trial.LoggedInAt(ctx, right, schemes...)
			if err != nil {
				return err
			}
			resting, err := trial.LoggedInAt(ctx, right, schemes...)
			if err != nil {
				return err
			}
			seen := map[string]*drift{}
			for _, scheme := range schemes {
				seen[scheme] = &drift{right: right, fast: fast, leaving: leaving[scheme], madeRight: resting[scheme]}
				if err := seen[scheme].bothRight(ctx); err != nil {
					return err
				}
			}
			if err := trial.Target.Break(ctx, contract.Fault{Name: contract.ClockSkewed, Replica: fast, By: ahead}); err != nil {
				return err
			}
			future, err := trial.LoggedInAt(ctx, fast, schemes...)
			if err != nil {
				return err
			}
			for _, scheme := range schemes {
				seen[scheme].madeFast = future[scheme]
				if err := seen[scheme].oneFast(ctx); err != nil {
					return err
				}
			}
			for _, scheme := range schemes {
				if err := seen[scheme].leaving.Logout(ctx); err != nil {
					return err
				}
			}
			over := 0
			for passed := margin; over < len(schemes); passed += margin {
				if err := trial.Target.Advance(ctx, margin); err != nil {
					return err
				}
				for _, scheme := range schemes {
					switch d := seen[scheme]; passed {
					case d.life - margin:
						err = d.beforeItsEnd(ctx)
					case d.life + margin:
						err = d.afterItsEnd(ctx)
						trial.Observe(scheme, d.outcome(), d.measures())
						over++
					case longest:
						err = fmt.Errorf("%s: it should have been over after %s", scheme, d.life)
					}
					if err != nil {
						return err
					}
				}
			}
			return nil
		},
		Lesson: func(r Result) []string {
			return []string{either(r.Measure(TokenRevocable, "logged_out_elsewhere") == http.StatusOK, "lesson-denylist", "")}
		},
	}
}
