package experiment

import (
	"context"
	"fmt"
	"net/http"
	"slices"
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
			var seen [2]map[string]bool
			for i, name := range []string{unstored, stored} {
				if seen[i], err = backTo(tab, f.at(name, ""), schemes); err != nil {
					return err
				}
			}
			for _, scheme := range schemes {
				with, without := seen[0][scheme], seen[1][scheme]
				trial.Observe(scheme, withAndWithout(whether(with), whether(without)), map[string]float64{
					"shown_with": oneIf(with), "shown_without": oneIf(without),
				})
			}
			return nil
		},
	}
}

func whether(isShown bool) Outcome {
	if isShown {
		return shown()
	}
	return notShown()
}

func notShown() Outcome { return Kept.says("not-shown") }
func shown() Outcome    { return Dangerous.says("shown") }
func withAndWithout(with, without Outcome) Outcome {
	return Meaning("").composed("with-and-without", with, without)
}

// backTo logs in by each scheme, looks at each one's page, logs out, goes elsewhere, and back from page to page. It tells which
// of them were shown again.
func backTo(tab *browser.Tab, server string, schemes []string) (map[string]bool, error) {
	if err := logInAt(tab, server, schemes); err != nil {
		return nil, err
	}
	for _, scheme := range schemes {
		if err := tab.Go(server + base(scheme) + "/me"); err != nil {
			return nil, err
		}
		if isUsers, err := showsUser(tab); err != nil || !isUsers {
			return nil, fmt.Errorf("%s: the page is not the user's: %w", scheme, err)
		}
	}
	for _, scheme := range schemes {
		if x, err := tab.Fetch(server+named(scheme).Logout, browser.Init{Method: http.MethodPost}); err != nil || x.Status != http.StatusNoContent {
			return nil, fmt.Errorf("%s: log out: %d: %w", scheme, x.Status, err)
		}
	}
	if err := tab.Go(server + "/"); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, scheme := range slices.Backward(schemes) {
		if err := tab.Back(); err != nil {
			return nil, err
		}
		var err error
		if seen[scheme], err = showsUser(tab); err != nil {
			return nil, err
		}
	}
	return seen, nil
}

func showsUser(tab *browser.Tab) (bool, error) {
	text, err := tab.Text()
	return strings.Contains(text, contract.SimulatedName(1)), err
}
