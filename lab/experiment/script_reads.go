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
		Name:     "script-reads",
		Question: "A script on the page looks for the credential: what does it get?",
		Claim:    "HttpOnly protects a cookie from scripts.",
		Browser:  true,
		Predict:  whatever(with(always("cannot read, can ride", cookieSchemes()...), "reads it from storage", TokenStateless, TokenRevocable)),
		Run: func(ctx context.Context, b *Bench) error {
			tab, err := b.Tab(ctx)
			if err != nil {
				return err
			}
			defer tab.Close()
			if err := b.Target.AddUsers(ctx, 1, simulatedPassword); err != nil {
				return err
			}
			lab := b.Target.URL()
			if err := tab.Go(lab + "/"); err != nil {
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
				ride, err := tab.Fetch(lab+base[scheme]+"/email", browser.Init{
					Method: http.MethodPost, Body: `{"email":"thief@example.org"}`,
					Headers: map[string]string{"Content-Type": "application/json", "X-Balance": Sticky},
				})
				if err != nil {
					return err
				}
				read := strings.Contains(found, credential)
				b.Observe(scheme, spoils(read, ride.Status), map[string]float64{"read": oneIf(read), "status_riding": float64(ride.Status)})
			}
			tab.Close()
			for _, scheme := range []string{TokenStateless, TokenRevocable} {
				thief := b.User(scheme) // on another machine
				observed := "cannot read"
				if strings.Contains(found, token) {
					thief.Access = token
					observed = "reads it from storage"
				}
				elsewhere, err := thief.Status(ctx, "/me")
				if err != nil {
					return err
				}
				if thief.Access != "" && elsewhere != http.StatusOK {
					observed += fmt.Sprintf(", which is good for a %d", elsewhere)
				}
				b.Observe(scheme, observed, map[string]float64{"read": oneIf(thief.Access != ""), "status_elsewhere": float64(elsewhere)})
			}
			return nil
		},
		Lesson: func(r Result) string {
			return fmt.Sprintf("The script read %.0f of %d cookies, so HttpOnly held, and yet it could act: its own request from the page "+
				"took the cookie along, and changed the e-mail address (%.0f). The token it read from localStorage, and that "+
				"token was good for a %.0f on another machine when the page was closed. HttpOnly keeps a thief on the page; it does not keep "+
				"the thief from using it.",
				total(r, "read")-r.Measure(TokenStateless, "read")-r.Measure(TokenRevocable, "read"), len(cookieSchemes()),
				r.Measure(SessionRedis, "status_riding"), r.Measure(TokenStateless, "status_elsewhere"))
		},
	}
}

// spoils says what a script has of a cookie.
func spoils(read bool, riding int) string {
	observed := "cannot read"
	if read {
		observed = "reads it"
	}
	if riding == http.StatusOK {
		return observed + ", can ride"
	}
	return fmt.Sprintf("%s, and %d to ride", observed, riding)
}
