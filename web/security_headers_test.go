package web_test

import (
	"net/http"
	"testing"
)

// That no browser may guess another type, and that no public answer sets a cookie, is asserted of every answer that a test
// reads.
func TestASecureReplicaAsksForTLSAndPagesForLittle(t *testing.T) {
	const coop, policy, hsts = "Cross-Origin-Opener-Policy", "Permissions-Policy", "Strict-Transport-Security"
	for _, tt := range []struct {
		path   string
		status int
		page   bool
	}{
		{"/", 200, true},
		{"/inspector", 200, true},
		{"/assets/schemes.json", 200, true},
		{"/livez", 200, false},
		{"/metrics", 200, false},
		{"/.well-known/jwks.json", 200, false},
		{"/session/redis/me", 401, false},
		{"/nothing", 404, false},
	} {
		for _, secure := range []bool{false, true} {
			w := newWorld(t)
			config := w.config(t, "app-1")
			config.Secure = secure
			answer := newClient(t, w.startWith(t, config)).expect(tt.status, http.MethodGet, tt.path, "")
			for header, want := range map[string]bool{coop: tt.page, policy: tt.page, hsts: secure} {
				if got := answer.header.Get(header); (got != "") != want {
					t.Errorf("%s, secure %v: %s %q, want one: %v", tt.path, secure, header, got, want)
				}
			}
		}
	}
}
