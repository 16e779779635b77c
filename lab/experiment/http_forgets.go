package experiment

import (
	"cmp"
	"context"
	"net/http"
	"time"
)

const pagesVisited = 5 // that a client asks for, one after the other

// httpForgets visits five pages by each scheme, and counts how often the password has to be checked.
func httpForgets() Experiment {
	return Experiment{
		Name: "http-forgets",
		Predicted: Predictions{
			Basic:          passwordCheckedOn(pagesVisited),
			SessionMemory:  passwordCheckedOn(0),
			SessionRedis:   passwordCheckedOn(0),
			SessionCookie:  passwordCheckedOn(0),
			TokenStateless: passwordCheckedOn(0),
			TokenRevocable: passwordCheckedOn(0),
			TokenCookie:    passwordCheckedOn(0),
		},
		Choices: these(passwordCheckedOn(0), passwordCheckedOn(1), passwordCheckedOn(pagesVisited)),
		Run: func(ctx context.Context, trial *Trial) error {
			users, err := trial.LoggedInAsAlice(ctx)
			if err != nil {
				return err
			}
			for _, scheme := range Schemes() {
				if status, err := trial.User(scheme).Status(ctx, "/me"); err != nil {
					return err
				} else if status != http.StatusUnauthorized {
					trial.Observe(scheme, strangerGets(status), nil)
					continue
				}
				checked, took := 0, make([]time.Duration, pagesVisited)
				for i := range pagesVisited {
					answer, err := users[scheme].Page(ctx, "/me")
					if err != nil {
						return err
					}
					checked += answer.Timing["hash"]
					took[i] = answer.Took
				}
				trial.Observe(scheme, passwordCheckedOn(checked), map[string]float64{"page_ms": milliseconds(median(took))})
			}
			return nil
		},
	}
}

// passwordCheckedOn says on how many of the pages visited the server had to check the password.
func passwordCheckedOn(checked int) Outcome {
	means := Costs
	if checked == 0 {
		means = Kept
	}
	return means.says("password-checked-on", "checked", checked, "pages", pagesVisited)
}

// strangerGets is what a request without a credential is answered, when that is not 401.
func strangerGets(code int) Outcome {
	return cmp.Or(status(code).Means, Dangerous).says("stranger-gets", "status", code)
}
