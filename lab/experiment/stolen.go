package experiment

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// stolen copies a credential to another client, logs its owner out, and measures whether and how long the thief stays in.
// Where there is a refresh token, it does so once more with an owner who uses it before the logout (status_if_renewed):
// the access token that is then logged out is not the one that was stolen.
func stolen() Experiment {
	const often, atMost = 15 * time.Minute, 24 * time.Hour
	schemes := append(except(Basic), TokenBound) // there is nothing to log out of: a stolen password is good until it is changed
	return Experiment{
		Name: "stolen",
		Predicted: Predictions{
			SessionMemory:  inThenOut(),
			SessionRedis:   inThenOut(),
			SessionCookie:  inStaysIn(),
			TokenStateless: inStaysIn(),
			TokenRevocable: inThenOut(),
			TokenCookie:    inStaysIn(),
			TokenBound:     neverIn(),
		},
		Choices: these(inThenOut(), inStaysIn(), neverIn()),
		Run: func(ctx context.Context, trial *Trial) error {
			people, err := trial.Populate(ctx, Sticky, 2, schemes...)
			if err != nil {
				return err
			}
			thefts, thieves, renewed := map[string]theft{}, map[string]*User{}, map[string]theft{}
			for _, scheme := range schemes {
				owner, other := people.of(scheme)[0], people.of(scheme)[1]
				if thefts[scheme], err = trial.steal(ctx, owner, owner.Logout); err != nil {
					return err
				}
				thieves[scheme] = thefts[scheme].thief
				if other.Refresh == "" {
					continue
				}
				renewed[scheme], err = trial.steal(ctx, other, func(ctx context.Context) error {
					_, err := other.RefreshTokens(ctx)
					return errors.Join(err, other.Logout(ctx))
				})
				if err != nil {
					return err
				}
			}
			stayed, err := loginDurations(ctx, trial.Target, thieves, often, atMost)
			if err != nil {
				return err
			}
			for _, scheme := range schemes {
				trial.Observe(scheme, thefts[scheme].outcome(), map[string]float64{
					"status_before": float64(thefts[scheme].before), "status_after": float64(thefts[scheme].after),
					"refresh_status": float64(thefts[scheme].refresh), "status_if_renewed": float64(renewed[scheme].after),
					"minutes_after": stayed[scheme].Minutes(), "hours_after": stayed[scheme].Hours(),
				})
			}
			return nil
		},
		Lesson: func(r Result) []string {
			return []string{either(r.Measure(TokenRevocable, "status_if_renewed") == http.StatusOK, "lesson-renewed", "")}
		},
	}
}

// A theft is what a thief got before and after something that the owner did, and for the refresh token after it.
type theft struct {
	thief                  *User
	before, after, refresh int
}

// steal copies what an owner has to another client, at another address, before the owner does something.
func (trial *Trial) steal(ctx context.Context, owner *User, ownerActs func(context.Context) error) (theft, error) {
	thief := owner.Copy()
	thief.address = trial.User(owner.Scheme).address
	return thief.stealing(ctx, ownerActs)
}

// stealing asks as a thief before and after something that the owner does.
func (u *User) stealing(ctx context.Context, ownerActs func(context.Context) error) (t theft, err error) {
	t.thief = u
	if t.before, err = u.Status(ctx, "/me"); err != nil {
		return theft{}, err
	}
	if err := ownerActs(ctx); err != nil {
		return theft{}, err
	}
	if t.after, err = u.Status(ctx, "/me"); err != nil || u.Refresh == "" {
		return t, err
	}
	answer, err := u.alike().RefreshTokens(ctx)
	t.refresh = answer.Status
	return t, err
}

func inThenOut() Outcome { return Kept.says("in-then-out") }
func inStaysIn() Outcome { return Dangerous.says("in-stays-in") }
func neverIn() Outcome   { return Kept.says("never-in") }

func (t theft) outcome() Outcome {
	switch {
	case t.before == http.StatusUnauthorized:
		return neverIn()
	case t.before == http.StatusOK && t.after == http.StatusOK:
		return inStaysIn()
	case t.before == http.StatusOK && t.after == http.StatusUnauthorized:
		return inThenOut()
	}
	return Meaning("").says("before-then-after", "before", t.before, "after", t.after)
}
