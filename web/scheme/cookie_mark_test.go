package scheme_test

import (
	"testing"

	"authlab/web/scheme"
)

func TestAMarkIsTakenOffOnce(t *testing.T) {
	for name, want := range map[string]string{
		"id" + scheme.CookieMark("", "8080"): "id", "id" + scheme.CookieMark("my", "80"): "id", "__Host-id.1": "__Host-id", "a.1.2": "a.1",
		"id": "id", "v1.2x": "v1.2x", "": "",
	} {
		if got, had := scheme.Unmarked(name); got != want || had != (got != name) {
			t.Errorf("%s without its mark is %s, %t", name, got, had)
		}
	}
	for _, s := range scheme.All() {
		if _, had := scheme.Unmarked(s.CookieName); had {
			t.Errorf("the name of %s's own cookie has a mark", s.Name)
		}
	}
}
