package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"authlab/web/scheme"
)

func TestAnotherSiteCannotMakeABrowserChangeAnything(t *testing.T) {
	foreign := map[string][]string{
		"by Sec-Fetch-Site":          {"Sec-Fetch-Site", "cross-site"},
		"by Sec-Fetch-Site, sibling": {"Sec-Fetch-Site", "same-site"},
		"by Origin":                  {"Origin", "https://evil.example"},
		"by an Origin that is null":  {"Origin", "null"},
	}
	onEachScheme(t, func(t *testing.T, w *world, c *client, r route) {
		c.login(r.scheme, "alice")
		held := c.credential(r)
		for name, headers := range foreign {
			if r.keepsTokens() { // no browser sends this credential on its own, so there is nothing to protect
				c.post(200, r.base+"/email", `{"email":"a@new.example"}`, headers...)
				c.other().post(200, r.login, goodLogin(0), headers...)
				continue
			}
			paths := map[string]string{r.base + "/email": `{"email":"a@evil.example"}`}
			if r.login != "" {
				paths[r.login], paths[r.logout] = loginBody("bob", passwordOf("bob")), ""
			}
			if strings.HasPrefix(r.scheme, "session-") {
				paths[r.base+"/logout-everywhere"] = ""
			}
			for path, body := range paths {
				answer := c.post(403, path, body, headers...)
				answer.isProblem(t, 403, "cross-origin", r.scheme)
				if len(answer.cookies) > 0 {
					t.Errorf("%s: %s set %v", name, path, answer.cookies)
				}
			}
			if strings.HasPrefix(r.scheme, "session-") {
				c.expect(403, http.MethodDelete, r.base+"/sessions/x", "", headers...).isProblem(t, 403, "cross-origin", r.scheme)
			}
			if got := w.email(t, "alice"); got != "alice@example.com" {
				t.Errorf("%s: alice has %s", name, got)
			}
		}
		if c.credential(r) != held {
			t.Error("the credential changed")
		}
		c.get(200, r.base+"/me", "Sec-Fetch-Site", "cross-site") // a link from another site is no state change
		for _, headers := range [][]string{{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "none"}, {"Origin", "http://" + c.server.address}} {
			c.post(200, r.base+"/email", `{"email":"a@new.example"}`, headers...)
		}
	})
}

func TestEveryCookieHasItsFlags(t *testing.T) {
	for name, tt := range map[string]struct {
		secure bool
		prefix string
		device string
	}{"in the clear": {false, "", "device"}, "over TLS": {true, "__Host-", "__Secure-device"}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			config := w.config(t, "app-1")
			config.Secure = tt.secure
			c := newClient(t, w.startWith(t, config))
			for _, r := range routes() {
				if r.login == "" || r.keepsTokens() {
					continue
				}
				for path, gone := range map[string]bool{r.login: false, r.logout: true} {
					answer := c.post(map[bool]int{false: 200, true: 204}[gone], path, goodLogin(0))
					device := slices.IndexFunc(answer.cookies, func(cookie *http.Cookie) bool { return cookie.Path == r.login })
					if (device >= 0) == gone {
						t.Errorf("%s: %v, gone %v", path, answer.cookies, gone)
					} else if !gone {
						if got := answer.cookies[device]; !got.HttpOnly || got.Secure != tt.secure || got.SameSite != http.SameSiteLaxMode || got.Name != tt.device || got.MaxAge < 1 {
							t.Errorf("%s: %s", path, got)
						}
						answer.cookies = slices.Delete(answer.cookies, device, device+1)
					}
					if len(answer.cookies) != 1 {
						t.Errorf("%s sets %d cookies, want 1, and at a login the device's", path, len(answer.cookies))
						continue
					}
					got := answer.cookies[0]
					if got.Name != tt.prefix+r.scheme || !got.HttpOnly || got.Secure != tt.secure || got.SameSite != http.SameSiteLaxMode || got.Path != "/" || got.Domain != "" {
						t.Errorf("%s: %s", path, got)
					}
					if (got.MaxAge < 0) != gone || (got.Value == "") != gone {
						t.Errorf("%s: %s, gone %v", path, got, gone)
					}
				}
				c.login(r.scheme, "bob")
				c.get(200, r.base+"/me")
				if tt.secure { // a cookie without the prefix may come from anywhere
					c.get(401, r.base+"/me", "Cookie", r.scheme+"="+c.cookies[tt.prefix+r.scheme]).isProblem(t, 401, "no-credential", r.scheme)
				}
			}
		})
	}
}

func TestAnotherReplicaKnowsWhatIsSharedOrCarried(t *testing.T) {
	w := newWorld(t)
	first, second := w.start(t, "app-1"), w.start(t, "app-2")
	for _, r := range routes() {
		t.Run(r.scheme, func(t *testing.T) {
			c := newClient(t, first)
			c.login(r.scheme, "alice")
			there := c.at(second)
			if r.scheme == scheme.SessionMemory {
				problem := there.get(401, r.base+"/me").isProblem(t, 401, "session-unknown", r.scheme)
				if !strings.HasPrefix(problem.Detail, "app-2 has no session with this ID in its memory.") {
					t.Errorf("detail %q", problem.Detail)
				}
				c.get(200, r.base+"/me") // and the first one still does
				held := c.credential(r)
				there.post(401, r.logout, "").isProblem(t, 401, "session-elsewhere", r.scheme)
				if _, kept := there.cookies[r.scheme]; kept {
					t.Error("the cookie was not taken away")
				}
				there.post(204, r.logout, "") // without a cookie there is nothing to end
				c.show(r, held)
				c.get(200, r.base+"/me") // which the 401 has said
				c.post(204, r.logout, "")
				there.post(204, r.logout, "", "Cookie", r.scheme+"=garbage") // no replica can have that one
				there.post(401, r.logout, "", "Cookie", r.scheme+"=garbage; "+r.scheme+"="+held)
				return
			}
			if got, want := there.get(200, r.base+"/me").body, w.meBody(r, "alice", `"user","admin"`, "app-2"); got != want {
				t.Errorf("me: %s\nwant %s", got, want)
			}
			if r.logout == "" {
				return
			}
			held := c.credential(r)
			there.post(204, r.logout, "")
			c.show(r, held)
			want := map[string]int{scheme.SessionRedis: 401, scheme.TokenRevocable: 401, scheme.SessionCookie: 200, scheme.TokenStateless: 200, scheme.TokenCookie: 200}
			c.get(want[r.scheme], r.base+"/me")
		})
	}
}

func TestAnotherServiceWithItsOwnKeysAcceptsNothingThatIsSigned(t *testing.T) {
	_, c := alone(t)
	_, stranger := alone(t)
	for _, r := range routes() {
		c.login(r.scheme, "alice")
	}
	want := map[string]string{
		scheme.SessionMemory: "session-unknown", scheme.SessionRedis: "session-unknown", scheme.SessionCookie: "session-tampered",
		scheme.TokenStateless: "token-signature", scheme.TokenRevocable: "token-signature", scheme.TokenCookie: "token-signature",
	}
	for scheme, problem := range want {
		c.at(stranger.server).get(401, routeOf(scheme).base+"/me").isProblem(t, 401, problem, scheme)
	}
}
