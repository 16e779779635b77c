package experiment

import (
	"context"
	"net/http"
	"time"
)

// staleRole takes the role admin from a user who is logged in, and sees how long the server goes on accepting it.
func staleRole() Experiment {
	const often, atMost = 5 * time.Minute, 24 * time.Hour
	return Experiment{
		Name: "stale-role",
		Predicted: Predictions{
			Basic:          takenAtOnce(),
			SessionMemory:  takenAtOnce(),
			SessionRedis:   takenAtOnce(),
			SessionCookie:  adminUntilItEnds(),
			TokenStateless: adminUntilExp(),
			TokenRevocable: adminUntilExp(),
			TokenCookie:    adminUntilExp(),
		},
		Run: func(ctx context.Context, trial *Trial) error {
			users, err := trial.LoggedIn(ctx, Schemes()...)
			if err != nil {
				return err
			}
			lookups := map[string]float64{}
			for scheme, admin := range users.inOrder() {
				answer, err := admin.Page(ctx, "/admin")
				if err != nil {
					return err
				}
				lookups[scheme] = float64(answer.Timing["users"])
			}
			if err := trial.Target.SetRoles(ctx, users[Basic].Name, []string{"user"}); err != nil {
				return err
			}
			refreshed := users[TokenStateless].Copy()
			if _, err := refreshed.RefreshTokens(ctx); err != nil {
				return err
			}
			afterRefresh, err := refreshed.Status(ctx, "/admin")
			if err != nil {
				return err
			}
			for passed := time.Duration(0); passed <= atMost && len(users) > 0; passed += often {
				answers, err := users.get(ctx, "/admin")
				if err != nil {
					return err
				}
				for scheme, answer := range answers {
					if answer.Status == http.StatusOK {
						continue
					}
					delete(users, scheme)
					measures := map[string]float64{"users_lookups": lookups[scheme], "minutes": passed.Minutes(), "hours": passed.Hours()}
					if passed > 0 {
						measures["status_after_refresh"] = float64(afterRefresh)
					}
					trial.Observe(scheme, staleness(scheme, passed, answer.Status), measures)
				}
				if err := trial.Target.Advance(ctx, often); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// staleness says with which status the user stopped being taken for an admin, some time after the role was taken away.
func staleness(scheme string, passed time.Duration, code int) Outcome {
	switch {
	case code == http.StatusForbidden && passed == 0:
		return takenAtOnce()
	case code == http.StatusForbidden:
		return Dangerous.says("for-a-while")
	case code != http.StatusUnauthorized:
		return Dangerous.says("until-status", "status", code)
	case scheme == TokenStateless || scheme == TokenRevocable || scheme == TokenCookie:
		return adminUntilExp()
	}
	return adminUntilItEnds()
}

func takenAtOnce() Outcome      { return Kept.says("at-once") }
func adminUntilExp() Outcome    { return Dangerous.says("until-exp") }
func adminUntilItEnds() Outcome { return Dangerous.says("until-it-ends") }
