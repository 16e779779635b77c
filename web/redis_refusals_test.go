package web_test

import (
	"strings"
	"testing"

	"authlab/web"
)

// TestARefusalOfRedisIsA503AndIsLoggedOnce tells it from an outage, which needs no line of its own.
func TestARefusalOfRedisIsA503AndIsLoggedOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		begin, end func(*world)
		logged     string // by each command that is refused
	}{
		"read-only": {
			func(w *world) { w.redis.SetError("READONLY You can't write against a read only replica.") },
			func(w *world) { w.redis.SetError("") }, `READONLY You can't write against a read only replica."`},
		"a command that is not allowed": {
			func(w *world) { w.redis.SetError("NOPERM this user has no permissions to run the 'getex' command") },
			func(w *world) { w.redis.SetError("") }, `NOPERM this user has no permissions to run the 'getex' command"`},
		"a command that is unknown": {
			func(w *world) {
				w.redis.SetError("ERR unknown command 'GETEX', with args beginning with: 'a-secret-argument'")
			},
			func(w *world) { w.redis.SetError("") }, `ERR unknown command 'GETEX'"`},
		"no password": {
			func(w *world) { w.redis.RequireAuth("another") },
			func(w *world) { w.redis.RequireAuth("") }, `NOAUTH Authentication required."`},
		"an outage": {func(w *world) { w.redis.Close() }, func(w *world) { must(t, w.redis.Restart()) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.mistakes = true // the log has more than one line for each request
			w.secrets["a-secret-argument"] = true
			c := newClient(t, w.start(t, "app-1"))
			for _, r := range routes() {
				c.login(r.scheme, "alice")
			}
			c = c.at(w.start(t, "app-2")) // which opens its connections after tt.begin
			tt.begin(w)
			for range 3 {
				for _, r := range routes() {
					if needsRedis(r) {
						c.get(503, r.base+"/me")
					}
				}
			}
			tt.end(w)
			kinds := map[string]int{}
			for line := range strings.Lines(w.log.String()) {
				if !strings.Contains(line, `"msg":"redis refused"`) {
					continue
				}
				if tt.logged == "" || !strings.Contains(line, tt.logged) {
					t.Errorf("it logged %s", line)
				}
				_, command, _ := strings.Cut(line, `"command":`)
				command, _, _ = strings.Cut(command, ",")
				kinds[command]++
			}
			for command, n := range kinds {
				if n != 1 {
					t.Errorf("%s was logged %d times, want once", command, n)
				}
			}
			if (len(kinds) > 0) != (tt.logged != "") {
				t.Errorf("it logged %v", kinds)
			}
		})
	}
}

func TestARedisThatRefusesIsNotSaidToBeOutOfReach(t *testing.T) {
	w := newWorld(t)
	for name, tt := range map[string]struct{ password, at, want, not string }{
		"a wrong password": {"wrong-password", w.redis.Addr(), "WRONGPASS", "reached"},
		"no password":      {"", w.redis.Addr(), "NOAUTH", "reached"},
		"no server":        {"right-password", "127.0.0.1:1", "cannot be reached", "answers"},
		"the right one":    {"right-password", w.redis.Addr(), "", ""},
	} {
		w.redis.RequireAuth("right-password")
		client, err := web.OpenRedis("redis://:" + tt.password + "@" + tt.at)
		must(t, err)
		err = web.PingRedis(t.Context(), client)
		must(t, client.Close())
		switch {
		case tt.want == "":
			must(t, err)
		case err == nil:
			t.Errorf("%s: no error", name)
		case !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), tt.not) || (tt.password != "" && strings.Contains(err.Error(), tt.password)):
			t.Errorf("%s: %v", name, err)
		}
	}
}
