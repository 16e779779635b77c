package experiment

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// redisDown stops Redis under people who are logged in.
func redisDown() Experiment {
	const unknown = "503"
	return Experiment{
		Name:     "redis-down",
		Question: "Redis stops: who is logged out?",
		Claim:    "When Redis is down, everybody with a session is logged out.",
		Predict:  whatever(with(always("stays", except(SessionRedis, TokenRevocable)...), unknown, SessionRedis, TokenRevocable)),
		Run: func(ctx context.Context, b *Bench) (err error) {
			users, err := b.LoggedIn(ctx, Schemes()...)
			if err != nil {
				return err
			}
			if err := b.Target.StopStore(ctx); err != nil {
				return err
			}
			answers := map[string]Answer{}
			for _, scheme := range Schemes() {
				if answers[scheme], err = users[scheme].Get(ctx, "/me"); err != nil {
					return errors.Join(err, b.Target.StartStore(ctx))
				}
			}
			if err := b.Target.StartStore(ctx); err != nil {
				return err
			}
			for _, scheme := range Schemes() {
				again, err := users[scheme].Status(ctx, "/me")
				if err != nil {
					return err
				}
				during := answers[scheme]
				observed := fate(during.Status)
				if during.SetCookie {
					observed += ", and the cookie was touched"
				}
				if again != http.StatusOK {
					observed += fmt.Sprintf(", and %d when Redis was back", again)
				}
				b.Observe(scheme, observed, map[string]float64{
					"status": float64(during.Status), "ms": milliseconds(during.Took), "status_after": float64(again),
				})
			}
			return nil
		},
		Lesson: func(r Result) string {
			return fmt.Sprintf("Nobody was logged out. Who needs Redis got a 503 after %.0f ms, \"I can't tell right now\", kept the "+
				"cookie, and was in again when Redis was. The revocable token stopped as well: whoever asks a denylist is "+
				"only as available as the denylist.", r.Measure(SessionRedis, "ms"))
		},
	}
}

// redisBack brings Redis back, once with its data and once empty.
func redisBack() Experiment {
	return Experiment{
		Name:     "redis-back",
		Question: "Redis returns with its data, and then returns empty: what has been forgotten?",
		Claim:    "A lost Redis only logs people out.",
		Predict: whatever(map[string]string{
			SessionRedis:   "stays; logged out",
			TokenRevocable: "stays; revoked tokens live again",
		}),
		Run: func(ctx context.Context, b *Bench) error {
			var users [3]*User
			for i, scheme := range []string{SessionRedis, TokenRevocable, TokenRevocable} {
				user, err := b.Simulated(ctx, scheme)
				if err != nil {
					return err
				}
				if err := user.Login(ctx); err != nil {
					return err
				}
				users[i] = user
			}
			session, live, revoked := users[0], users[1], users[2]
			if err := revoked.Logout(ctx); err != nil {
				return err
			}
			if err := blink(ctx, b.Target, false); err != nil {
				return err
			}
			with, err := statuses(ctx, session, live, revoked)
			if err != nil {
				return err
			}
			if err := blink(ctx, b.Target, true); err != nil {
				return err
			}
			without, err := statuses(ctx, session, live, revoked)
			if err != nil {
				return err
			}
			b.Observe(SessionRedis, fate(with[0])+"; "+fate(without[0]), map[string]float64{
				"status_with_data": float64(with[0]), "status_empty": float64(without[0]),
			})
			tokens := fate(with[1])
			if with[2] != http.StatusUnauthorized {
				tokens += fmt.Sprintf(", but the revoked token is %d", with[2])
			}
			if without[2] == http.StatusOK {
				tokens += "; revoked tokens live again"
			} else {
				tokens += fmt.Sprintf("; revoked tokens are %d", without[2])
			}
			b.Observe(TokenRevocable, tokens, map[string]float64{
				"revoked_with_data": float64(with[2]), "revoked_empty": float64(without[2]), "status_empty": float64(without[1]),
			})
			return nil
		},
		Lesson: says("With its data back, everything was as before. Empty, it failed in opposite directions: the sessions were gone, " +
			"which is a nuisance, and the denylist was gone, which let a token in that had been logged out. A lost session " +
			"store fails closed, a lost denylist fails open."),
	}
}

func blink(ctx context.Context, target Target, flush bool) error {
	if err := target.StopStore(ctx); err != nil {
		return err
	}
	if flush {
		if err := target.FlushStore(ctx); err != nil {
			return errors.Join(err, target.StartStore(ctx))
		}
	}
	return target.StartStore(ctx)
}

func statuses(ctx context.Context, users ...*User) ([]int, error) {
	seen := make([]int, len(users))
	for i, user := range users {
		var err error
		if seen[i], err = user.Status(ctx, "/me"); err != nil {
			return nil, err
		}
	}
	return seen, nil
}
