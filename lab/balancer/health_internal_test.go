package balancer

import (
	"fmt"
	"testing"
	"time"
)

func TestABackendIsPassedOverFromItsFailureToItsAnswer(t *testing.T) {
	now := time.Unix(0, 0)
	b := Backend{"app-1", "127.0.0.1:1"}
	for _, tt := range []struct {
		history string // f: failed, a: answered
		want    bool
	}{
		{"", false},
		{"f", true},
		{"fa", false},
		{"faf", true},
	} {
		h := newHealth(func() time.Time { return now })
		for _, event := range tt.history {
			if h.trying(b); event == 'f' {
				h.failed(b, false, []Backend{b})
			} else {
				h.answered(b)
			}
		}
		if got := h.passedOver(b); got != tt.want {
			t.Errorf("%q: passed over %v, want %v", tt.history, got, tt.want)
		}
	}
}

func TestAddressesThatAreNotConfiguredAnyMoreAreForgotten(t *testing.T) {
	h := newHealth(time.Now)
	for port := range 1000 {
		b := Backend{"app-1", fmt.Sprintf("127.0.0.1:%d", port)}
		h.failed(b, false, []Backend{b, {"app-2", "127.0.0.1:1"}})
	}
	if len(h.failing) != 1 {
		t.Errorf("%d backends remembered, want 1", len(h.failing))
	}
}
