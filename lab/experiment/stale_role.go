package experiment

import (
	"context"
	"fmt"
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
		Run: func(ctx context.Context, b *Bench) error {
			users, err := b.LoggedIn(ctx, Schemes()...)
			if err != nil {
				return err
			}
			lookups := map[string]float64{}
			for _, scheme := range Schemes() {
				answer, err := users[scheme].Get(ctx, "/admin")
				if err != nil {
					return err
				}
				if answer.Status != http.StatusOK {
					return fmt.Errorf("%s: %d for an admin", scheme, answer.Status)
				}
				lookups[scheme] = float64(answer.Timing["users"])
			}
			if err := b.Target.SetRoles(ctx, users[Basic].Name, []string{"user"}); err != nil {
				return err
			}
			for _, scheme := range Schemes() {
				answer, err := users[scheme].Get(ctx, "/admin")
				if err != nil {
					return err
				}
				if answer.Status == http.StatusForbidden {
					b.Observe(scheme, takenAtOnce(), map[string]float64{"users_lookups": lookups[scheme], "minutes": 0, "hours": 0})
					delete(users, scheme)
				}
			}
			refreshed := users[TokenStateless].Copy()
			if _, err := refreshed.RefreshTokens(ctx); err != nil {
				return err
			}
			afterRefresh, err := refreshed.Status(ctx, "/admin")
			if err != nil {
				return err
			}
			for passed := often; passed <= atMost && len(users) > 0; passed += often {
				if err := b.Target.Advance(ctx, often); err != nil {
					return err
				}
				for scheme, user := range users {
					status, err := user.Status(ctx, "/admin")
					if err != nil {
						return err
					}
					if status == http.StatusOK {
						continue
					}
					b.Observe(scheme, staleness(scheme, status), map[string]float64{
						"users_lookups": lookups[scheme], "minutes": passed.Minutes(), "hours": passed.Hours(),
						"status_after_refresh": float64(afterRefresh),
					})
					delete(users, scheme)
				}
			}
			return nil
		},
	}
}

// staleness says with which status the user stopped being taken for an admin, some time after the role was taken away.
func staleness(scheme string, code int) Outcome {
	switch {
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
