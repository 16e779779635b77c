package experiment

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"authlab/lab/experiment/browser"
)

// scriptReads puts a script on the lab's own page, as a hole in the page or a poisoned library would, and lets it look
// for what the user has.
func scriptReads() Experiment {
	const (
		// What an app does that keeps its token where it survives a reload.
		keep = `localStorage.setItem("access_token", %q), true`
		// What a thief looks at.
		loot = `(async () => JSON.stringify([
			document.cookie, { ...localStorage }, { ...sessionStorage }, window.cookieStore ? await cookieStore.getAll() : [],
		]))()`
	)
	return Experiment{
		Name:    "script-reads",
		Browser: true,
		Predicted: Predictions{
			SessionMemory:  cannotReadCanRide(),
			SessionRedis:   cannotReadCanRide(),
			SessionCookie:  cannotReadCanRide(),
			TokenStateless: readsFromStorage(),
			TokenRevocable: readsFromStorage(),
			TokenCookie:    cannotReadCanRide(),
		},
		Run: func(ctx context.Context, trial *Trial) error {
			tab, err := trial.Tab(ctx)
			if err != nil {
				return err
			}
			defer tab.Close()
			lab := trial.Target.URL()
			// The page at / logs its reader in, which would be a second login in this browser. This one does not.
			if err := tab.Go(lab + "/inspector"); err != nil {
				return err
			}
			for _, scheme := range cookieSchemes() {
				if err := logInOn(tab, lab, scheme); err != nil {
					return err
				}
			}
			token, err := authenticateOn(tab, lab)
			if err != nil {
				return err
			}
			if err := tab.Evaluate(fmt.Sprintf(keep, token), new(bool)); err != nil {
				return err
			}
			var found string
			if err := tab.Evaluate(loot, &found); err != nil {
				return err
			}
			cookies, err := tab.Cookies(lab)
			if err != nil {
				return err
			}
			for _, scheme := range cookieSchemes() {
				credential, ok := cookies[scheme]
				if !ok {
					return fmt.Errorf("%s: the browser has no such cookie", scheme)
				}
				ride, err := tab.Fetch(lab+base(scheme)+"/email", browser.Init{
					Method: http.MethodPost, Body: `{"email":"thief@example.org"}`,
					Headers: map[string]string{"Content-Type": "application/json", "X-Balance": Sticky},
				})
				if err != nil {
					return err
				}
				read := strings.Contains(found, credential)
				trial.Observe(scheme, withTheCookie(read, ride.Status), map[string]float64{
					"read": oneIf(read), "cookie_read": oneIf(read), "status_riding": float64(ride.Status),
				})
			}
			tab.Close()
			for _, scheme := range []string{TokenStateless, TokenRevocable} {
				thief, read := trial.User(scheme), strings.Contains(found, token) // on another machine
				if read {
					thief.Access = token
				}
				elsewhere, err := thief.Status(ctx, "/me")
				if err != nil {
					return err
				}
				trial.Observe(scheme, withTheToken(read, elsewhere), map[string]float64{
					"read": oneIf(read), "status_elsewhere": float64(elsewhere),
				})
			}
			return nil
		},
	}
}

func cannotReadCanRide() Outcome { return Dangerous.says("cannot-read-can-ride") }
func readsFromStorage() Outcome  { return Dangerous.says("reads-from-storage") }

// withTheCookie says what a script has of a cookie that it could read or not, from the status of a request in which the
// cookie came along.
func withTheCookie(read bool, riding int) Outcome {
	switch {
	case read && riding == http.StatusOK:
		return Dangerous.says("reads-can-ride")
	case read:
		return Dangerous.says("reads-cannot-ride", "status", riding)
	case riding == http.StatusOK:
		return cannotReadCanRide()
	}
	return Kept.says("cannot-read-cannot-ride", "status", riding)
}

// withTheToken says what a thief has of a token that the script could read or not, from the status that the thief got
// elsewhere.
func withTheToken(read bool, elsewhere int) Outcome {
	switch {
	case !read:
		return Kept.says("cannot-read")
	case elsewhere != http.StatusOK:
		return Meaning("").says("reads-from-storage-good-for", "status", elsewhere)
	}
	return readsFromStorage()
}
