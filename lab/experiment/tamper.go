package experiment

import (
	"context"
	"fmt"
	"net/http"
)

// tamper changes a credential, a character at a time, and then the role that is written in it.
func tamper() Experiment {
	return Experiment{
		Name: "tamper",
		Predicted: Predictions{
			Basic:          changesGet(http.StatusUnauthorized),
			SessionMemory:  changesGet(http.StatusUnauthorized),
			SessionRedis:   changesGet(http.StatusUnauthorized),
			SessionCookie:  changesGet(http.StatusUnauthorized),
			TokenStateless: changesGet(http.StatusUnauthorized),
			TokenRevocable: changesGet(http.StatusUnauthorized),
			TokenCookie:    changesGet(http.StatusUnauthorized),
		},
		Choices: these(changesGet(http.StatusUnauthorized), changesGet(http.StatusOK), changesGet(http.StatusForbidden)),
		Run: func(ctx context.Context, b *Bench) error {
			users, err := b.LoggedIn(ctx, Schemes()...)
			if err != nil {
				return err
			}
			for _, scheme := range Schemes() {
				seen := map[int]int{}
				changed := tampered(scheme, users[scheme].Credential())
				for _, text := range changed {
					forger := users[scheme].Copy()
					forger.SetCredential(text)
					status, err := forger.Status(ctx, "/admin")
					if err != nil {
						return err
					}
					seen[status]++
				}
				if status, err := users[scheme].Status(ctx, "/admin"); err != nil {
					return err
				} else if status != http.StatusOK {
					return fmt.Errorf("%s: %d with the credential unchanged", scheme, status)
				}
				b.Observe(scheme, changesGot(seen), map[string]float64{
					"changes": float64(len(changed)), "refused": float64(seen[http.StatusUnauthorized]),
				})
			}
			return nil
		},
	}
}

// changesGot says what the changed credentials got, from how often each status was seen.
func changesGot(seen map[int]int) Outcome { return wrongCredentialsGot(seen).tally(seen) }

// changesGet says that every changed credential gets the same status.
func changesGet(status int) Outcome { return changesGot(map[int]int{status: 1}) }
