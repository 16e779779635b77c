package embedded_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"authlab/lab/contract"
	"authlab/lab/embedded"
	"authlab/lab/testkit"
)

// TestTheClockNeverGoesSoFarThatItOverflows moves it three hundred years, of which a Duration holds 292.
func TestTheClockNeverGoesSoFarThatItOverflows(t *testing.T) {
	_, target := start(t, embedded.Config{Replicas: 1})
	ahead := time.Duration(0)
	for range 300 {
		err := target.Advance(t.Context(), contract.MaxAdvance)
		if err == nil {
			ahead += contract.MaxAdvance
			continue
		}
		if problem, ok := errors.AsType[contract.Problem](err); !ok || problem.Status != http.StatusBadRequest || ahead != contract.MaxAhead {
			t.Fatalf("%s ahead: %v, want 400 at %s", ahead, err, contract.MaxAhead)
		}
	}
	view, err := target.View(t.Context())
	testkit.Must(t, err)
	if got := time.Until(view.Now); ahead != contract.MaxAhead || got.Round(time.Hour) != contract.MaxAhead {
		t.Errorf("the clock is %s ahead after %s were taken, want %s", got, ahead, contract.MaxAhead)
	}
	testkit.Must(t, target.Reset(t.Context()))
	if err := target.Advance(t.Context(), time.Minute); err != nil {
		t.Errorf("after a reset: %v", err)
	}
}
