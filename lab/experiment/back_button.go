package experiment

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"authlab/lab/contract"
	"authlab/lab/experiment/browser"
)

// backButton shows a user's page in a real browser, logs out, and presses "back": once as the server answers, which forbids
// the browser to store the page, and once without that.
func backButton() Experiment {
	const stored, unstored = "stored.localhost", "unstored.localhost"
	schemes := cookieSchemes()
	return Experiment{
		Name:      "back-button",
		Browser:   true,
		Predicted: same(withAndWithout(notShown(), shown()), schemes...),
		Run: func(ctx context.Context, trial *Trial) error {
			tab, err := trial.Tab(ctx)
			if err != nil {
				return err
			}
			defer tab.Close()
			f, err := openFront(ctx, trial.Target.URL(), false, map[string]site{
				unstored: {}, stored: {header: func(h http.Header) { h.Del("Cache-Control") }},
			})
			if err != nil {
				return err
			}
			defer f.close()
			for _, scheme := range schemes {
				outcomes, measures := make([]Outcome, 2), map[string]float64{}
				for i, name := range []string{unstored, stored} {
					seen, err := backTo(tab, f.at(name, ""), scheme)
					if err != nil {
						return err
					}
					outcomes[i] = notShown()
					if seen {
						outcomes[i] = shown()
					}
					measures[[]string{"shown_with", "shown_without"}[i]] = oneIf(seen)
				}
				trial.Observe(scheme, withAndWithout(outcomes[0], outcomes[1]), measures)
			}
			return nil
		},
	}
}

func notShown() Outcome { return Kept.says("not-shown") }
func shown() Outcome    { return Dangerous.says("shown") }
func withAndWithout(with, without Outcome) Outcome {
	return Meaning("").composed("with-and-without", with, without)
}

// backTo logs in, looks at the user's page, logs out, goes elsewhere, and back. It tells whether the page was shown again.
func backTo(tab *browser.Tab, server, scheme string) (shown bool, err error) {
	if err := tab.Go(server + "/"); err != nil {
		return false, err
	}
	if err := logInOn(tab, server, scheme); err != nil {
		return false, err
	}
	page := server + base(scheme) + "/me"
	if err := tab.Go(page); err != nil {
		return false, err
	}
	if text, err := tab.Text(); err != nil || !strings.Contains(text, contract.SimulatedName(1)) {
		return false, fmt.Errorf("%s: the page says %.80q: %w", scheme, text, err)
	}
	if x, err := tab.Fetch(server+named(scheme).Logout, browser.Init{Method: http.MethodPost}); err != nil || x.Status != http.StatusNoContent {
		return false, fmt.Errorf("%s: log out: %d: %w", scheme, x.Status, err)
	}
	if err := tab.Go(server + "/"); err != nil {
		return false, err
	}
	if err := tab.Back(); err != nil {
		return false, err
	}
	text, err := tab.Text()
	return strings.Contains(text, contract.SimulatedName(1)), err
}
