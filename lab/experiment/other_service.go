package experiment

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"time"

	"authlab/lab/contract"
)

// otherService asks a second service for reports, with the credential that the first one gave. The second has none of
// the first's stores and secrets, only its address and its public keys.
func otherService() Experiment {
	schemes := except(Basic, TokenCookie)
	return Experiment{
		Name: "other-service",
		Predicted: Predictions{
			SessionMemory:  reported(1, http.StatusServiceUnavailable),
			SessionRedis:   reported(1, http.StatusServiceUnavailable),
			SessionCookie:  reported(1, http.StatusServiceUnavailable),
			TokenStateless: reported(0, http.StatusOK),
			TokenRevocable: orStale(reported(1, http.StatusServiceUnavailable)),
		},
		Choices: these(
			reported(0, http.StatusOK),
			reported(1, http.StatusServiceUnavailable),
			orStale(reported(1, http.StatusServiceUnavailable)),
		),
		Run: func(ctx context.Context, trial *Trial) error {
			reports, err := trial.secondService(ctx)
			if err != nil {
				return err
			}
			users, err := trial.LoggedIn(ctx, schemes...)
			if err != nil {
				return err
			}
			seen, err := visitOther(ctx, trial.Target, reports, users)
			if err != nil {
				return err
			}
			for _, scheme := range schemes {
				seen.observe(trial, scheme)
			}
			return nil
		},
		Lesson: func(r Result) []string {
			fetched := r.Measure(TokenStateless, "first_home_calls") > 0
			return []string{either(fetched, "lesson-keys-fetched", "lesson-keys-known"), "lesson-price"}
		},
	}
}

// secondService is the address of the second service. ErrNotOnTarget: the lab has none.
func (trial *Trial) secondService(ctx context.Context) (string, error) {
	return trial.service(ctx, "a second service", func(s contract.ServicesView) string { return s.Reports })
}

// service is the address of one of the other servers of the lab. ErrNotOnTarget: the lab has none.
func (trial *Trial) service(ctx context.Context, what string, addressOf func(contract.ServicesView) string) (string, error) {
	view, err := trial.Target.View(ctx)
	address := addressOf(view.Services)
	if err == nil && address == "" {
		err = fmt.Errorf("%s: %w", what, ErrNotOnTarget)
	}
	return address, err
}

// reportRequests is how many reports each user asks for.
const reportRequests = 10

// reportPages are the second service's pages, by the scheme whose credential they take.
var reportPages = map[string]string{
	SessionMemory: "/reports/session/memory", SessionRedis: "/reports/session/redis", SessionCached: "/reports/session/redis", SessionCookie: "/reports/session/cookie",
	TokenStateless: "/reports/token", TokenRevocable: "/reports/revocable",
}

// otherVisits is what came of all visits to the second service.
type otherVisits struct {
	first   int            // calls home for the first token: for the public keys, unless they are there already
	calls   map[string]int // calls home for all reports of a scheme, reportRequests of them
	unstuck int            // reports for the session in memory, when home's balancer is not asked to stick to a replica
	down    map[string]reportAnswer
	asked   int // status for a token that was taken back, from the report that asks home
	alone   int // and from the one that does not
}

// visitOther has users, who are logged in at home, ask the second service for reports.
func visitOther(ctx context.Context, target Target, address string, users Logins) (seen otherVisits, err error) {
	visitors := Logins{}
	for scheme, user := range users.inOrder() {
		visitors[scheme] = user.alike()
		visitors[scheme].url = address
	}
	first, err := visitors[TokenStateless].report(ctx, reportPages[TokenStateless])
	if err != nil {
		return seen, err
	}
	seen.first, seen.calls = first.HomeCalls, map[string]int{}
	for scheme, visitor := range visitors.inOrder() {
		known, calls, err := visitor.reports(ctx, reportPages[scheme], reportRequests)
		if err != nil {
			return seen, err
		}
		if known != reportRequests {
			return seen, fmt.Errorf("%s: the second service knew %s %d times of %d", scheme, visitor.Name, known, reportRequests)
		}
		seen.calls[scheme] = calls
	}
	unstuck := visitors[SessionMemory].alike()
	unstuck.Policy = RoundRobin
	if seen.unstuck, _, err = unstuck.reports(ctx, reportPages[SessionMemory], reportRequests); err != nil {
		return seen, err
	}
	if seen.down, err = whileHomeIsDown(ctx, target, visitors); err != nil {
		return seen, err
	}
	// The token is taken back at home. The page that calls home learns of it, and the one that does not still accepts it.
	if err := users[TokenRevocable].Logout(ctx); err != nil {
		return seen, err
	}
	asked, err := visitors[TokenRevocable].report(ctx, reportPages[TokenRevocable])
	if err != nil {
		return seen, err
	}
	alone, err := visitors[TokenRevocable].report(ctx, reportPages[TokenStateless])
	seen.asked, seen.alone = asked.status, alone.status
	return seen, err
}

func (v otherVisits) observe(trial *Trial, scheme string) {
	each, down := float64(v.calls[scheme])/reportRequests, v.down[scheme]
	seen := reported(each, down.status)
	measures := map[string]float64{
		"home_calls": each, "status_home_down": float64(down.status), "ms_home_down": milliseconds(down.took),
	}
	switch scheme {
	case SessionMemory:
		measures["known_round_robin"], measures["asked_round_robin"] = float64(v.unstuck), reportRequests
	case TokenStateless:
		measures["first_home_calls"] = float64(v.first)
	case TokenRevocable:
		measures["revoked_status"], measures["revoked_status_alone"] = float64(v.asked), float64(v.alone)
		if v.asked != http.StatusUnauthorized {
			seen = Dangerous.composed("revoked-token", seen, status(v.asked))
		}
		if v.alone == http.StatusOK {
			seen = orStale(seen)
		}
	}
	trial.Observe(scheme, seen, measures)
}

// reported says how often the second service called home for a report, and what a user gets from it while home is down.
func reported(homeCalls float64, whenDown int) Outcome {
	calls := Costs.says("calls", "calls", homeCalls)
	switch {
	case homeCalls == 0:
		calls = Meaning("").says("calls", "calls", homeCalls)
	case homeCalls != math.Trunc(homeCalls):
		calls = Costs.says("calls-on-average", "calls", homeCalls)
	}
	down := status(whenDown)
	switch whenDown {
	case http.StatusOK:
		down = Kept.says("works")
	case http.StatusServiceUnavailable:
		down = CantTell.says("fails")
	}
	return down.Means.composed("either", calls, down)
}

// orStale says besides that the page which does not call home accepts a token that was taken back.
func orStale(seen Outcome) Outcome { return seen.Means.composed("or-stale", seen) }

// A reportAnswer is what the second service says.
type reportAnswer struct {
	status    int
	took      time.Duration
	HomeCalls int `json:"home_calls"`
	User      struct {
		Name string `json:"name"`
	} `json:"user"`
}

// report asks the second service, whose address this user has in place of the first one's.
func (u *User) report(ctx context.Context, page string) (reportAnswer, error) {
	answer, err := u.do(ctx, http.MethodGet, page, nil)
	if err != nil {
		return reportAnswer{}, err
	}
	r := reportAnswer{status: answer.Status, took: answer.Took}
	if err := json.Unmarshal(answer.Body, &r); err != nil {
		return reportAnswer{}, fmt.Errorf("read the report: %d: %w", answer.Status, err)
	}
	return r, nil
}

// reports asks for a page n times, and counts the answers that were for this user, and the calls home.
func (u *User) reports(ctx context.Context, page string, n int) (known, calls int, err error) {
	for range n {
		r, err := u.report(ctx, page)
		if err != nil {
			return known, calls, err
		}
		if r.status == http.StatusOK && r.User.Name == u.Name {
			known++
		}
		calls += r.HomeCalls
	}
	return known, calls, nil
}

// whileHomeIsDown asks for a report for each user while the second service cannot reach the first.
func whileHomeIsDown(ctx context.Context, target Target, visitors Logins) (map[string]reportAnswer, error) {
	seen := map[string]reportAnswer{}
	return seen, during(ctx, target, contract.Fault{Name: contract.HomeCut}, func() (err error) {
		for scheme, u := range visitors.inOrder() {
			if seen[scheme], err = u.report(ctx, reportPages[scheme]); err != nil {
				return err
			}
		}
		return nil
	})
}
