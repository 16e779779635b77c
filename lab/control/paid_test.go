package control_test

import (
	"maps"
	"testing"

	"authlab/lab/control"
)

func TestWhatWasPaidIsCountedByName(t *testing.T) {
	for header, want := range map[string]map[string]int{
		"":                             nil,
		" , ":                          nil,
		`store;desc="a, b";dur=1.2`:    {"store": 1},
		`store;dur=1, users, store`:    {"store": 2, "users": 1},
		`hash;desc="argon2id";dur=28 `: {"hash": 1},
	} {
		if got := control.Paid(header); !maps.Equal(got, want) {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}
