package experiment

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// refreshReuse spends a refresh token that two have, one after the other: once the owner first, and once the thief.
func refreshReuse() Experiment {
	const often, atMost = 5 * time.Minute, 24 * time.Hour
	schemes := []string{TokenStateless, TokenRevocable}
	return Experiment{
		Name:     "refresh-reuse",
		Question: "A stolen refresh token is used after its owner used it: who is still logged in?",
		Claim:    "A refresh token that works only once keeps the thief out.",
		Predict:  whatever(always("family dies", schemes...)),
		Run: func(ctx context.Context, b *Bench) error {
			people, err := b.Populate(ctx, Sticky, 2, schemes...)
			if err != nil {
				return err
			}
			ownerFirst, thiefFirst, holders := map[string]replay{}, map[string]replay{}, map[string]*User{}
			for _, scheme := range schemes {
				owner, other := people.of(scheme)[0], people.of(scheme)[1]
				thief, otherThief := owner.Copy(), other.Copy()
				if ownerFirst[scheme], err = reuse(ctx, owner, thief); err != nil {
					return err
				}
				if thiefFirst[scheme], err = reuse(ctx, otherThief, other); err != nil {
					return err
				}
				holders[scheme+" owner"], holders[scheme+" thief"] = owner, thief
			}
			// What becomes of the access tokens that were given out before?
			lived, err := lasting(ctx, b.Target, holders, often, atMost)
			if err != nil {
				return err
			}
			for _, scheme := range schemes {
				observed := ownerFirst[scheme].String()
				if turned := thiefFirst[scheme].String(); turned != observed {
					observed += ", and with the thief first: " + turned
				}
				b.Observe(scheme, observed, map[string]float64{
					"late_status": float64(ownerFirst[scheme].late), "newest_status": float64(ownerFirst[scheme].newest),
					"owner_access_minutes": lived[scheme+" owner"].Minutes(), "thief_access_minutes": lived[scheme+" thief"].Minutes(),
				})
			}
			return nil
		},
		Lesson: func(r Result) string {
			return fmt.Sprintf("The second use was refused, and with it the newest refresh token of whoever came first: the server cannot "+
				"tell thief from owner, so both have to log in, whichever was late. It is an alarm and not a lock: the access token "+
				"that the thief had copied stayed good for %.0f minutes, and for %.0f where the denylist is asked.",
				r.Measure(TokenStateless, "thief_access_minutes"), r.Measure(TokenRevocable, "thief_access_minutes"))
		},
	}
}

// A replay is what came of spending a refresh token twice: what the second one got, and what the first one then got for
// the new refresh token.
type replay struct{ late, newest int }

func (r replay) String() string {
	switch {
	case r.late == http.StatusOK:
		return "works twice"
	case r.late == http.StatusUnauthorized && r.newest == http.StatusOK:
		return "only the late one is refused"
	case r.late == http.StatusUnauthorized && r.newest == http.StatusUnauthorized:
		return "family dies"
	}
	return fmt.Sprintf("%d, then %d", r.late, r.newest)
}

// reuse lets two spend the same refresh token, and then the first one the new refresh token. Both keep the access token
// that they have in the end.
func reuse(ctx context.Context, first, second *User) (replay, error) {
	answer, err := first.RefreshTokens(ctx)
	if err != nil {
		return replay{}, err
	}
	if answer.Status != http.StatusOK {
		return replay{}, fmt.Errorf("%s: %d for a new refresh token", first.Scheme, answer.Status)
	}
	late, err := second.RefreshTokens(ctx)
	if err != nil {
		return replay{}, err
	}
	newest, err := first.RefreshTokens(ctx)
	return replay{late.Status, newest.Status}, err
}
