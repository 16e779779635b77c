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
				measures := map[string]float64{"status": float64(replayed[scheme])}
				if status, ok := atExp[scheme]; ok {
					measures["status_at_exp"] = float64(status)
				}
				b.Observe(scheme, replayedAfterLogout(replayed[scheme], atExp[scheme]), measures)
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
