package experiment

import (
	"context"
	"net/http"
)

// proofReplay copies a whole request, with its token and its proof, and sends it again to each replica. Then it counts what
// refusing that costs.
func proofReplay() Experiment {
	const requests = 100
	schemes := []string{TokenStateless, TokenBound, TokenBoundLocal}
	return Experiment{
		Name: "proof-replay",
		PredictedFor: func(replicas int) Predictions {
			return Predictions{
				TokenStateless:  taken(replicas, replicas),
				TokenBound:      taken(0, replicas),
				TokenBoundLocal: taken(replicas-1, replicas), // each replica but the one that has seen it
			}
		},
		Run: func(ctx context.Context, trial *Trial) error {
			replicas, err := trial.ReplicaNames(ctx)
			if err != nil {
				return err
			}
			for _, scheme := range schemes {
				owner, err := trial.LogIn(ctx, scheme, Sticky)
				if err != nil {
					return err
				}
				times, bytes, err := replayAtEach(ctx, owner, replicas)
				if err != nil {
					return err
				}
				before, err := trial.Target.View(ctx)
				if err != nil {
					return err
				}
				counted := owner.alike()
				counted.recorder = nil // a film of them would show nothing new
				for range requests {
					if _, err := counted.Page(ctx, "/me"); err != nil {
						return err
					}
				}
				after, err := trial.Target.View(ctx)
				if err != nil {
					return err
				}
				trial.Observe(scheme, taken(times, len(replicas)), map[string]float64{
					"taken": float64(times), "replays": float64(len(replicas)), "bytes": float64(bytes), "requests": requests,
					"commands": float64(after.Redis.Asked() - before.Redis.Asked()),
				})
			}
			return nil
		},
		Lesson: func(r Result) []string {
			return []string{either(r.Measure(TokenBoundLocal, "taken") > 0, "lesson-leaky", "")}
		},
	}
}

// replayAtEach sends a request of the owner's, which the first replica answers, and then a copy of it to each. It says how often
// the copy was taken, and how long its credential is.
func replayAtEach(ctx context.Context, owner *User, replicas []string) (times, bytes int, err error) {
	if err := owner.PinTo(ctx, replicas[0]); err != nil {
		return 0, 0, err
	}
	if _, err := owner.Page(ctx, "/me"); err != nil { // so that the client has a nonce, if one is asked for
		return 0, 0, err
	}
	original, err := owner.request(ctx, http.MethodGet, base(owner.Scheme)+"/me", nil)
	if err != nil {
		return 0, 0, err
	}
	answer, err := owner.send(original)
	if err == nil && answer.Status != http.StatusOK {
		err = unexpectedError{answer, owner.Scheme + ": the request that is copied"}
	}
	if err != nil {
		return 0, 0, err
	}
	thief := owner.Copy()
	for _, replica := range replicas {
		if err := thief.PinTo(ctx, replica); err != nil {
			return 0, 0, err
		}
		again, err := thief.request(ctx, http.MethodGet, base(owner.Scheme)+"/me", nil)
		if err != nil {
			return 0, 0, err
		}
		for _, name := range []string{"Authorization", "DPoP"} {
			again.Header[http.CanonicalHeaderKey(name)] = original.Header.Values(name)
		}
		answer, err := thief.send(again)
		if err != nil {
			return 0, 0, err
		}
		if answer.Status == http.StatusOK {
			times++
		}
	}
	return times, len(original.Header.Get("Authorization")) + len(original.Header.Get("DPoP")), nil
}

// taken says how often a copy of a request was taken.
func taken(times, total int) Outcome {
	means := Dangerous
	if times == 0 {
		means = Kept
	}
	return means.says("taken", "taken", times, "total", total)
}
