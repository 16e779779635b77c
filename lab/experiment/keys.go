package experiment

import (
	"context"
	"net/http"

	"authlab/lab/contract"
)

// signedSchemes are those whose credential is good because of a key. The others are looked up.
func signedSchemes() []string {
	return []string{SessionCookie, TokenStateless, TokenRevocable, TokenCookie}
}

// keyRotation replaces the signing keys while users are logged in: first with overlap, then without.
func keyRotation() Experiment {
	schemes := signedSchemes()
	return Experiment{
		Name:      "key-rotation",
		Predicted: same(noneThenAll(), schemes...),
		Run: func(ctx context.Context, trial *Trial) error {
			people, err := trial.Populate(ctx, RoundRobin, 1, schemes...)
			if err != nil {
				return err
			}
			if err := trial.Target.RotateKeys(ctx, true); err != nil {
				return err
			}
			young, err := trial.Populate(ctx, RoundRobin, 1, schemes...) // whose credentials the second key has signed
			if err != nil {
				return err
			}
			people = append(people, young...)
			gently, err := refusals(ctx, trial, people)
			if err != nil {
				return err
			}
			if err := trial.Target.RotateKeys(ctx, false); err != nil {
				return err
			}
			roughly, err := refusals(ctx, trial, people)
			if err != nil {
				return err
			}
			for _, scheme := range schemes {
				asked := len(people.of(scheme)) * trial.Replicas
				measures := map[string]float64{
					"asked": float64(asked), "refused_with_overlap": float64(gently[scheme]), "refused_without": float64(roughly[scheme]),
				}
				if user := people.of(scheme)[0]; user.Refresh != "" {
					answer, err := user.RefreshTokens(ctx)
					if err != nil {
						return err
					}
					measures["refresh_status"] = float64(answer.Status)
				}
				trial.Observe(scheme, refusedBy(gently[scheme], roughly[scheme], asked), measures)
			}
			return nil
		},
	}
}

// refusedBy says how many of the requests were refused after a rotation with overlap, and after one without.
func refusedBy(gently, roughly, asked int) Outcome {
	without := Lost.howMany(roughly, asked)
	return without.Means.composed("either", Lost.howMany(gently, asked), without)
}

func noneThenAll() Outcome { return refusedBy(0, 1, 1) }

// refusals lets each user send one request to every replica, and counts for each scheme how many were refused.
func refusals(ctx context.Context, trial *Trial, people population) (map[string]int, error) {
	count := map[string]int{}
	for _, user := range people {
		for range trial.Replicas {
			status, err := user.Status(ctx, "/me")
			if err != nil {
				return nil, err
			}
			if status == http.StatusUnauthorized {
				count[user.Scheme]++
			}
		}
	}
	return count, nil
}

// bootKey gives each replica keys of its own, as a server that makes its key at start has.
func bootKey() Experiment {
	return Experiment{
		Name: "boot-key",
		PredictedFor: func(replicas int) Predictions {
			return same(known(balanced/replicas, balanced), signedSchemes()...)
		},
		Run: func(ctx context.Context, trial *Trial) error {
			if err := trial.Target.Break(ctx, contract.Fault{Name: contract.BootKeys}); err != nil {
				return err
			}
			return send(RoundRobin, signedSchemes()...)(ctx, trial)
		},
	}
}
