package experiment

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// refreshReuse lets an owner and a thief spend the same refresh token, one after the other: once the owner first, and
// once the thief.
func refreshReuse() Experiment {
	const often, atMost = 5 * time.Minute, 24 * time.Hour
	schemes := []string{TokenStateless, TokenRevocable}
	return Experiment{
		Name:      "refresh-reuse",
		Predicted: same(familyDies(), schemes...),
		Run: func(ctx context.Context, trial *Trial) error {
			people, err := trial.Populate(ctx, Sticky, 2, schemes...)
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
			lived, err := loginDurations(ctx, trial.Target, holders, often, atMost)
			if err != nil {
				return err
			}
			for _, scheme := range schemes {
				trial.Observe(scheme, inBothOrders(ownerFirst[scheme].outcome(), thiefFirst[scheme].outcome()), map[string]float64{
					"late_status": float64(ownerFirst[scheme].late), "newest_status": float64(ownerFirst[scheme].newest),
					"owner_access_minutes": lived[scheme+" owner"].Minutes(), "thief_access_minutes": lived[scheme+" thief"].Minutes(),
				})
			}
			return nil
		},
	}
}

// A replay is what came of spending a refresh token twice: the status that the second client got, and the one that the
// first client then got for its new refresh token.
type replay struct{ late, newest int }

func (r replay) outcome() Outcome {
	switch {
	case r.late == http.StatusOK:
		return Dangerous.says("works-twice")
	case r.late == http.StatusUnauthorized && r.newest == http.StatusOK:
		return Dangerous.says("late-one-refused") // the first one stays in, and that may be the thief
	case r.late == http.StatusUnauthorized && r.newest == http.StatusUnauthorized:
		return familyDies()
	}
	return Meaning("").composed("late-then-newest", status(r.late), status(r.newest))
}

// familyDies means that no refresh token of this login is good any more, neither the owner's nor the thief's.
func familyDies() Outcome { return Lost.says("family-dies") }

// inBothOrders says what came of it when the owner was first, and of the other order only what differs.
func inBothOrders(ownerFirst, thiefFirst Outcome) Outcome {
	if thiefFirst.Equal(ownerFirst) {
		return ownerFirst
	}
	return Meaning("").composed("thief-first-differs", ownerFirst, thiefFirst)
}

// reuse lets two clients spend the same refresh token, and then the first one its new refresh token. Both keep the
// access token that they have in the end.
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
