package experiment

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"time"

	"authlab/lab/experiment/browser"
)

// proofLife is how long the short cookie of session-bound is good.
const proofLife = 10 * time.Minute

// boundSession copies the cookies of a real browser to a thief: of a session, and of one that is bound to a key of the browser
// (Device Bound Session Credentials). Ten minutes later it sees who is in.
func boundSession() Experiment {
	const host = "bound.localhost"
	schemes := []string{SessionRedis, SessionBound}
	return Experiment{
		Name:      "bound-session",
		Browser:   true,
		Predicted: Predictions{SessionRedis: inStaysIn(), SessionBound: inThenOut()},
		Choices:   these(inThenOut(), inStaysIn(), neverIn()),
		Run: func(ctx context.Context, trial *Trial) error {
			profile, err := os.MkdirTemp("", "authlab-profile-")
			if err != nil {
				return err
			}
			defer func() { _ = os.RemoveAll(profile) }()
			f, err := openFront(ctx, trial.Target.URL(), true, map[string]site{host: {}})
			if err != nil {
				return err
			}
			defer f.close()
			tab, err := trial.TabAt(ctx, profile, browser.BoundSessions(f.certificate)...)
			if err != nil {
				return err
			}
			defer tab.Close()
			origin := f.at(host, "")
			cookies, err := logInBound(tab, origin, schemes)
			if err != nil {
				return err
			}
			seen, owners := map[string]*theft{}, Logins{}
			for _, scheme := range schemes {
				owner := trial.simulated(scheme, 1) // has what the browser has, because a recording is without a browser's requests
				owner.cookies = maps.Clone(cookies)
				if _, err := owner.Page(ctx, "/me"); err != nil {
					return err
				}
				thief := owner.Copy()
				owners[scheme], seen[scheme] = owner, &theft{thief: thief}
				if seen[scheme].before, err = thief.Status(ctx, "/me"); err != nil {
					return err
				}
			}
			if err := trial.Target.Advance(ctx, proofLife); err != nil {
				return err
			}
			if err := tab.Forget(origin, proofCookie); err != nil { // as the browser does after ten minutes
				return err
			}
			for _, scheme := range schemes {
				owner, err := tab.Fetch(origin+base(scheme)+"/me", browser.Init{})
				if err != nil {
					return err
				}
				if owner.Status != http.StatusOK {
					return fmt.Errorf("%s: the owner gets %d %s", scheme, owner.Status, owner.Body)
				}
				if owners[scheme].cookies, err = tab.Cookies(origin); err != nil {
					return err
				}
				if _, err := owners[scheme].Page(ctx, "/me"); err != nil {
					return err
				}
				t := seen[scheme]
				if t.after, err = t.thief.Status(ctx, "/me"); err != nil {
					return err
				}
				trial.Observe(scheme, t.outcome(), map[string]float64{
					"status_before": float64(t.before), "status_after": float64(t.after), "owner_status": float64(owner.Status),
				})
			}
			return nil
		},
	}
}

// proofCookie is the short cookie of session-bound.
const proofCookie = SessionBound + "-proof"

// logInBound logs in by each scheme on a page, and returns the cookies of the browser when it has registered its key.
func logInBound(tab *browser.Tab, origin string, schemes []string) (map[string]string, error) {
	if err := tab.Go(origin + anyPage); err != nil {
		return nil, err
	}
	if err := tab.RegisterKey(func() (err error) {
		for _, scheme := range schemes {
			err = errors.Join(err, logInOn(tab, origin, scheme))
		}
		return err
	}); err != nil {
		return nil, err
	}
	return tab.Cookies(origin)
}
