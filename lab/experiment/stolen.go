package experiment

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// stolen copies a credential to another client, logs its owner out, and looks whether and how long the thief stays in.
// Where there is a refresh token it does so once more with an owner who uses it before the logout (status_if_renewed):
// the token that is then logged out is not the one that was stolen.
func stolen() Experiment {
	const often, atMost = 15 * time.Minute, 24 * time.Hour
	schemes := except(Basic) // there is nothing to log out of: a stolen password is good until it is changed
	return Experiment{
		Name:     "stolen",
		Question: "My credential is copied to another client, and then I log out: is the thief still in?",
		Claim:    "A stolen session can be ended, a stolen token cannot.",
		Predict: whatever(with(always("in, then out", SessionMemory, SessionRedis, TokenRevocable),
			"in, stays in", SessionCookie, TokenStateless, TokenCookie)),
		Run: func(ctx context.Context, b *Bench) error {
			people, err := b.Populate(ctx, Sticky, 2, schemes...)
			if err != nil {
				return err
			}
			thefts, thieves, renewed := map[string]theft{}, map[string]*User{}, map[string]theft{}
			for _, scheme := range schemes {
				owner, other := people.of(scheme)[0], people.of(scheme)[1]
				if thefts[scheme], err = b.rob(ctx, owner, owner.Logout); err != nil {
					return err
				}
				thieves[scheme] = thefts[scheme].thief
				if other.Refresh == "" {
					continue
				}
				renewed[scheme], err = b.rob(ctx, other, func(ctx context.Context) error {
					_, err := other.RefreshTokens(ctx)
					return errors.Join(err, other.Logout(ctx))
				})
				if err != nil {
					return err
				}
			}
			stayed, err := lasting(ctx, b.Target, thieves, often, atMost)
			if err != nil {
				return err
			}
			for _, scheme := range schemes {
				b.Observe(scheme, thefts[scheme].String(), map[string]float64{
					"status_before": float64(thefts[scheme].before), "status_after": float64(thefts[scheme].after),
					"refresh_status": float64(thefts[scheme].refresh), "minutes_after": stayed[scheme].Minutes(),
					"status_if_renewed": float64(renewed[scheme].after),
				})
			}
			return nil
		},
		Lesson: func(r Result) string {
			lesson := fmt.Sprintf("While both were in, no server told the thief from the owner. After the logout it was the server's memory, "+
				"a record that was gone or a denylist, that threw the thief out; without one the thief stayed in for %.0f minutes "+
				"with the token, and for %.0f hours with the signed cookie, because a busy thief renews it.",
				r.Measure(TokenStateless, "minutes_after"), r.Measure(SessionCookie, "minutes_after")/60)
			if r.Measure(TokenRevocable, "status_if_renewed") == http.StatusOK {
				lesson += " And if the owner had renewed the token before the logout, the denylist did not know the thief's older one."
			}
			return lesson
		},
	}
}

// A theft is what a thief got before and after something that the owner did, and for the refresh token after it.
type theft struct {
	thief                  *User
	before, after, refresh int
}

// rob copies what a user has to another client, at another address, before the user does something.
func (b *Bench) rob(ctx context.Context, owner *User, something func(context.Context) error) (theft, error) {
	t := theft{thief: owner.Copy()}
	t.thief.address = b.User(owner.Scheme).address
	var err error
	if t.before, err = t.thief.Status(ctx, "/me"); err != nil {
		return theft{}, err
	}
	if err := something(ctx); err != nil {
		return theft{}, err
	}
	if t.after, err = t.thief.Status(ctx, "/me"); err != nil || t.thief.Refresh == "" {
		return t, err
	}
	answer, err := t.thief.Copy().RefreshTokens(ctx)
	t.refresh = answer.Status
	return t, err
}

func (t theft) String() string {
	switch {
	case t.before == http.StatusUnauthorized:
		return "never in"
	case t.before == http.StatusOK && t.after == http.StatusOK:
		return "in, stays in"
	case t.before == http.StatusOK && t.after == http.StatusUnauthorized:
		return "in, then out"
	}
	return fmt.Sprintf("%d, then %d", t.before, t.after)
}

// lasting lets time pass, asks again and again, and says when each user was refused: after 0 for who is not in at all,
// after atMost for who was never.
func lasting(ctx context.Context, target Target, users map[string]*User, often, atMost time.Duration) (map[string]time.Duration, error) {
	ended := map[string]time.Duration{}
	for passed := time.Duration(0); ; passed += often {
		for name, user := range users {
			if _, over := ended[name]; over {
				continue
			}
			status, err := user.Status(ctx, "/me")
			if err != nil {
				return nil, err
			}
			if status != http.StatusOK || passed >= atMost {
				ended[name] = passed
			}
		}
		if len(ended) == len(users) {
			return ended, nil
		}
		if err := target.Advance(ctx, often); err != nil {
			return nil, err
		}
	}
}
