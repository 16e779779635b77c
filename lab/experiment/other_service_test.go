package experiment

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A severed is a target whose home can be cut off, and that counts how often it was joined again.
type severed struct {
	Target
	stop   error
	joined int
}

func (s *severed) Services(context.Context) (Services, error) { return Services{}, nil }
func (s *severed) StopHome(context.Context) error             { return s.stop }
func (s *severed) StartHome(ctx context.Context) error {
	s.joined++
	return ctx.Err()
}

func TestHomeIsJoinedAgainWhateverHappens(t *testing.T) {
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
			b := newBench(careless{url: reports.URL + tt.under}, 3)
			defer b.close()
			seen, err := whileHomeIsDown(tt.ctx, target, map[string]*User{SessionRedis: b.User(SessionRedis)})
			if (err != nil) != tt.fail || target.joined != 1 || (tt.stop != nil && !errors.Is(err, tt.stop)) {
				t.Errorf("%v, and it was joined %d times", err, target.joined)
			}
			if !tt.fail && (seen[SessionRedis].status != 503 || seen[SessionRedis].HomeCalls != 1 || service(503) != "fails") {
				t.Errorf("%+v", seen)
			}
		})
	}
	if err := otherService().Run(t.Context(), newBench(&severed{}, 3)); !errors.Is(err, ErrNotOnTarget) {
		t.Errorf("without a second service: %v", err)
	}
}
