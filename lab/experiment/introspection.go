package experiment

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"authlab/lab/contract"
)

// introspected are how many seconds the second service believes what home has said of a token, on a page for each.
func introspected() []int { return []int{0, 5, 60} }

// introspection has the second service ask home about a token, and believe the answer for a while; and on another page check
// the token by itself.
func introspection() Experiment {
	asks := asksHome(reportRequests, 0)
	keeps5, keeps60 := asksHome(1, 5), asksHome(1, 60)
	return Experiment{
		Name: "introspection",
		Predicted: Predictions{
			TokenStateless: checksItself(0, true),
			TokenRevocable: Meaning("").composed("by-time", asks, keeps5, keeps60),
		},
		Run: func(ctx context.Context, trial *Trial) error {
			reports, err := trial.secondService(ctx)
			if err != nil {
				return err
			}
			owner, err := trial.LogIn(ctx, TokenRevocable, Sticky)
			if err != nil {
				return err
			}
			visitor := owner.alike()
			visitor.url = reports
			first, err := visitor.report(ctx, introspectedPage(0))
			if err != nil {
				return err
			}
			if first.status == http.StatusNotFound { // home has not registered the service
				return fmt.Errorf("introspection: %w", ErrNotOnTarget)
			}
			if _, err := visitor.report(ctx, reportPages[TokenStateless]); err != nil { // fetches home's keys, if they are not there
				return err
			}
			pages := []string{reportPages[TokenStateless]}
			for _, seconds := range introspected() {
				pages = append(pages, introspectedPage(seconds))
			}
			calls, down := map[string]int{}, map[string]float64{}
			for _, page := range pages {
				known, count, err := visitor.reports(ctx, page, reportRequests)
				if err != nil {
					return err
				}
				if known != reportRequests {
					return fmt.Errorf("%s: %d of %d reports", page, known, reportRequests)
				}
				calls[page] = count
			}
			if err := during(ctx, trial.Target, contract.Fault{Name: contract.HomeCut}, func() error {
				for _, page := range pages {
					r, err := visitor.report(ctx, page)
					if err != nil {
						return err
					}
					down[page] = float64(r.status)
				}
				return nil
			}); err != nil {
				return err
			}
			believed, err := visitor.believedAfterLogout(ctx, trial.Target, owner, pages)
			if err != nil {
				return err
			}
			trial.observeIntrospection(calls, down, believed)
			return nil
		},
	}
}

func introspectedPage(seconds int) string { return "/reports/introspected/" + strconv.Itoa(seconds) }

// believedAfterLogout logs the owner of a token out, and finds for how long each page goes on believing it.
func (u *User) believedAfterLogout(ctx context.Context, target Target, owner *User, pages []string) (map[string]time.Duration, error) {
	for _, page := range pages { // home is asked now where it has to be, and not a moment before
		if _, err := u.report(ctx, page); err != nil {
			return nil, err
		}
	}
	if err := owner.Logout(ctx); err != nil {
		return nil, err
	}
	believed := map[string]time.Duration{}
	passed := time.Duration(0)
	for _, until := range []time.Duration{0, 5 * time.Second, time.Minute, 15 * time.Minute} {
		if err := target.Advance(ctx, until-passed); err != nil {
			return nil, err
		}
		passed = until
		for _, page := range pages {
			if _, refused := believed[page]; refused {
				continue
			}
			r, err := u.report(ctx, page)
			if err != nil {
				return nil, err
			}
			if r.status == http.StatusUnauthorized {
				believed[page] = until
			}
		}
	}
	return believed, nil
}

func (trial *Trial) observeIntrospection(calls map[string]int, down map[string]float64, believed map[string]time.Duration) {
	alone := reportPages[TokenStateless]
	trial.Observe(TokenStateless, checksItself(calls[alone], believed[alone] > time.Minute), map[string]float64{
		"home_calls": float64(calls[alone]), "status_home_down": down[alone], "believed_minutes": believed[alone].Minutes(),
	})
	measures := map[string]float64{"reports": reportRequests}
	var parts []Outcome
	for _, seconds := range introspected() {
		page, suffix := introspectedPage(seconds), "_"+strconv.Itoa(seconds)
		parts = append(parts, asksHome(calls[page], believed[page].Seconds()))
		measures["home_calls"+suffix], measures["status_home_down"+suffix] = float64(calls[page]), down[page]
		measures["believed_s"+suffix] = believed[page].Seconds()
	}
	trial.Observe(TokenRevocable, Meaning("").composed("by-time", parts[0], parts[1], parts[2]), measures)
}

// asksHome says how often home was asked for reportRequests reports, and for how long a token that was taken back was believed.
func asksHome(calls int, believed float64) Outcome {
	means := Costs
	if believed > 0 {
		means = Dangerous
	}
	return means.says("asks", "calls", calls, "seconds", math.Round(believed))
}

func checksItself(calls int, untilExp bool) Outcome {
	if untilExp {
		return Dangerous.says("until-exp", "calls", calls)
	}
	return Kept.says("asks", "calls", calls, "seconds", 0)
}
