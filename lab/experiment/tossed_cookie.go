package experiment

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"authlab/lab/contract"
	"authlab/lab/experiment/browser"
	"authlab/web/scheme"
)

// tossedCookie has a neighbour under the same domain set a cookie of the same name, in a real browser over TLS: it is the
// login of the attacker, for the whole domain and for a longer path, so that the browser sends it first. Once the cookie has
// its plain name, and once the prefix __Host-.
func tossedCookie() Experiment {
	const domain, plain, host, neighbour = "site.localhost", "plain.site.localhost", "host.site.localhost", "neighbour.site.localhost"
	schemes := cookieSchemes()
	return Experiment{
		Name:      "tossed-cookie",
		Browser:   true,
		Predicted: same(plainAndHost(neighboursWins(), neighboursRefused()), schemes...),
		Run: func(ctx context.Context, trial *Trial) error {
			tab, err := trial.Tab(ctx)
			if err != nil {
				return err
			}
			defer tab.Close()
			tossed := map[string]string{} // what the neighbour sets, by name
			f, err := openFront(ctx, trial.Target.URL(), true, map[string]site{
				//nolint:gosec // the replica has set the other attributes
				plain: {cookie: func(c *http.Cookie) { c.Secure = true }}, host: {secured: true},
				neighbour: {serve: func(w http.ResponseWriter, _ *http.Request) {
					for name, value := range tossed {
						for _, prefix := range []string{"", scheme.SecurePrefix} {
							http.SetCookie(w, &http.Cookie{Name: prefix + name, Value: value, Domain: domain, Path: base(name), Secure: true}) //nolint:gosec // it is the attacker's
						}
					}
				}},
			})
			if err != nil {
				return err
			}
			defer f.close()
			for _, scheme := range schemes {
				attacker := trial.simulated(scheme, 2)
				attacker.Policy, attacker.address = Hash, frontAddress // at the same replica
				attacker.recorder = nil                                // a recording does not have what happens in a browser
				if err := attacker.Login(ctx); err != nil {
					return err
				}
				tossed[scheme] = attacker.Credential()
			}
			if err := tab.TrustAll(); err != nil {
				return err
			}
			for _, name := range []string{plain, host} {
				if err := logInAt(tab, f.at(name, ""), schemes); err != nil {
					return err
				}
			}
			if err := tab.Go(f.at(neighbour, "/")); err != nil {
				return err
			}
			users := map[string][]string{}
			for _, name := range []string{plain, host} {
				if err := tab.Go(f.at(name, "/")); err != nil {
					return err
				}
				for _, scheme := range schemes {
					user, err := whoIs(tab, f.at(name, ""), scheme)
					if err != nil {
						return err
					}
					users[scheme] = append(users[scheme], user)
				}
			}
			for _, scheme := range schemes {
				attacker := contract.SimulatedName(2)
				trial.Observe(scheme, plainAndHost(afterToss(users[scheme][0]), afterToss(users[scheme][1])), map[string]float64{
					"plain_is_attacker": oneIf(users[scheme][0] == attacker), "host_is_attacker": oneIf(users[scheme][1] == attacker),
				})
			}
			return nil
		},
	}
}

func neighboursWins() Outcome    { return Dangerous.says("neighbour-wins") }
func neighboursRefused() Outcome { return Kept.says("neighbour-refused") }
func plainAndHost(plain, host Outcome) Outcome {
	return Meaning("").composed("plain-and-host", plain, host)
}

// afterToss says what became of a login whose owner is the first simulated user.
func afterToss(user string) Outcome {
	switch user {
	case contract.SimulatedName(1):
		return neighboursRefused()
	case contract.SimulatedName(2):
		return neighboursWins()
	}
	return loggedOut()
}

// logInAt goes to a server and logs in by each scheme.
func logInAt(tab *browser.Tab, server string, schemes []string) error {
	if err := tab.Go(server + "/"); err != nil {
		return err
	}
	for _, scheme := range schemes {
		if err := logInOn(tab, server, scheme); err != nil {
			return err
		}
		if user, err := whoIs(tab, server, scheme); err != nil || user != contract.SimulatedName(1) {
			return fmt.Errorf("%s at %s: logged in as %q: %w", scheme, server, user, err)
		}
	}
	return nil
}

// whoIs is the user whom the server takes this browser's for. Empty: none.
func whoIs(tab *browser.Tab, server, scheme string) (string, error) {
	x, err := tab.Fetch(server+base(scheme)+"/me", browser.Init{})
	if err != nil || x.Status != http.StatusOK {
		return "", err
	}
	var me struct{ User struct{ Name string } }
	err = json.Unmarshal(x.Body, &me)
	return me.User.Name, err
}
