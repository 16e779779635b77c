package experiment

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"authlab/lab/experiment/browser"
)

// bearerPages is where the second service takes a token.
var bearerPages = map[string]string{TokenStateless: "/reports/token", TokenRevocable: "/reports/revocable"}

// crossOrigin has pages of three origins call the API, in a real browser in which a user is logged in: the lab's own,
// one of another site, and one of another port of the same host.
func crossOrigin() Experiment {
	return Experiment{
		Name:    "cross-origin",
		Browser: true,
		Predicted: Predictions{
			SessionMemory:  cookieNotSent(),
			SessionRedis:   cookieNotSent(),
			SessionCookie:  cookieNotSent(),
			TokenStateless: tokenSentWithCORS(),
			TokenRevocable: tokenSentWithCORS(),
			TokenCookie:    cookieNotSent(),
		},
		Run: func(ctx context.Context, trial *Trial) error {
			view, err := trial.Target.View(ctx)
			if err != nil {
				return err
			}
			tab, err := trial.Tab(ctx)
			if err != nil {
				return err
			}
			defer tab.Close()
			others, err := servePages(ctx, trial.Target.URL())
			if err != nil {
				return err
			}
			defer others.close()
			c := crossCaller{tab: tab, lab: trial.Target.URL(), reports: view.Services.Reports}
			if err := c.callFrom(others); err != nil {
				return err
			}
			c.observeCookies(trial)
			if view.Services.Reports == "" {
				return fmt.Errorf("a second service: %w", ErrNotOnTarget)
			}
			c.observeTokens(trial)
			return nil
		},
		Lesson: func(r Result) []string {
			_, measured := r.measure(TokenStateless, "status")
			return []string{
				either(r.Measure(SessionRedis, "neighbour_status") > 0, "lesson-neighbour", ""), either(measured, "lesson-tokens", ""),
			}
		},
	}
}

func (c *crossCaller) observeCookies(trial *Trial) {
	for _, scheme := range cookieSchemes() {
		x := c.foreign[scheme]
		measures := map[string]float64{
			"status": float64(x.Status), "sent": oneIf(x.Carries(scheme)), "held_by_samesite": oneIf(heldBySameSite(scheme, x)),
		}
		if y, ok := c.neighbour[scheme]; ok {
			measures["neighbour_status"], measures["neighbour_sent"] = float64(y.Status), oneIf(y.Carries(scheme))
			measures["neighbour_read"] = oneIf(y.Read)
		}
		trial.Observe(scheme, withCookie(scheme, x), measures)
	}
}

func (c *crossCaller) observeTokens(trial *Trial) {
	for scheme := range bearerPages {
		x, left := c.allowed[scheme], 0.0
		for _, y := range c.refused[scheme] {
			left += oneIf(y.Left)
		}
		trial.Observe(scheme, withToken(x, left > 0), map[string]float64{
			"status": float64(x.Status), "sent": oneIf(x.Left), "read": oneIf(x.Read), "sent_without_cors": left,
		})
	}
}

func cookieNotSent() Outcome     { return Kept.says("not-sent") }
func tokenSentWithCORS() Outcome { return Kept.says("sent-with-cors") }

// withCookie says what became of a cookie that should have come along.
func withCookie(scheme string, x browser.Exchange) Outcome {
	switch {
	case x.Carries(scheme):
		return Dangerous.says("sent", "status", x.Status)
	case !x.Left:
		return Meaning("").says("not-asked", "why", x.Blocked)
	case x.Status != http.StatusUnauthorized:
		return Meaning("").says("not-sent-and", "status", x.Status)
	case !heldBySameSite(scheme, x):
		return Kept.says("not-sent-because", "reasons", strings.Join(x.Withheld[scheme], ", "))
	}
	return cookieNotSent()
}

// heldBySameSite tells whether the flag alone would have been enough. The browser names every reason that it has, and a
// tab without a past, like a private window, also keeps back all that belongs to another site (UserPreferences).
func heldBySameSite(scheme string, x browser.Exchange) bool {
	return slices.ContainsFunc(x.Withheld[scheme], func(why string) bool { return strings.Contains(why, "SameSiteLax") })
}

// withToken says what became of a token that a page has shown: to the page that CORS allows, and whether it was sent
// anyway by one that CORS does not allow.
func withToken(allowed browser.Exchange, anyway bool) Outcome {
	switch {
	case anyway:
		return Dangerous.says("sent-without-cors")
	case !allowed.Left:
		return Meaning("").says("not-sent-with-cors")
	case !allowed.Read || allowed.Status != http.StatusOK:
		return Meaning("").says("sent-with-cors-and", "status", allowed.Status)
	}
	return tokenSentWithCORS()
}
