package experiment

import (
	"context"
	"fmt"
	"net/http"
)

// signedSchemes are those whose credential is good because of a key. The others are looked up.
func signedSchemes() []string {
	return []string{SessionCookie, TokenStateless, TokenRevocable, TokenCookie}
}

// keyRotation replaces the keys under people who are logged in, gently and then not.
func keyRotation() Experiment {
	schemes := signedSchemes()
	return Experiment{
		Name:     "key-rotation",
		Question: "The signing key is replaced, with overlap and then without: whose credential is refused?",
		Claim:    "Changing the key logs everybody out.",
		Predict:  whatever(always("none / all", schemes...)),
		Run: func(ctx context.Context, b *Bench) error {
			people, err := b.Populate(ctx, RoundRobin, 1, schemes...)
			if err != nil {
				return err
			}
			if err := b.Target.RotateKeys(ctx, true); err != nil {
				return err
			}
			young, err := b.Populate(ctx, RoundRobin, 1, schemes...) // whose credentials the second key has signed
			if err != nil {
				return err
			}
			people = append(people, young...)
			gently, err := refusals(ctx, b, people)
			if err != nil {
				return err
			}
			if err := b.Target.RotateKeys(ctx, false); err != nil {
				return err
			}
			roughly, err := refusals(ctx, b, people)
			if err != nil {
				return err
			}
			for _, scheme := range schemes {
				asked := len(people.of(scheme)) * b.Replicas
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
				b.Observe(scheme, howMany(gently[scheme], asked)+" / "+howMany(roughly[scheme], asked), measures)
			}
			return nil
		},
		Lesson: func(r Result) string {
			return fmt.Sprintf("As long as the old key still verified, nobody noticed; without it every token was refused at every replica, "+
				"and every signed cookie as well. Yet who held a refresh token needed no password (%.0f): that one is looked up in "+
				"Redis, and no key has signed it.", r.Measure(TokenStateless, "refresh_status"))
		},
	}
}

// refusals sends everybody to every replica once, and counts for each scheme how often they were refused.
func refusals(ctx context.Context, b *Bench, people population) (map[string]int, error) {
	count := map[string]int{}
	for _, user := range people {
		for range b.Replicas {
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
	schemes := signedSchemes()
	return Experiment{
		Name:     "boot-key",
		Question: "Each replica makes its own key at start; one login, 30 requests round robin: how many still know me?",
		Claim:    "Tokens are stateless, so any replica can check them.",
		Predict:  func(replicas int) map[string]string { return always(share(balanced/replicas), schemes...) },
		Run: func(ctx context.Context, b *Bench) error {
			if err := b.Target.BootKeys(ctx); err != nil {
				return err
			}
			for _, scheme := range schemes {
				// One after the other, as in round-robin: the login is the request before the first.
				user, err := b.Simulated(ctx, scheme)
				if err != nil {
					return err
				}
				user.Policy = RoundRobin
				if err := user.Login(ctx); err != nil {
					return err
				}
				ok := 0
				for range balanced {
					status, err := user.Status(ctx, "/me")
					if err != nil {
						return err
					}
					if status == http.StatusOK {
						ok++
					}
				}
				b.Observe(scheme, share(ok), map[string]float64{"ok": float64(ok), "total": balanced})
			}
			return nil
		},
		Lesson: func(r Result) string {
			return fmt.Sprintf("%.0f of %d with the token and %.0f with the signed cookie: only the replica that signed accepted what it had "+
				"signed. A key is state as well, and what each replica keeps to itself behaves like a session in its memory.",
				r.Measure(TokenStateless, "ok"), balanced, r.Measure(SessionCookie, "ok"))
		},
	}
}
