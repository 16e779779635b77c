package scheme_test

import (
	"encoding/json"
	"strings"
	"testing"

	"authlab/web/scheme"
)

func TestASchemeIsFoundByItsNameAndByThePathsBelowItsBase(t *testing.T) {
	for _, want := range append(scheme.All(), scheme.Beside()...) {
		if got, ok := scheme.Named(want.Name); !ok || got != want {
			t.Errorf("Named(%q) = %+v, %v", want.Name, got, ok)
		}
		if got, ok := scheme.OfPath(want.Base + "/me"); !ok || got != want {
			t.Errorf("OfPath(%q) = %+v, %v", want.Base+"/me", got, ok)
		}
	}
	for _, want := range scheme.Mixed() { // one of them shares its base with session-redis
		if got, ok := scheme.Named(want.Name); !ok || got != want {
			t.Errorf("Named(%q) = %+v, %v", want.Name, got, ok)
		}
	}
	for _, path := range []string{"", "/", "/basic", "/basically/me", "/authenticate", "/token/refresh", "/token/logout"} {
		if got, ok := scheme.OfPath(path); ok {
			t.Errorf("OfPath(%q) = %s, want none", path, got.Name)
		}
	}
	if _, ok := scheme.Named("session"); ok {
		t.Error(`there is a scheme named "session"`)
	}
}

func TestACallerCannotChangeTheTable(t *testing.T) {
	scheme.All()[0].Name, scheme.Beside()[0].Name, scheme.Mixed()[0].Name = "changed", "changed", "changed"
	if scheme.All()[0].Name != scheme.Basic || scheme.Beside()[0].Name != scheme.SessionBound || scheme.Mixed()[0].Name != scheme.SessionCached {
		t.Error("All, Beside or Mixed hands out the table itself")
	}
}

func TestThePagesGetEveryFieldAlsoOfASchemeThatDoesNotHaveIt(t *testing.T) {
	text, err := json.Marshal(scheme.All())
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"name", "base", "login", "logout", "refresh", "credential", "sent_by_browser", "remembered_at", "asks_redis", "cookie_name"} {
		if got := strings.Count(string(text), `"`+field+`":`); got != len(scheme.All()) {
			t.Errorf("%d of %d rows have %q", got, len(scheme.All()), field)
		}
	}
}
