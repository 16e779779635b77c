package experiment

import (
	"context"
	"net/http"
	"time"
)

// logout logs out and then sends the old credential again, which the user has kept; and what was still good then once more
// when the time of the tokens is over.
func logout() Experiment {
	schemes := except(Basic) // there is nothing to log out of
	return Experiment{
		Name: "logout",
		Predicted: Predictions{
			SessionMemory:  refusedAgain(),
			SessionRedis:   refusedAgain(),
			SessionCookie:  stillGood(),
			TokenStateless: goodUntilExp(),
			TokenRevocable: refusedAgain(),
			TokenCookie:    goodUntilExp(),
		},
		Choices: these(refusedAgain(), stillGood(), goodUntilExp()),
		Run: func(ctx context.Context, trial *Trial) error {
			users, err := trial.LoggedIn(ctx, schemes...)
			if err != nil {
				return err
			}
			kept := users.kept()
			exp, err := users[TokenStateless].ExpiresAt(ctx)
			if err != nil {
				return err
			}
			for _, user := range users.inOrder() {
				if _, err := user.Page(ctx, "/me"); err != nil {
					return err
				}
				if err := user.Logout(ctx); err != nil {
					return err
				}
			}
			replayed, err := kept.get(ctx, "/me")
			if err != nil {
				return err
			}
			if err := trial.Target.Advance(ctx, time.Until(exp)+time.Second); err != nil {
				return err
			}
			good := Logins{}
			for scheme, answer := range replayed {
				if answer.Status == http.StatusOK {
					good[scheme] = kept[scheme]
				}
			}
			atExp, err := good.get(ctx, "/me")
			if err != nil {
				return err
			}
			for scheme, answer := range replayed {
				measures := map[string]float64{"status": float64(answer.Status)}
				if later, ok := atExp[scheme]; ok {
					measures["status_at_exp"] = float64(later.Status)
				}
				trial.Observe(scheme, replayedAfterLogout(answer.Status, atExp[scheme].Status), measures)
			}
			return nil
		},
	}
}

func refusedAgain() Outcome { return Kept.says("status", "status", http.StatusUnauthorized) }
func stillGood() Outcome    { return Dangerous.says("status", "status", http.StatusOK) }
func goodUntilExp() Outcome { return Dangerous.says("good-until-exp", "status", http.StatusOK) }

// replayedAfterLogout says what the old credential was worth after the logout, and when its time was over (0: not asked).
func replayedAfterLogout(atOnce, atExp int) Outcome {
	switch {
	case atOnce == http.StatusUnauthorized:
		return refusedAgain()
	case atOnce == http.StatusOK && atExp == http.StatusUnauthorized:
		return goodUntilExp()
	case atOnce == http.StatusOK:
		return stillGood()
	}
	return status(atOnce)
}
