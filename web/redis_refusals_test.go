package web_test

import (
	"strings"
	"testing"

	"authlab/web"
	"authlab/web/scheme"
)

// TestARefusalOfRedisIsA503AndIsLoggedOnce tells it from an outage, which needs no line of its own.
func TestARefusalOfRedisIsA503AndIsLoggedOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		begin, end func(*world)
		logged     string // by each command that is refused
		told       string // to the client
	}{
		"read-only": {
			func(w *world) { w.redis.SetError("READONLY You can't write against a read only replica.") },
			func(w *world) { w.redis.SetError("") }, `READONLY You can't write against a read only replica. (it is a replica, and takes no writes)"`, "READONLY: it is a replica"},
		"a command that is not allowed": {
			func(w *world) { w.redis.SetError("NOPERM this user has no permissions to run the 'getex' command") },
			func(w *world) { w.redis.SetError("") }, `NOPERM this user has no permissions to run the 'getex' command (this user may not`, "NOPERM: this user may not"},
		"a command that is unknown": {
			func(w *world) {
				w.redis.SetError("ERR unknown command 'GETEX', with args beginning with: 'a-secret-argument'")
			},
			func(w *world) { w.redis.SetError("") }, `ERR unknown command 'GETEX' (it is older than Redis 6.2`, "ERR unknown command: it is older"},
		"no password": {
			func(w *world) { w.redis.RequireAuth("another") },
			func(w *world) { w.redis.RequireAuth("") }, `NOAUTH Authentication required. (it wants a password)"`, "NOAUTH: it wants a password"},
		"an outage": {func(w *world) { w.redis.Close() }, func(w *world) { must(t, w.redis.Restart()) }, "", "no good answer from Redis, so"},
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
						if a := c.get(503, r.base+"/me"); !strings.Contains(a.body, tt.told) {
							t.Errorf("%s: it says %s, want %q", r.scheme, a.body, tt.told)
						}
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
		"too old a server": {"right-password", w.redis.Addr(), "answers ERR unknown command 'GETEX' (it is older than Redis 6.2", "reached"},
		"the right one":    {"right-password", w.redis.Addr(), "", ""},
	} {
		w.redis.RequireAuth("right-password")
		if w.redis.SetError(""); name == "too old a server" {
			w.redis.SetError("ERR unknown command 'GETEX', with args beginning with: 'a'")
		}
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

func TestEachRefusalOfRedisIsTold(t *testing.T) {
	for name, texts := range map[string][]string{
		"a replica":         {"READONLY You can't write against a read only replica."},
		"passwords":         {"NOAUTH Authentication required.", "WRONGPASS invalid username-password pair or user is disabled."},
		"access":            {"NOPERM this user has no permissions to access one of the keys used as arguments"},
		"a server in need":  {"LOADING Redis is loading the dataset in memory", "OOM command not allowed when used memory > 'maxmemory'.", "MISCONF Redis is configured to save RDB snapshots"},
		"replicas in need":  {"NOREPLICAS Not enough good replicas to write.", "MASTERDOWN Link with MASTER is down"},
		"a cluster in need": {"CLUSTERDOWN Hash slot not served", "MOVED 3999 127.0.0.1:6381", "ASK 3999 127.0.0.1:6381", "TRYAGAIN Multiple keys request during rehashing of slot"},
	} {
		w, c := alone(t)
		w.mistakes = true
		c.login(scheme.SessionRedis, "alice")
		for _, text := range texts {
			w.redis.SetError(text)
			code, rest, _ := strings.Cut(text, " ")
			a := c.get(503, "/session/redis/me")
			if !strings.Contains(a.body, code+": ") || strings.Contains(a.body, rest) {
				t.Errorf("%s: %s: the answer is %s", name, code, a.body)
			}
			client, err := web.OpenRedis("redis://" + w.redis.Addr())
			must(t, err)
			if err := web.PingRedis(t.Context(), client); err == nil || !strings.Contains(err.Error(), text+" (") {
				t.Errorf("%s: %s: at the start: %v", name, code, err)
			}
			must(t, client.Close())
			if !strings.Contains(w.log.String(), rest+" (") {
				t.Errorf("%s: %s is not in the log", name, code)
			}
		}
		w.redis.SetError("")
		c.get(200, "/session/redis/me")
	}
}
