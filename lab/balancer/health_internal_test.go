package balancer

import (
	"fmt"
	"testing"
	"time"
)

func TestABackendIsPassedOverAfterMaxFailsInARow(t *testing.T) {
	now := time.Unix(0, 0)
	b := Backend{"app-1", "127.0.0.1:1"}
	for _, tt := range []struct {
		maxFails int
		history  string // f: failed, a: answered
		want     bool
	}{
		{1, "", false},
		{1, "f", true},
		{1, "fa", false},
		{3, "ff", false},
		{3, "fff", true},
		{3, "ffaff", false},
		{3, "ffafff", true},
	} {
		h := newHealth(Config{MaxFails: tt.maxFails, FailTimeout: time.Second, SilentTimeout: time.Second, Now: func() time.Time { return now }})
		for _, event := range tt.history {
			if h.trying(b); event == 'f' {
				h.failed(b, false, []Backend{b})
			} else {
				h.answered(b)
			}
		}
		if got := h.passedOver(b); got != tt.want {
			t.Errorf("%d fails allowed, %q: passed over %v, want %v", tt.maxFails, tt.history, got, tt.want)
		}
	}
}

func TestAddressesThatAreNotConfiguredAnyMoreAreForgotten(t *testing.T) {
	h := newHealth(Config{}.withDefaults())
	for port := range 1000 {
		b := Backend{"app-1", fmt.Sprintf("127.0.0.1:%d", port)}
		h.failed(b, false, []Backend{b, {"app-2", "127.0.0.1:1"}})
	}
	if len(h.failing) != 1 {
		t.Errorf("%d backends remembered, want 1", len(h.failing))
	}
}
