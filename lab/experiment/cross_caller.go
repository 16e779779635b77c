package experiment

import (
	"fmt"
	"net/http"

	"authlab/lab/experiment/browser"
)

// crossCaller is one tab that goes from origin to origin, and what it saw there.
type crossCaller struct {
	tab          *browser.Tab
	lab, reports string

	foreign, neighbour map[string]browser.Exchange   // with a cookie, by scheme
	allowed            map[string]browser.Exchange   // with a token, from a page that the second service allows
	refused            map[string][]browser.Exchange // and from one that no server allows
}

// pageWithoutCSP is a page of the lab's own origin without a Content-Security-Policy. The policy of the lab's pages at /
// stops calls to the second service, so SameSite and CORS could not be measured there.
const pageWithoutCSP = "/livez"

// callFrom logs in on a page of the lab, and calls from there and from the others.
func (c *crossCaller) callFrom(others *pages) error {
	if err := c.tab.Go(c.lab + pageWithoutCSP); err != nil {
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

func (c *crossCaller) me(scheme string) string { return c.lab + base(scheme) + "/me" }

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
