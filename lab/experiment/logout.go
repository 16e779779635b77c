package experiment

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// logout logs out and then sends the old credential again, as somebody with a copy would.
func logout() Experiment {
	schemes := except(Basic) // there is nothing to log out of
	return Experiment{
		Name:     "logout",
		Question: "I log out, and the old credential is sent again: is it still good?",
		Claim:    "Cookies can be logged out, tokens cannot.",
		Predict: whatever(map[string]string{
			SessionMemory: "401", SessionRedis: "401", SessionCookie: "200",
			TokenStateless: "200 until exp", TokenRevocable: "401", TokenCookie: "200 until exp",
		}),
		Run: func(ctx context.Context, b *Bench) error {
			users, err := b.LoggedIn(ctx, schemes...)
			if err != nil {
				return err
			}
			copies, ends, replayed := map[string]*User{}, map[string]time.Time{}, map[string]int{}
			for _, scheme := range schemes {
				before, err := users[scheme].Get(ctx, "/me")
				if err != nil {
					return err
				}
				if before.Status != http.StatusOK {
					return fmt.Errorf("%s: %d before logging out", scheme, before.Status)
				}
				if ends[scheme], err = before.ExpiresAt(); err != nil {
					return err
				}
				copies[scheme] = users[scheme].Copy()
				if err := users[scheme].Logout(ctx); err != nil {
					return err
				}
				if replayed[scheme], err = copies[scheme].Status(ctx, "/me"); err != nil {
					return err
				}
			}
			tokens := []string{TokenStateless, TokenCookie}
			if err := b.Target.Advance(ctx, time.Until(ends[TokenStateless])+time.Second); err != nil {
				return err
			}
			atExp := map[string]int{}
			for _, scheme := range tokens {
				if atExp[scheme], err = copies[scheme].Status(ctx, "/me"); err != nil {
					return err
				}
			}
			for _, scheme := range schemes {
				observed, measures := fmt.Sprint(replayed[scheme]), map[string]float64{"status": float64(replayed[scheme])}
				if status, ok := atExp[scheme]; ok {
					measures["status_at_exp"] = float64(status)
					if status == http.StatusUnauthorized && replayed[scheme] == http.StatusOK {
						observed += " until exp"
					}
				}
				b.Observe(scheme, observed, measures)
			}
			return nil
		},
		Lesson: says("What decides is whether the server has something to delete, not cookie or header. The signed cookie went on " +
			"working after the logout, as the stateless token did; the token that is checked against a denylist was dead at once, " +
			"as were the two sessions with a record."),
	}
}
