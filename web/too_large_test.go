package web_test

import (
	"fmt"
	"net/http"
	"testing"

	"authlab/web/scheme"
)

// A credential that carries the roles has to be sent back with every request. One that would not come back is not given
// out: better no login than one that fails at the next page.
func TestALoginWhoseCredentialIsTooLargeIsRefused(t *testing.T) {
	for scheme, name := range map[string]string{
		scheme.SessionCookie: "session-too-large", scheme.TokenCookie: "token-too-long",
		scheme.TokenStateless: "token-too-long",
	} {
		t.Run(scheme, func(t *testing.T) {
			w, c := alone(t)
			w.mistakes = true
			r := routeOf(scheme)
			for roles := 1; ; roles++ {
				must(t, w.directory.SetRoles(t.Context(), "alice", manyRoles(roles)))
				device := c.other()
				a := device.do(http.MethodPost, r.login, loginBody("alice", passwordOf("alice")))
				if a.status != http.StatusOK {
					a.isProblem(t, 500, name, scheme)
					if cookies := a.header.Values("Set-Cookie"); len(cookies) > 0 {
						t.Errorf("a login that failed set %q", cookies)
					}
					if roles < 2 {
						t.Error("no user could log in")
					}
					return
				}
				if roles > 2000 {
					t.Fatal("everything fits")
				}
				device.login(scheme, "alice")
				device.get(200, r.base+"/me")
				for name, value := range device.cookies {
					if len(name)+len(value) > 4096 {
						t.Fatalf("a cookie of %d bytes, which no browser keeps", len(name)+len(value))
					}
				}
			}
		})
	}
}

func manyRoles(n int) []string {
	roles := make([]string, n)
	for i := range roles {
		roles[i] = fmt.Sprintf("a-role-with-a-long-name-%04d", i)
	}
	return roles
}
