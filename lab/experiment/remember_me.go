package experiment

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"

	"authlab/lab/experiment/browser"
)

// rememberMe logs in with a real browser, closes it, opens it again with the same profile, and sees who is still logged in.
// Balanced by address, because the browser may drop the cookie by which a balancer knows it.
// It uses two origins of the lab, because a browser has one cookie of a name for each host: at one without "remember me" and
// with the token in sessionStorage, at the other with it and with the token in localStorage.
func rememberMe() Experiment {
	return Experiment{
		Name:    "remember-me",
		Browser: true,
		Predicted: Predictions{
			SessionMemory:  afterReopening("by-max-age", http.StatusUnauthorized, http.StatusOK),
			SessionRedis:   afterReopening("by-max-age", http.StatusUnauthorized, http.StatusOK),
			SessionCookie:  afterReopening("by-max-age", http.StatusUnauthorized, http.StatusOK),
			TokenStateless: afterReopening("by-storage", http.StatusUnauthorized, http.StatusOK),
			TokenRevocable: afterReopening("by-storage", http.StatusUnauthorized, http.StatusOK),
			TokenCookie:    afterReopening("by-max-age", http.StatusUnauthorized, http.StatusOK),
		},
		Run: func(ctx context.Context, trial *Trial) error {
			plain, remembered, err := twoOrigins(trial.Target.URL())
			if err != nil {
				return err
			}
			profile, err := os.MkdirTemp("", "authlab-profile-")
			if err != nil {
				return err
			}
			defer func() { _ = os.RemoveAll(profile) }()
			if err := trial.inBrowser(ctx, profile, func(tab *browser.Tab) error {
				if err := keepLogins(tab, plain, "sessionStorage", false); err != nil {
					return err
				}
				return keepLogins(tab, remembered, "localStorage", true)
			}); err != nil {
				return err
			}
			return trial.inBrowser(ctx, profile, func(tab *browser.Tab) error {
				without, err := keptLogins(tab, plain, "sessionStorage")
				if err != nil {
					return err
				}
				with, err := keptLogins(tab, remembered, "localStorage")
				if err != nil {
					return err
				}
				for _, scheme := range except(Basic) {
					by := "by-max-age"
					if scheme == TokenStateless || scheme == TokenRevocable {
						by = "by-storage"
					}
					trial.Observe(scheme, afterReopening(by, without[scheme], with[scheme]), map[string]float64{
						"status_without": float64(without[scheme]), "status_with": float64(with[scheme]),
					})
				}
				return nil
			})
		},
	}
}

// twoOrigins are the lab by its address and by the name localhost. A lab on another machine has but one.
func twoOrigins(lab string) (byAddress, byName string, err error) {
	u, err := url.Parse(lab)
	if err != nil {
		return "", "", err
	}
	if host := u.Hostname(); host != "127.0.0.1" && host != "localhost" {
		return "", "", fmt.Errorf("a second origin: %w", ErrNotOnTarget)
	}
	return u.Scheme + "://" + net.JoinHostPort("127.0.0.1", u.Port()), u.Scheme + "://" + net.JoinHostPort("localhost", u.Port()), nil
}

// inBrowser opens the browser with a profile, and closes it in the end, which writes the profile.
func (trial *Trial) inBrowser(ctx context.Context, profile string, do func(*browser.Tab) error) error {
	tab, err := trial.TabAt(ctx, profile)
	if err != nil {
		return err
	}
	defer tab.Close()
	return do(tab)
}

// anyPage is a small page of the lab: what counts is whose origin it is.
const anyPage = "/livez"

// keepLogins logs in by each scheme on a page of an origin, and keeps the token in a storage of that page.
func keepLogins(tab *browser.Tab, origin, storage string, remember bool) error {
	if err := tab.Go(origin + anyPage); err != nil {
		return err
	}
	for _, scheme := range cookieSchemes() {
		if _, err := postOn(tab, origin+base(scheme)+"/login", Hash, remember); err != nil {
			return err
		}
	}
	token, err := authenticateOn(tab, origin)
	if err != nil {
		return err
	}
	return tab.Evaluate(fmt.Sprintf(`%s.setItem("access_token", %q), true`, storage, token), new(bool))
}

// keptLogins asks for /me by each scheme with what the browser has kept for an origin, and returns the statuses.
func keptLogins(tab *browser.Tab, origin, storage string) (map[string]int, error) {
	if err := tab.Go(origin + anyPage); err != nil {
		return nil, err
	}
	var token string
	if err := tab.Evaluate(storage+`.getItem("access_token") ?? ""`, &token); err != nil {
		return nil, err
	}
	statuses := map[string]int{}
	for _, scheme := range except(Basic) {
		headers := map[string]string{"X-Balance": Hash}
		if token != "" {
			headers["Authorization"] = "Bearer " + token
		}
		x, err := tab.Fetch(origin+base(scheme)+"/me", browser.Init{Headers: headers})
		if err != nil {
			return nil, err
		}
		statuses[scheme] = x.Status
	}
	return statuses, nil
}

// afterReopening says which of two logins is left when the browser is opened again: by which attribute of the cookie, or by
// which storage of the token.
func afterReopening(by string, without, with int) Outcome {
	if by == "by-storage" {
		return Meaning("").composed("by-storage", keptIf(without), keptIf(with))
	}
	return Meaning("").composed("by-max-age", keptIf(without), keptIf(with))
}

func keptIf(code int) Outcome {
	switch code {
	case http.StatusOK:
		return Kept.says("kept")
	case http.StatusUnauthorized:
		return Lost.says("gone")
	}
	return status(code)
}
