package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"authlab/account"
	"authlab/session"
	"authlab/token"
	"authlab/web/scheme"
)

// onEachScheme runs a test on all seven, each in a world of its own.
func onEachScheme(t *testing.T, test func(t *testing.T, w *world, c *client, r route)) {
	for _, r := range routes() {
		t.Run(r.scheme, func(t *testing.T) {
			w, c := alone(t)
			test(t, w, c, r)
		})
	}
}

// meBody is the whole answer to GET {base}/me.
func (w *world) meBody(r route, name, roles, replica string) string {
	expires := "null"
	life := session.DefaultIdle
	if strings.HasPrefix(r.scheme, "token-") {
		life = token.DefaultAccess
	}
	if r.scheme != scheme.Basic {
		expires = `"` + w.clock.Now().Add(life).Format(time.RFC3339) + `"`
	}
	return fmt.Sprintf(`{"scheme":%q,"user":{"name":%q,"roles":[%s]},"replica":%q,"expires_at":%s}`, r.scheme, name, roles, replica, expires)
}

func TestTheDemoAccountsLogIn(t *testing.T) {
	w := newWorld(t)
	config := w.config(t, "app-1")
	directory := account.NewMemory()
	must(t, account.CreateDemos(context.WithoutCancel(t.Context()), directory, config.Hasher))
	config.Directory = directory
	c := newClient(t, w.startWith(t, config))
	for _, demo := range account.Demos() {
		c.post(200, "/session/memory/login", loginBody(demo.Name, demo.Password))
		c.post(401, "/session/memory/login", loginBody(demo.Name, demo.Password+"!"))
	}
}

func TestEverySchemeKnowsItsCaller(t *testing.T) {
	onEachScheme(t, func(t *testing.T, w *world, c *client, r route) {
		bob := c.other()
		login := c.login(r.scheme, "alice")
		bob.login(r.scheme, "bob")

		want := w.meBody(r, "alice", `"user","admin"`, "app-1")
		if got := c.get(200, r.base+"/me").body; got != want {
			t.Errorf("me: %s\nwant %s", got, want)
		}
		if r.login != "" && !r.keepsTokens() && login.body != want {
			t.Errorf("login: %s\nwant %s", login.body, want)
		}
		if got := bob.get(200, r.base+"/me").body; got != w.meBody(r, "bob", `"user"`, "app-1") {
			t.Errorf("bob's me: %s", got)
		}
		if got := c.get(200, r.base+"/admin").body; got != want {
			t.Errorf("admin: %s\nwant %s", got, want)
		}
		bob.get(403, r.base+"/admin").isProblem(t, 403, "not-admin", r.scheme)
		c.other().get(401, r.base+"/me").isProblem(t, 401, "no-credential", r.scheme)
	})
}

func TestHEADIsGETWithoutTheBody(t *testing.T) {
	onEachScheme(t, func(t *testing.T, _ *world, c *client, r route) {
		paths := []string{"/livez", "/readyz", "/.well-known/jwks.json", "/assets/schemes.json", r.base + "/me", r.base + "/admin"}
		for _, who := range []*client{c, c.other()} {
			if who == c {
				c.login(r.scheme, "bob")
			}
			for _, path := range paths {
				get := who.do(http.MethodGet, path, "")
				head := who.expect(get.status, http.MethodHead, path, "")
				if head.body != "" || head.header.Get("Content-Type") != get.header.Get("Content-Type") ||
					head.header.Get("WWW-Authenticate") != get.header.Get("WWW-Authenticate") {
					t.Errorf("HEAD %s: %q, %v; GET has %v", path, head.body, head.header, get.header)
				}
			}
		}
	})
}

func TestEverySchemeChangesTheEmailOfItsCallerAlone(t *testing.T) {
	onEachScheme(t, func(t *testing.T, w *world, c *client, r route) {
		c.login(r.scheme, "alice")
		c.post(200, r.base+"/email", `{"email":"a@new.example"}`)
		if got := w.email(t, "alice"); got != "a@new.example" {
			t.Errorf("alice has %s", got)
		}
		c.other().post(401, r.base+"/email", `{"email":"x@evil.example"}`)
		for _, bad := range []string{"", "a", "a@", "Alice <a@b.example>", "a@b.example\r\nBcc: c@d.example", "a\x00@b.example", strings.Repeat("a", 250) + "@b.example"} {
			body, err := json.Marshal(map[string]string{"email": bad})
			must(t, err)
			c.post(400, r.base+"/email", string(body)).isProblem(t, 400, "bad-email", r.scheme)
		}
		if got := w.email(t, "alice"); got != "a@new.example" {
			t.Errorf("alice has %s", got)
		}
		if got := w.email(t, "bob"); got != "bob@example.com" {
			t.Errorf("bob has %s", got)
		}
	})
}

func TestALogoutTwiceIsALogout(t *testing.T) {
	onEachScheme(t, func(t *testing.T, _ *world, c *client, r route) {
		if r.logout == "" {
			t.Skip("basic has nothing to log out of: every request brings the password")
		}
		c.login(r.scheme, "alice")
		held := c.credential(r)
		for range 2 {
			if got := c.post(204, r.logout, ""); got.body != "" || got.header.Get("Content-Type") != "" {
				t.Errorf("a 204 with %q of %q", got.body, got.header.Get("Content-Type"))
			}
		}
		if !r.keepsTokens() {
			if _, kept := c.cookies[r.scheme]; kept {
				t.Error("the cookie was not taken away")
			}
			c.get(401, r.base+"/me").isProblem(t, 401, "no-credential", r.scheme)
		}
		c.show(r, held)
		want := map[string]int{
			scheme.SessionMemory: 401, scheme.SessionRedis: 401, scheme.TokenRevocable: 401,
			scheme.SessionCookie: 200, scheme.TokenStateless: 200, scheme.TokenCookie: 200, // a value lives until it expires
		}
		c.get(want[r.scheme], r.base+"/me")
	})
}

func TestServerTimingSaysWhatARequestDid(t *testing.T) {
	want := map[string]map[string]int{
		scheme.Basic:          {"hash": 1, "users": 1, "store": 2}, // guesses are counted in Redis
		scheme.SessionMemory:  {"users": 1},
		scheme.SessionRedis:   {"users": 1, "store": 1},
		scheme.SessionCookie:  {"signature": 1},
		scheme.TokenStateless: {"signature": 1},
		scheme.TokenRevocable: {"signature": 1, "store": 1},
		scheme.TokenCookie:    {"signature": 1},
	}
	onEachScheme(t, func(t *testing.T, w *world, c *client, r route) {
		c.login(r.scheme, "alice")
		fresh := c.at(w.start(t, "app-2")) // has no connection to Redis yet: the handshake is no cost of the request
		if r.scheme == scheme.SessionMemory {
			fresh = c
		}
		for _, at := range []*client{fresh, fresh, c} {
			answer := at.get(200, r.base+"/me")
			if got := answer.costs(); !maps.Equal(got, want[r.scheme]) {
				t.Errorf("%s costs %v, want %v: %s", at.server.name, got, want[r.scheme], answer.header.Get("Server-Timing"))
			}
			for entry := range strings.SplitSeq(answer.header.Get("Server-Timing"), ", ") {
				if !strings.Contains(entry, `;desc="`) || !strings.Contains(entry, ";dur=") {
					t.Errorf("entry %s without desc or dur", entry)
				}
			}
		}
	})
}

func TestTheClockEndsEveryLogin(t *testing.T) {
	onEachScheme(t, func(t *testing.T, w *world, c *client, r route) {
		c.login(r.scheme, "alice")
		life := map[string]time.Duration{
			scheme.SessionMemory: session.DefaultIdle, scheme.SessionRedis: session.DefaultIdle, scheme.SessionCookie: session.DefaultIdle,
			scheme.TokenStateless: token.DefaultAccess, scheme.TokenRevocable: token.DefaultAccess, scheme.TokenCookie: token.DefaultAccess,
		}[r.scheme]
		w.clock.Advance(life - time.Second)
		if r.scheme == scheme.Basic {
			w.clock.Advance(365 * 24 * time.Hour)
			c.get(200, r.base+"/me")
			return
		}
		slides := strings.HasPrefix(r.scheme, "session-")
		c.get(200, r.base+"/me")
		w.clock.Advance(time.Second)
		c.get(map[bool]int{true: 200, false: 401}[slides], r.base+"/me")
		w.clock.Advance(life)
		c.get(401, r.base+"/me")
	})
}

// What is looked up is true now; what is carried was true when it was written.
func TestADemotedAdminIsAnAdminUntilHerRolesAreLookedUp(t *testing.T) {
	want := map[string]int{
		scheme.Basic: 403, scheme.SessionMemory: 403, scheme.SessionRedis: 403,
		scheme.SessionCookie: 200, scheme.TokenStateless: 200, scheme.TokenRevocable: 200, scheme.TokenCookie: 200,
	}
	onEachScheme(t, func(t *testing.T, w *world, c *client, r route) {
		c.login(r.scheme, "alice")
		must(t, w.directory.SetRoles(t.Context(), "alice", nil))
		c.get(want[r.scheme], r.base+"/admin")
		if want[r.scheme] == http.StatusForbidden {
			if got, want := c.get(200, r.base+"/me").body, w.meBody(r, "alice", "", "app-1"); got != want {
				t.Errorf("me: %s\nwant %s", got, want)
			}
		}
	})
}

func TestManyCallersAtOnceEachSeeThemselves(t *testing.T) {
	w, first := alone(t)
	var all sync.WaitGroup
	for i := range 8 {
		name, roles := "alice", `"user","admin"`
		if i%2 == 1 {
			name, roles = "bob", `"user"`
		}
		c := first.other()
		all.Go(func() {
			for _, r := range routes() {
				c.login(r.scheme, name)
				for range 5 {
					if got, want := c.get(200, r.base+"/me").body, w.meBody(r, name, roles, "app-1"); got != want {
						t.Errorf("me: %s\nwant %s", got, want)
					}
				}
				c.post(200, r.base+"/email", `{"email":"a@new.example"}`)
				if r.logout != "" {
					c.post(204, r.logout, "")
				}
			}
		})
	}
	all.Wait()
}
