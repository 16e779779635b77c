package experiment

import (
	"context"
	"fmt"
	"net/http"
)

// tamper changes a credential, a character at a time, and then the role that is written in it.
func tamper() Experiment {
	return Experiment{
		Name:      "tamper",
		Predicted: same(changesGet(http.StatusUnauthorized), Schemes()...),
		Choices:   these(changesGet(http.StatusUnauthorized), changesGet(http.StatusOK), changesGet(http.StatusForbidden)),
		Run: func(ctx context.Context, trial *Trial) error {
			users, err := trial.LoggedIn(ctx, Schemes()...)
			if err != nil {
				return err
			}
			for _, scheme := range Schemes() {
				seen := map[int]int{}
				changed := tampered(scheme, users[scheme].Credential())
				forger := users[scheme].Copy()
				for _, text := range changed {
					forger.SetCredential(text)
					forger.trick = changeName(users[scheme].Credential(), text)
					status, err := forger.Status(ctx, "/admin")
					if err != nil {
						return err
					}
					seen[status]++
				}
				if _, err := users[scheme].Page(ctx, "/admin"); err != nil { // with the credential unchanged
					return err
				}
				trial.Observe(scheme, changesGot(seen), map[string]float64{
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

// changeName names in the recording what was changed, in signs that need no language: one character by its place, or the
// role, after which nothing stands where it stood.
func changeName(before, after string) string {
	if len(before) != len(after) {
		return fmt.Sprintf("✎ %d → %d", len(before), len(after))
	}
	for i := range before {
		if before[i] == after[i] {
			continue
		}
		if before[i+1:] == after[i+1:] {
			return fmt.Sprintf("✎ %d/%d", i+1, len(before))
		}
		return "✎ roles"
	}
	return ""
}
