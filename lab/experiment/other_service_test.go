package experiment

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"authlab/lab/contract"
	"authlab/lab/experiment/texts"
)

// A severed is a target whose home can be cut off, and that counts how often it was joined again.
type severed struct {
	Target
	stop   error
	joined int
}

func (s *severed) View(context.Context) (contract.View, error) { return contract.View{}, nil }
func (s *severed) Break(context.Context, contract.Fault) error { return s.stop }
func (s *severed) Mend(ctx context.Context, _ contract.Fault) error {
	s.joined++
	return ctx.Err()
}

func TestHomeIsJoinedAgainAlsoAfterAnError(t *testing.T) {
	reports := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/broken") {
			return // no body
		}
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, `{"home_calls":1}`)
	}))
	defer reports.Close()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	boom := errors.New("boom")
	for name, tt := range map[string]struct {
		ctx   context.Context
		under string
		stop  error
		fail  bool
	}{
		"as it should":            {t.Context(), "", nil, false},
		"it cannot be stopped":    {t.Context(), "", boom, true},
		"the service is confused": {t.Context(), "/broken", nil, true},
		"the run is cut off":      {canceled, "", nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			target := &severed{stop: tt.stop}
			trial := newTrial(careless{url: reports.URL + tt.under}, 3)
			defer trial.close()
			seen, err := whileHomeIsDown(tt.ctx, target, map[string]*User{SessionRedis: trial.User(SessionRedis)})
			if (err != nil) != tt.fail || target.joined != 1 || (tt.stop != nil && !errors.Is(err, tt.stop)) {
				t.Errorf("%v, and it was joined %d times", err, target.joined)
			}
			if !tt.fail && (seen[SessionRedis].status != 503 || seen[SessionRedis].HomeCalls != 1) {
				t.Errorf("%+v", seen)
			}
		})
	}
	if err := otherService().Run(t.Context(), newTrial(&severed{}, 3)); !errors.Is(err, ErrNotOnTarget) {
		t.Errorf("without a second service: %v", err)
	}
}

func TestWhatTheSecondServiceCostsIsToldByItsCallsHome(t *testing.T) {
	visits := func(scheme string, calls, whenDown, asked, alone int) otherVisits {
		return otherVisits{
			calls: map[string]int{scheme: calls}, down: map[string]reportAnswer{scheme: {status: whenDown}}, asked: asked, alone: alone,
		}
	}
	for name, tt := range map[string]struct {
		scheme string
		visits otherVisits
		want   string
		means  Meaning
	}{
		"a session":                       {SessionRedis, visits(SessionRedis, 10, 503, 0, 0), "1 / fails", CantTell},
		"a session that is remembered":    {SessionRedis, visits(SessionRedis, 1, 200, 0, 0), "0.1 / works", Kept},
		"a session that gets lost":        {SessionRedis, visits(SessionRedis, 20, 401, 0, 0), "2 / 401", Lost},
		"a token":                         {TokenStateless, visits(TokenStateless, 0, 200, 0, 200), "0 / works", Kept},
		"a token that can be taken back":  {TokenRevocable, visits(TokenRevocable, 10, 503, 401, 200), "1 / fails, or stale", CantTell},
		"one that is never stale":         {TokenRevocable, visits(TokenRevocable, 10, 503, 401, 401), "1 / fails", CantTell},
		"one that is good after a logout": {TokenRevocable, visits(TokenRevocable, 10, 503, 200, 200), "1 / fails, and 200 for a revoked token, or stale", Dangerous},
	} {
		trial := newTrial(nowhere{}, 3)
		tt.visits.observe(trial, tt.scheme)
		seen := trial.cells[tt.scheme].Outcome
		if text := seen.In(texts.Must(texts.English), "other-service"); text != tt.want || seen.Means != tt.means {
			t.Errorf("%s: %q means %q, want %q and %q", name, text, seen.Means, tt.want, tt.means)
		}
		trial.close()
	}
}
