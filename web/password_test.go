package web_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"authlab/account"
	"authlab/web/scheme"
)

func passwordBody(old, wanted string) string { return `{"old":"` + old + `","new":"` + wanted + `"}` }

func TestANewPasswordEndsEveryLoginThatCanBeEndedAndTellsWhichCannot(t *testing.T) {
	statusOfThief := map[string]int{
		scheme.Basic: 401, scheme.SessionMemory: 401, scheme.SessionRedis: 401, scheme.SessionCookie: 200,
		scheme.TokenStateless: 200, scheme.TokenRevocable: 401, scheme.TokenCookie: 200,
	}
	onEachScheme(t, func(t *testing.T, w *world, c *client, r route) {
		w.secrets["correct horse"] = true
		thief, bob := c.other(), c.other()
		for _, other := range routes() { // the password is the user's, and so are the logins by every scheme
			thief.login(other.scheme, "alice")
			bob.login(other.scheme, "bob")
		}
		c.login(r.scheme, "alice")
		var answer struct{ Ended map[string]string }
		must(t, json.Unmarshal([]byte(c.post(200, r.base+"/password", passwordBody(passwordOf("alice"), "correct horse")).body), &answer))
		want := map[string]string{
			scheme.Basic: "all", scheme.SessionMemory: "this-replica", scheme.SessionRedis: "all", scheme.SessionCookie: "none",
			scheme.TokenStateless: "none", scheme.TokenRevocable: "all", scheme.TokenCookie: "none",
			scheme.SessionBound: "all", scheme.TokenBound: "none", scheme.TokenBoundLocal: "none",
		}
		if !maps.Equal(answer.Ended, want) {
			t.Errorf("ended %v, want %v", answer.Ended, want)
		}
		if !r.keepsTokens() { // the client has dropped its cookie, or brings the old password
			c.get(401, r.base+"/me")
		}
		for _, other := range routes() {
			thief.get(statusOfThief[other.scheme], other.base+"/me")
			bob.get(200, other.base+"/me")
		}
		thief.post(401, "/token/refresh", refreshBody(thief.pair.RefreshToken)).isProblem(t, 401, "refresh-ended", scheme.TokenStateless)
		c.other().post(401, "/session/redis/login", loginBody("alice", passwordOf("alice")))
		c.other().post(200, "/session/redis/login", loginBody("alice", "correct horse"))
	})
}

func TestAPasswordIsChangedByItsUserAlone(t *testing.T) {
	onEachScheme(t, func(t *testing.T, w *world, c *client, r route) {
		w.secrets["correct horse"], w.secrets["not hers"] = true, true
		good := passwordBody(passwordOf("alice"), "correct horse")
		c.post(401, r.base+"/password", good).isProblem(t, 401, "no-credential", r.scheme)
		c.login(r.scheme, "alice")
		c.post(403, r.base+"/password", passwordBody("not hers", "correct horse")).isProblem(t, 403, "old-password", r.scheme)
		for _, weak := range []string{"", "1234567", "ñandúes"} {
			c.post(400, r.base+"/password", passwordBody(passwordOf("alice"), weak)).isProblem(t, 400, "weak-password", r.scheme)
		}
		c.post(400, r.base+"/password", `{"old":1}`).isProblem(t, 400, "bad-json", r.scheme)
		if !r.keepsTokens() {
			c.post(403, r.base+"/password", good, "Sec-Fetch-Site", "cross-site").isProblem(t, 403, "cross-origin", r.scheme)
		}
		c.get(200, r.base+"/me")
		c.other().post(200, "/session/redis/login", goodLogin(0))
	})
}

func TestWithoutRedisAPasswordIsNotChanged(t *testing.T) {
	w, users, c := loggedIn(t)
	w.secrets["correct horse"] = true
	body := passwordBody(passwordOf("alice"), "correct horse")
	w.redis.Close()
	for _, r := range routes() {
		unavailable(t, r.scheme, patience, func() answer { return c.post(503, r.base+"/password", body) })
	}
	must(t, w.redis.Restart())
	users.fault.Store(&errRefused)
	c.post(503, "/token/stateless/password", body).isProblem(t, 503, "users-unavailable", scheme.TokenStateless)
	users.fault.Store(nil)
	c.other().post(200, "/token/cookie/login", goodLogin(0))
}

// A slowDirectory answers one login late, with the hash that there was before.
type slowDirectory struct {
	account.Directory
	before atomic.Pointer[func()] // is called once, in the meantime
}

func (d *slowDirectory) PasswordHash(ctx context.Context, name string) (account.User, string, error) {
	user, hash, err := d.Directory.PasswordHash(ctx, name)
	if before := d.before.Swap(nil); before != nil {
		(*before)()
	}
	return user, hash, err
}

func TestANewPasswordRefusesLoginsThatAreUnderWayWithTheOldOne(t *testing.T) {
	logIns := map[string]func(*client, string){
		scheme.TokenBound: func(c *client, body string) {
			h := newHolder(c)
			h.askNonce(body)
			h.send(401, http.MethodPost, "/token/bound/login", body)
		},
	}
	for _, r := range routes() {
		if r.login != "" {
			logIns[r.scheme] = func(c *client, body string) {
				if a := c.post(401, r.login, body); len(a.cookies) > 0 {
					t.Errorf("%s: cookies %v", r.scheme, a.cookies)
				}
			}
		}
	}
	for name, logIn := range logIns {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.secrets["correct horse"] = true
			users := &slowDirectory{Directory: w.directory}
			config := w.config(t, "app-1")
			config.Directory = users
			owner := newClient(t, w.startWith(t, config))
			owner.login(scheme.SessionMemory, "alice")
			change := func() {
				owner.post(200, "/session/memory/password", passwordBody(passwordOf("alice"), "correct horse"))
			}
			users.before.Store(&change)
			logIn(owner.other(), loginBody("alice", passwordOf("alice")))
			for _, key := range w.redis.Keys() {
				if strings.HasPrefix(key, "authlab:session:") || strings.HasPrefix(key, "authlab:family:") {
					t.Errorf("a login was kept: %s", key)
				}
			}
			owner.other().post(200, "/session/redis/login", loginBody("alice", "correct horse"))
		})
	}
}
