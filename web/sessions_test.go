package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"authlab/session"
	"authlab/web/scheme"
)

func (c *client) sessions(base string) []session.Info {
	c.t.Helper()
	var list struct {
		Scheme, Replica string
		Sessions        []session.Info
	}
	must(c.t, json.Unmarshal([]byte(c.get(200, base+"/sessions").body), &list))
	if list.Scheme == "" || list.Replica != c.server.name {
		c.t.Errorf("list of %q by %q", list.Scheme, list.Replica)
	}
	return list.Sessions
}

// onEachRememberer runs a test on the two schemes whose server has every session in its hands.
func onEachRememberer(t *testing.T, test func(t *testing.T, w *world, c *client, r route)) {
	for _, scheme := range []string{scheme.SessionMemory, scheme.SessionRedis} {
		t.Run(scheme, func(t *testing.T) {
			w, c := alone(t)
			test(t, w, c, routeOf(scheme))
		})
	}
}

func TestSessionsEndEverywhere(t *testing.T) {
	onEachRememberer(t, func(t *testing.T, _ *world, c *client, r route) {
		phone, bob := c.other(), c.other()
		c.login(r.scheme, "alice")
		phone.login(r.scheme, "alice")
		bob.login(r.scheme, "bob")
		held := c.credential(r)
		c.other().post(401, r.base+"/logout-everywhere", "")
		c.post(204, r.base+"/logout-everywhere", "")
		c.get(401, r.base+"/me").isProblem(t, 401, "no-credential", r.scheme)
		c.show(r, held)
		for _, device := range []*client{c, phone} {
			device.get(401, r.base+"/me").isProblem(t, 401, "session-unknown", r.scheme)
		}
		bob.get(200, r.base+"/me")
	})
}

func TestASignedCookieEndsNowhereElse(t *testing.T) {
	_, c := alone(t)
	r := routeOf(scheme.SessionCookie)
	phone := c.other()
	c.login(r.scheme, "alice")
	phone.login(r.scheme, "alice")
	if list := c.sessions(r.base); len(list) != 1 || !list[0].Current {
		t.Errorf("a store that remembers nothing lists %+v", list)
	} else {
		c.expect(404, http.MethodDelete, r.base+"/sessions/another", "").isProblem(t, 404, "session-not-found", r.scheme)
		held := c.credential(r)
		c.expect(204, http.MethodDelete, r.base+"/sessions/"+list[0].ID, "")
		c.get(401, r.base+"/me").isProblem(t, 401, "no-credential", r.scheme) // the browser has dropped the cookie
		c.show(r, held)
		c.get(200, r.base+"/me") // and a copy stays good, as after a logout
	}
	c.post(204, r.base+"/logout-everywhere", "")
	c.get(401, r.base+"/me")
	phone.get(200, r.base+"/me")
}

func TestAUserSeesAndEndsTheirOwnSessionsAlone(t *testing.T) {
	onEachRememberer(t, func(t *testing.T, w *world, c *client, r route) {
		phone, bob := c.other(), c.other()
		phone.login(r.scheme, "alice")
		w.clock.Advance(time.Second)
		c.login(r.scheme, "alice")
		bob.login(r.scheme, "bob")

		c.other().get(401, r.base+"/sessions")
		list := c.sessions(r.base)
		if len(list) != 2 || !list[0].Current || list[1].Current || !list[0].CreatedAt.Equal(w.clock.Now()) || list[0].UserAgent == "" {
			t.Fatalf("alice's sessions: %+v, want two, the newest first and current", list)
		}
		for _, item := range list {
			if id := c.credential(r); strings.Contains(id, item.ID) || len(item.ID) < 8 {
				t.Errorf("the list shows %q of the session ID %q", item.ID, id)
			}
		}
		his := bob.sessions(r.base)
		if len(his) != 1 {
			t.Fatalf("bob's sessions: %+v, want one", his)
		}
		end := func(want int, who *client, id string) answer {
			t.Helper()
			return who.expect(want, http.MethodDelete, r.base+"/sessions/"+id, "")
		}
		for name, id := range map[string]string{"another user's": his[0].ID, "an unknown one": "0123456789abcdef", "a session ID": c.credential(r), "NUL": "%00", "a star": "*"} {
			end(404, c, id).isProblem(t, 404, "session-not-found", r.scheme)
			if t.Failed() {
				t.Fatal(name)
			}
		}
		bob.get(200, r.base+"/me")
		end(401, c.other(), list[1].ID).isProblem(t, 401, "no-credential", r.scheme)
		end(204, c, list[1].ID)
		end(404, c, list[1].ID)
		phone.get(401, r.base+"/me").isProblem(t, 401, "session-unknown", r.scheme)
		if left := c.sessions(r.base); len(left) != 1 || left[0].ID != list[0].ID {
			t.Errorf("left are %+v", left)
		}
		end(204, c, list[0].ID)
		c.get(401, r.base+"/me").isProblem(t, 401, "session-unknown", r.scheme)
	})
}

func TestALoginEndsTheSessionThatTheClientCameWith(t *testing.T) {
	onEachRememberer(t, func(t *testing.T, _ *world, c *client, r route) {
		planted := "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE"
		c.show(r, planted)
		c.login(r.scheme, "alice")
		first := c.credential(r)
		c.login(r.scheme, "alice")
		if second := c.credential(r); first == planted || second == first {
			t.Fatal("a session ID survived a login")
		}
		if list := c.sessions(r.base); len(list) != 1 {
			t.Errorf("%d sessions, want 1", len(list))
		}
		for _, old := range []string{planted, first} {
			c.show(r, old)
			c.get(401, r.base+"/me")
		}
	})
}

func TestAReplicaTellsWhatItRemembers(t *testing.T) {
	w, c := alone(t)
	for _, r := range routes() {
		c.login(r.scheme, "alice")
	}
	if entries := c.server.Remembers(); len(entries) != 1 || entries[0].Record.User != "alice" {
		t.Errorf("app-1 remembers %+v, want alice's session-memory", entries)
	}
	w.clock.Advance(session.DefaultIdle)
	if entries := c.server.Remembers(); len(entries) != 0 {
		t.Errorf("app-1 remembers %+v after their time", entries)
	}
}
