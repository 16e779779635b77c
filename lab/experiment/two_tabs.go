package experiment

import (
	"context"
	"net/http"
	"sync"
	"time"

	"authlab/lab/contract"
)

// reuseSeconds is the time for which a lenient server takes a spent refresh token.
const reuseSeconds = 10

// twoTabs lets two tabs of one browser, which share a refresh token, refresh at the same moment: as they are, with a lock
// that both tabs take, and at a server that takes a spent refresh token for a while longer, where a thief comes along.
func twoTabs() Experiment {
	schemes := []string{TokenStateless, TokenRevocable}
	return Experiment{
		Name:      "two-tabs",
		Predicted: same(threeRemedies(loggedOut(), bothIn(), bothInAndThief()), schemes...),
		Run: func(ctx context.Context, trial *Trial) error {
			plain, err := inTwoTabs(ctx, trial, schemes, false)
			if err != nil {
				return err
			}
			locked, err := inTwoTabs(ctx, trial, schemes, true)
			if err != nil {
				return err
			}
			if err := trial.Target.Set(ctx, contract.Settings{UndetectedReuseSeconds: reuseSeconds}); err != nil {
				return err
			}
			lenient, err := inTwoTabs(ctx, trial, schemes, false)
			if err != nil {
				return err
			}
			stolen, err := reuseUndetected(ctx, trial, schemes)
			if err != nil {
				return err
			}
			for _, scheme := range schemes {
				a, b, c, thief := plain[scheme], locked[scheme], lenient[scheme], stolen[scheme]
				trial.Observe(scheme, threeRemedies(a.outcome(), b.outcome(), thief.outcome(c.outcome())), map[string]float64{
					"refused": float64(a.refused), "next_status": float64(a.next), "access_status": float64(a.access),
					"locked_sent": float64(b.sent), "locked_next_status": float64(b.next),
					"reuse_seconds": reuseSeconds, "reuse_next_status": float64(c.next),
					"thief_status": float64(thief.first), "thief_next_status": float64(thief.next), "late_thief_status": float64(thief.late),
				})
			}
			return nil
		},
	}
}

func threeRemedies(none, lock, reuse Outcome) Outcome {
	return Meaning("").composed("three-remedies", none, lock, reuse)
}
func bothIn() Outcome         { return Kept.says("both-in") }
func bothInAndThief() Outcome { return Dangerous.says("both-in-and-thief") }

// tabs are two tabs that refreshed at the same moment.
type tabs struct {
	sent, refused int // requests
	access, next  int // what the newest pair gets afterwards: its access token, its refresh token
}

func (t tabs) outcome() Outcome {
	switch {
	case t.next == http.StatusUnauthorized:
		return loggedOut()
	case t.next == http.StatusOK && t.refused == 0:
		return bothIn()
	}
	return status(t.next)
}

func inTwoTabs(ctx context.Context, trial *Trial, schemes []string, lock bool) (map[string]tabs, error) {
	seen := map[string]tabs{}
	for _, scheme := range schemes {
		browser, err := trial.LogIn(ctx, scheme, RoundRobin)
		if err != nil {
			return nil, err
		}
		if seen[scheme], err = browser.refreshInTwoTabs(ctx, lock); err != nil {
			return nil, err
		}
	}
	return seen, nil
}

// refreshInTwoTabs makes two tabs of this browser refresh at once. u is what the tabs share: storage. With a lock, as
// navigator.locks of the W3C is one, the second tab waits, and finds the first one's new pair in storage.
func (u *User) refreshInTwoTabs(ctx context.Context, lock bool) (tabs, error) {
	var seen tabs
	var storage, refreshing sync.Mutex
	open := []*User{u.alike(), u.alike()}
	err := concurrently(len(open), func(i int) error {
		if lock {
			refreshing.Lock()
			defer refreshing.Unlock()
			if u.Refresh != open[i].Refresh { // the other tab was here
				return nil
			}
		}
		answer, err := open[i].RefreshTokens(ctx)
		storage.Lock()
		defer storage.Unlock()
		if seen.sent++; answer.Status == http.StatusOK {
			u.Access, u.Refresh = open[i].Access, open[i].Refresh
		} else {
			seen.refused++
		}
		return err
	})
	if err != nil {
		return seen, err
	}
	if seen.access, err = u.Status(ctx, "/me"); err != nil {
		return seen, err
	}
	answer, err := u.RefreshTokens(ctx)
	seen.next = answer.Status
	return seen, err
}

// An undetected is what a thief got for a refresh token that its owner had spent: at once, for the next token that came of it,
// and for another spent token when the time was over.
type undetected struct{ first, next, late int }

// outcome says what the time is worth to both.
func (r undetected) outcome(owner Outcome) Outcome {
	if r.first == http.StatusOK && r.next == http.StatusOK && owner.Equal(bothIn()) {
		return bothInAndThief()
	}
	return owner
}

func reuseUndetected(ctx context.Context, trial *Trial, schemes []string) (map[string]undetected, error) {
	seen, late := map[string]undetected{}, map[string]*User{}
	for _, scheme := range schemes {
		owner, err := trial.LogIn(ctx, scheme, RoundRobin)
		if err != nil {
			return nil, err
		}
		thief := owner.Copy()
		late[scheme] = owner.Copy()
		var got [3]Answer
		for i, who := range []*User{owner, thief, thief} {
			if got[i], err = who.RefreshTokens(ctx); err != nil {
				return nil, err
			}
		}
		seen[scheme] = undetected{first: got[1].Status, next: got[2].Status}
	}
	if err := trial.Target.Advance(ctx, 2*reuseSeconds*time.Second); err != nil {
		return nil, err
	}
	for scheme, thief := range late {
		answer, err := thief.RefreshTokens(ctx)
		if err != nil {
			return nil, err
		}
		r := seen[scheme]
		r.late = answer.Status
		seen[scheme] = r
	}
	return seen, nil
}
