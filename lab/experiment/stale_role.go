package experiment

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// staleRole demotes an admin who is logged in, and looks how long they stay one.
func staleRole() Experiment {
	const often, atMost = 5 * time.Minute, 24 * time.Hour
	return Experiment{
		Name:     "stale-role",
		Question: "The admin is demoted while logged in: when does it take effect, and what does knowing cost?",
		Claim:    "A session always knows your current role; a token never does.",
		Predict: whatever(with(with(always("at once", Basic, SessionMemory, SessionRedis),
			"admin until exp", TokenStateless, TokenRevocable, TokenCookie), "admin until it ends", SessionCookie)),
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
				lookups[scheme] = float64(answer.Paid["users"])
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
					b.Observe(scheme, "at once", map[string]float64{"users_lookups": lookups[scheme], "minutes": 0})
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
						"users_lookups": lookups[scheme], "minutes": passed.Minutes(), "status_after_refresh": float64(afterRefresh),
					})
					delete(users, scheme)
				}
			}
			return nil
		},
		Lesson: func(r Result) string {
			return fmt.Sprintf("Fresh knowledge was bought: with a session that names the user, each request asked the users database "+
				"(%.0f lookup) and the demotion took effect at once. Who carries the role with them asked nobody and stayed admin: "+
				"%.0f minutes with a token, and %.0f hours with a signed cookie, which is a session too.",
				r.Measure(SessionRedis, "users_lookups"), r.Measure(TokenStateless, "minutes"), r.Measure(SessionCookie, "minutes")/60)
		},
	}
}

// staleness says how an admin who was not one any more came to an end.
func staleness(scheme string, status int) string {
	switch {
	case status == http.StatusForbidden:
		return "admin for a while"
	case status != http.StatusUnauthorized:
		return fmt.Sprintf("admin until %d", status)
	case scheme == TokenStateless || scheme == TokenRevocable || scheme == TokenCookie:
		return "admin until exp"
	}
	return "admin until it ends"
}
