package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"authlab/session"
	"authlab/token"
	"authlab/web/scheme"
)

func TestARememberedLoginsCookieOutlivesTheBrowserAndNotTheLogin(t *testing.T) {
	onEachScheme(t, func(t *testing.T, w *world, c *client, r route) {
		if r.login == "" || r.keepsTokens() {
			t.Skip("it has no cookie")
		}
		maxAge := func(a answer) int {
			t.Helper()
			if len(a.cookies) == 0 {
				t.Fatal("no cookie")
			}
			named := slices.DeleteFunc(a.cookies, func(cookie *http.Cookie) bool { return cookie.Name != r.scheme })
			return named[len(named)-1].MaxAge // the last of a name counts
		}
		login := func(remember string) answer {
			t.Helper()
			return c.post(200, r.login, strings.TrimSuffix(goodLogin(0), "}")+`,"remember":`+remember+"}")
		}
		life := session.DefaultAbsolute
		if r.scheme == scheme.TokenCookie {
			life = token.DefaultAccess
		}
		if got := maxAge(login("false")); got != 0 {
			t.Errorf("not remembered: Max-Age %d", got)
		}
		if got := maxAge(login("true")); got != int(life/time.Second) {
			t.Errorf("remembered: Max-Age %d, want that of the login, %s", got, life)
		}
		if strings.HasPrefix(r.scheme, "session-") { // the cookie is written again, with what is left
			w.clock.Advance(10 * time.Minute)
			if got := maxAge(c.post(200, r.base+"/cart", `{"add":"book"}`)); got != int((life-10*time.Minute)/time.Second) {
				t.Errorf("ten minutes later: Max-Age %d of %s", got, life)
			}
		}
		if got := maxAge(c.expect(204, http.MethodPost, r.logout, "")); got >= 0 {
			t.Errorf("logged out: Max-Age %d", got)
		}
		if got := maxAge(login("false")); got != 0 {
			t.Errorf("not remembered any more: Max-Age %d", got)
		}
		if detail := login400(c, r); !strings.Contains(detail, `"remember" should be true or false`) {
			t.Errorf("detail %q", detail)
		}
	})
}

func login400(c *client, r route) string {
	c.t.Helper()
	return c.post(400, r.login, strings.TrimSuffix(goodLogin(0), "}")+`,"remember":"yes"}`).isProblem(c.t, 400, "bad-json", r.scheme).Detail
}
