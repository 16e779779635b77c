package web_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"authlab/account"
)

func TestGuessingIsBoundedOverAllReplicasAndEverySchemeAlike(t *testing.T) {
	w := newWorld(t)
	one, two := newClient(t, w.start(t, "app-1")), newClient(t, w.start(t, "app-2"))
	for i := range 20 {
		path := []string{"/session/redis/login", "/authenticate", "/token/cookie/login"}[i%3]
		[]*client{one, two}[i%2].post(401, path, loginBody("alice", "wrong"))
	}
	// The right password is not looked at either.
	for path, scheme := range map[string]string{"/session/memory/login": "session-memory", "/authenticate": "token-stateless"} {
		a := two.post(429, path, loginBody("alice", passwordOf("alice")))
		a.isProblem(t, 429, "too-many-attempts", scheme)
		if wait, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || wait < 1 || wait > 15*60 {
			t.Errorf("Retry-After: %q", a.header.Get("Retry-After"))
		}
	}
	one.password = "alice:" + passwordOf("alice")
	one.get(429, "/basic/me")
	two.post(200, "/authenticate", loginBody("bob", passwordOf("bob")))

	// Users who are logged in stay so, and without Redis no user is locked out.
	w.redis.Close()
	two.post(200, "/session/memory/login", loginBody("alice", passwordOf("alice")))
}

func TestOnlyATrustedProxyCanSetTheAddressOfAClient(t *testing.T) {
	for name, trusted := range map[string][]string{"a client": nil, "a balancer": {"127.0.0.1"}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for i := range 20 { // an unknown name would cost a real hash each time
				must(t, w.directory.Create(t.Context(), account.User{Name: fmt.Sprint("user-", i)}, quickHash("right")))
			}
			config := w.config(t, "app-1")
			config.TrustedProxies = trusted
			c := newClient(t, w.startWith(t, config))
			for i := range 300 {
				c.expect(401, http.MethodPost, "/authenticate", loginBody(fmt.Sprint("user-", i%20), "x"),
					"X-Forwarded-For", fmt.Sprintf("203.0.113.9, 192.0.2.%d", i%2))
			}
			want := map[string]int{"a client": 429, "a balancer": 401}[name]
			c.expect(want, http.MethodPost, "/authenticate", loginBody("one-more", "x"), "X-Forwarded-For", "192.0.2.1")
		})
	}
}

func TestALoginThatRedisRefusesToCountIsA503AndLogged(t *testing.T) {
	w, c := alone(t)
	w.mistakes = true // the log has lines of its own for it
	w.redis.SetError("READONLY You can't write against a read only replica.")
	for _, r := range logins() {
		c.post(503, r.login, loginBody("alice", passwordOf("alice"))).isProblem(t, 503, "store-unavailable", r.scheme)
	}
	if log := w.log.String(); strings.Count(log, "login not counted") != len(logins()) || !strings.Contains(log, "READONLY") {
		t.Errorf("the log does not say why:\n%.2000s", log)
	}
	w.redis.SetError("")
	c.post(200, "/authenticate", loginBody("alice", passwordOf("alice")))
}
