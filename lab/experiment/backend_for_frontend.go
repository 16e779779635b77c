package experiment

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"authlab/lab/contract"
)

// backendForFrontend measures what each answer to "what is the best of both?" gives up, beside a plain session and a plain token:
// lookups, calls home from another service, what a script can read, and for how long a login is good when it was logged out.
func backendForFrontend() Experiment {
	const cached = 30 // seconds
	return Experiment{
		Name: "backend-for-frontend",
		PredictedFor: func(replicas int) Predictions {
			p := Predictions{
				SessionRedis: asksAndOut(), TokenStateless: savesAndIn(), TokenRevocable: asksAndOut(), SessionCached: savesAndIn(),
				BackendForFrontend: tokenBehindIn(),
			}
			if replicas == 1 { // what the replica itself has ended, it knows
				p[SessionCached] = savesAndOut()
			}
			return p
		},
		Choices: these(asksAndOut(), savesAndIn(), tokenBehindIn()),
		Run: func(ctx context.Context, trial *Trial) error {
			replicas, err := trial.ReplicaNames(ctx)
			if err != nil {
				return err
			}
			pages := max(reportRequests, 2*len(replicas)) // a replica that keeps what it has looked up looks once for two pages
			for _, scheme := range []string{SessionRedis, TokenStateless, TokenRevocable, SessionCached} {
				at := []time.Duration{0, cached * time.Second, 15 * time.Minute}
				if scheme == SessionCached {
					if err := trial.Target.Set(ctx, contract.Settings{StaleSessionsSeconds: cached}); err != nil {
						return err
					}
				}
				user := trial.simulated(scheme, 1)
				m, err := trial.bestOfBoth(ctx, user, pages, replicas, at)
				if err != nil {
					return err
				}
				trial.Observe(scheme, m.outcome(), m.measures())
			}
			return trial.throughBackend(ctx, pages)
		},
		Lesson: func(r Result) []string {
			return []string{either(r.Measure(BackendForFrontend, "pages") > 0, "lesson-backend", "")}
		},
	}
}

func asksAndOut() Outcome    { return Costs.says("asks-and-out") }
func savesAndIn() Outcome    { return Dangerous.says("saves-and-in") }
func savesAndOut() Outcome   { return Kept.says("saves-and-out") }
func tokenBehindIn() Outcome { return Dangerous.says("token-behind-in") }

// A compromise is what was measured of one answer.
type compromise struct {
	pages, lookups, homeCalls int
	readable                  bool          // by a script on the page
	in                        time.Duration // for how long what the browser had is good after the logout
	behind                    time.Duration // for how long the access token from the session store is good after the logout
}

// bestOfBoth logs a user in, and lets them ask for pages, at home and at the second service, until they log out.
func (trial *Trial) bestOfBoth(ctx context.Context, user *User, pages int, replicas []string, at []time.Duration) (m compromise, err error) {
	m.pages = pages
	user.Policy = RoundRobin
	if err := user.Login(ctx); err != nil {
		return m, err
	}
	m.readable = user.Access != "" || user.flags()["http_only"] == 0
	if m.lookups, err = user.lookups(ctx, m.pages); err != nil {
		return m, err
	}
	visitor := user.alike()
	if visitor.url, err = trial.secondService(ctx); err != nil {
		return m, err
	}
	if _, err := visitor.report(ctx, reportPages[user.Scheme]); err != nil { // fetches home's keys, if they are not there
		return m, err
	}
	if m.homeCalls, err = visitor.callsHome(ctx, reportPages[user.Scheme], pages); err != nil {
		return m, err
	}
	m.in, err = user.afterLogout(ctx, trial.Target, replicas, at)
	return m, err
}

// callsHome is how many calls home all reports took.
func (u *User) callsHome(ctx context.Context, page string, n int) (int, error) {
	known, calls, err := u.reports(ctx, page, n)
	if err == nil && known != n {
		err = fmt.Errorf("%s: the second service knew %s %d times of %d", u.Scheme, u.Name, known, n)
	}
	return calls, err
}

// throughBackend does the same with the backend, whose pages are those of the second service. It waits until the first access token
// is over, which the backend refreshes, and takes what a thief of the session store would take. And it lets another site post forms.
func (trial *Trial) throughBackend(ctx context.Context, pages int) error {
	backend, err := trial.service(ctx, "a backend for frontend", func(s contract.ServicesView) string { return s.Backend })
	if err != nil {
		return err
	}
	user := trial.simulated(BackendForFrontend, 1)
	user.url = backend
	if err := user.Login(ctx); err != nil {
		return err
	}
	m := compromise{pages: pages, readable: user.flags()["http_only"] == 0}
	if _, err := user.Page(ctx, "/me"); err != nil {
		return err
	}
	if err := trial.Target.Advance(ctx, 15*time.Minute); err != nil {
		return err
	}
	if m.lookups, err = user.lookups(ctx, m.pages); err != nil {
		return err
	}
	if m.homeCalls, err = user.callsHome(ctx, base(BackendForFrontend)+"/me", pages); err != nil {
		return err
	}
	thief, err := trial.withDump(ctx, user)
	if err != nil {
		return err
	}
	if m.in, err = user.afterLogout(ctx, trial.Target, nil, []time.Duration{0, time.Minute}); err != nil {
		return err
	}
	m.behind, err = refusedAfter(ctx, trial.Target, []time.Duration{0, time.Minute, 15 * time.Minute}, func() (int, error) {
		r, err := thief.report(ctx, reportPages[TokenStateless])
		return r.status, err
	})
	if err != nil {
		return err
	}
	victim := trial.User(BackendForFrontend)
	victim.url, victim.recorder = backend, nil
	if err := victim.Login(ctx); err != nil {
		return err
	}
	_, forms, err := postForeignForms(ctx, trial, victim)
	if err != nil {
		return err
	}
	measures := m.measures()
	measures["behind_minutes"], measures["forms"], measures["refused"] = m.behind.Minutes(), forms["forms"], forms["refused"]
	trial.Observe(BackendForFrontend, m.outcome(), measures)
	return nil
}

// withDump is a thief with the access token that the session store has of a user, as the backend keeps it.
func (trial *Trial) withDump(ctx context.Context, user *User) (*User, error) {
	reader := user.alike()
	reader.recorder = nil
	answer, err := reader.expect(ctx, http.StatusOK, http.MethodGet, base(BackendForFrontend)+"/dump/"+user.Name, nil)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Record struct {
			Values struct {
				Access string `json:"access_token"`
			} `json:"values"`
		}
	}
	if err := json.Unmarshal(answer.Body, &rows); err != nil || len(rows) != 1 || rows[0].Record.Values.Access == "" {
		return nil, fmt.Errorf("the dump has no token: %w", err)
	}
	thief := trial.simulated(BackendForFrontend, 1)
	thief.Access, thief.trick = rows[0].Record.Values.Access, "token from the session store"
	thief.url, err = trial.secondService(ctx)
	return thief, err
}

// outcome says what is given up.
func (m compromise) outcome() Outcome {
	asks, in := m.lookups >= m.pages, m.in != 0 // goesOn is less
	switch {
	case m.behind != 0 && asks && !in:
		return tokenBehindIn()
	case asks && in:
		return Dangerous.says("asks-and-in")
	case asks:
		return asksAndOut()
	case in:
		return savesAndIn()
	}
	return savesAndOut()
}

func (m compromise) measures() map[string]float64 {
	measures := map[string]float64{
		"pages": float64(m.pages), "lookups": float64(m.lookups), "home_calls": float64(m.homeCalls), "script_reads": oneIf(m.readable),
	}
	if m.in > 0 && m.in < time.Minute {
		measures["in_s"] = m.in.Seconds()
	} else {
		measures["in_minutes"] = m.in.Minutes()
	}
	return measures
}
