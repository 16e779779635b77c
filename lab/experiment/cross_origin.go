package experiment

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"authlab/lab/experiment/browser"
)

// cookieSchemes are those whose credential a browser sends by itself.
func cookieSchemes() []string {
	return []string{SessionMemory, SessionRedis, SessionCookie, TokenCookie}
}

// bearerPages is where the second service takes a token.
var bearerPages = map[string]string{TokenStateless: "/reports/token", TokenRevocable: "/reports/revocable"}

// crossOrigin has pages of three origins call the API, in a real browser in which somebody is logged in: the lab's own,
// one of another site, and one of another port of the same host.
func crossOrigin() Experiment {
	return Experiment{
		Name:     "cross-origin",
		Question: "A page from another origin calls the API: is the credential sent?",
		Claim:    "CORS keeps other sites from sending my cookie.",
		Browser:  true,
		Predict:  whatever(with(always("not sent", cookieSchemes()...), "sent, with CORS", TokenStateless, TokenRevocable)),
		Run: func(ctx context.Context, b *Bench) error {
			services, err := b.Target.Services(ctx)
			if err != nil {
				return err
			}
			tab, err := b.Tab(ctx)
			if err != nil {
				return err
			}
			defer tab.Close()
			if err := b.Target.AddUsers(ctx, 1, simulatedPassword); err != nil {
				return err
			}
			others, err := servePages(ctx, b.Target.URL())
			if err != nil {
				return err
			}
			defer others.close()
			c := crossCaller{tab: tab, lab: b.Target.URL(), reports: services.Reports}
			if err := c.callFrom(others); err != nil {
				return err
			}
			c.observeCookies(b)
			if services.Reports == "" {
				return fmt.Errorf("a second service: %w", ErrNotOnTarget)
			}
			c.observeTokens(b)
			return nil
		},
		Lesson: func(r Result) string {
			neighbour := ""
			if r.Measure(SessionRedis, "neighbour_status") > 0 {
				neighbour = fmt.Sprintf(" (Another port of the same host is another origin but the same site: from there %.0f of %d were "+
					"sent, and of the answers the page could read %.0f.)",
					total(r, "neighbour_sent"), len(cookieSchemes()), total(r, "neighbour_read"))
			}
			return fmt.Sprintf("The request from another site arrived, so CORS did not stop it, but it came without the cookie and got "+
				"%.0f: SameSite=Lax held back %.0f of %d.%s A token comes along only if a page shows it, and that is where CORS "+
				"decides: a page that the second service allows got %.0f, and of 2 requests from a page that nobody allows, %.0f left the browser.",
				r.Measure(SessionRedis, "status"), total(r, "held_by_samesite"), len(cookieSchemes()), neighbour,
				r.Measure(TokenStateless, "status"), r.Measure(TokenStateless, "sent_without_cors"))
		},
	}
}

// crossCaller is one tab that goes from origin to origin, and what it saw there.
type crossCaller struct {
	tab          *browser.Tab
	lab, reports string

	foreign, neighbour map[string]browser.Exchange   // with a cookie, by scheme
	allowed            map[string]browser.Exchange   // with a token, from a page that the second service allows
	refused            map[string][]browser.Exchange // and from one that nobody allows
}

// document is a page of the lab's own origin. The lab's pages at / may call nobody but the lab, by their
// Content-Security-Policy, which is another lock than those in question here.
const document = "/livez"

// callFrom logs in on a page of the lab, and calls from there and from the others.
func (c *crossCaller) callFrom(others *pages) error {
	if err := c.tab.Go(c.lab + document); err != nil {
		return err
	}
	for _, scheme := range cookieSchemes() {
		if err := logInOn(c.tab, c.lab, scheme); err != nil {
			return err
		}
		own, err := c.tab.Fetch(c.me(scheme), browser.Init{Headers: map[string]string{"X-Balance": Sticky}})
		if err != nil {
			return err
		}
		if own.Status != http.StatusOK || !own.Carries(scheme) || !own.Read {
			return fmt.Errorf("%s: %d on a page of the lab itself", scheme, own.Status)
		}
	}
	token, err := authenticateOn(c.tab, c.lab)
	if err != nil {
		return err
	}
	shown := browser.Init{Headers: map[string]string{"Authorization": "Bearer " + token}}
	c.allowed, c.refused = map[string]browser.Exchange{}, map[string][]browser.Exchange{}
	if c.reports != "" {
		for scheme, page := range bearerPages {
			if c.allowed[scheme], err = c.tab.Fetch(c.reports+page, shown); err != nil {
				return err
			}
		}
	}
	if err := c.tab.Go(others.foreign); err != nil {
		return err
	}
	if c.foreign, err = c.include(); err != nil {
		return err
	}
	if c.reports != "" {
		for scheme, page := range bearerPages {
			for _, address := range []string{c.reports + page, c.me(scheme)} {
				x, err := c.tab.Fetch(address, shown)
				if err != nil {
					return err
				}
				c.refused[scheme] = append(c.refused[scheme], x)
			}
		}
	}
	if others.neighbour == "" {
		return nil
	}
	if err := c.tab.Go(others.neighbour); err != nil {
		return err
	}
	c.neighbour, err = c.include()
	return err
}

func (c *crossCaller) me(scheme string) string { return c.lab + base[scheme] + "/me" }

// include calls as a page does that wants the cookie to come along.
func (c *crossCaller) include() (map[string]browser.Exchange, error) {
	seen := map[string]browser.Exchange{}
	for _, scheme := range cookieSchemes() {
		x, err := c.tab.Fetch(c.me(scheme), browser.Init{Credentials: "include"})
		if err != nil {
			return nil, err
		}
		seen[scheme] = x
	}
	return seen, nil
}

func (c *crossCaller) observeCookies(b *Bench) {
	for _, scheme := range cookieSchemes() {
		x := c.foreign[scheme]
		measures := map[string]float64{
			"status": float64(x.Status), "sent": oneIf(x.Carries(scheme)), "held_by_samesite": oneIf(heldBySameSite(scheme, x)),
		}
		if y, ok := c.neighbour[scheme]; ok {
			measures["neighbour_status"], measures["neighbour_sent"] = float64(y.Status), oneIf(y.Carries(scheme))
			measures["neighbour_read"] = oneIf(y.Read)
		}
		b.Observe(scheme, withCookie(scheme, x), measures)
	}
}

func (c *crossCaller) observeTokens(b *Bench) {
	for scheme := range bearerPages {
		x, left := c.allowed[scheme], 0.0
		for _, y := range c.refused[scheme] {
			left += oneIf(y.Left)
		}
		b.Observe(scheme, withToken(x, left > 0), map[string]float64{
			"status": float64(x.Status), "sent": oneIf(x.Left), "read": oneIf(x.Read), "sent_without_cors": left,
		})
	}
}

// withCookie says what became of a cookie that should have come along.
func withCookie(scheme string, x browser.Exchange) string {
	switch {
	case x.Carries(scheme):
		return fmt.Sprintf("sent, %d", x.Status)
	case !x.Left:
		return "not even asked: " + x.Blocked
	case x.Status != http.StatusUnauthorized:
		return fmt.Sprintf("not sent, and %d", x.Status)
	case !heldBySameSite(scheme, x):
		return "not sent, because of " + strings.Join(x.Withheld[scheme], ", ")
	}
	return "not sent"
}

// heldBySameSite tells whether the flag alone would have been enough. The browser names every reason that it has, and a
// tab without a past, like a private window, also keeps back whatever belongs to another site (UserPreferences).
func heldBySameSite(scheme string, x browser.Exchange) bool {
	return slices.ContainsFunc(x.Withheld[scheme], func(why string) bool { return strings.Contains(why, "SameSiteLax") })
}

// withToken says what became of a token that a page has shown.
func withToken(allowed browser.Exchange, anyway bool) string {
	switch {
	case anyway:
		return "sent, also without CORS"
	case !allowed.Left:
		return "not sent, even with CORS"
	case !allowed.Read || allowed.Status != http.StatusOK:
		return fmt.Sprintf("sent, with CORS, and %d", allowed.Status)
	}
	return "sent, with CORS"
}

func total(r Result, measure string) (sum float64) {
	for _, c := range r.Cells {
		sum += c.Measures[measure]
	}
	return sum
}
