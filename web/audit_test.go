package web_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"authlab/account"
	"authlab/web/scheme"
)

// audited are the events in the log, as "event user scheme".
func (w *world) audited(t testing.TB) (events []string) {
	t.Helper()
	for line := range strings.Lines(w.log.String()) {
		var event struct{ Msg, Event, User, Scheme, Address, Replica string }
		must(t, json.Unmarshal([]byte(line), &event))
		if event.Msg != "audit" {
			continue
		}
		if event.Address != "127.0.0.1" || event.Replica != "app-1" {
			t.Errorf("it does not say who and where: %s", line)
		}
		events = append(events, strings.Join(strings.Fields(event.Event+" "+event.User+" "+event.Scheme), " "))
	}
	return events
}

// Also that no line has a credential: the world reads its whole log through.
func TestEachEventIsAuditedOnceAndCounted(t *testing.T) {
	w, c := alone(t)
	told, counted := 0, map[string]int{}
	expect := func(what string, want ...string) {
		t.Helper()
		got := w.audited(t)[told:]
		if told += len(got); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
		for _, event := range got {
			counted[strings.Fields(event)[0]]++
		}
	}
	for _, r := range routes() {
		if r.scheme == scheme.TokenRevocable { // it has the login of token-stateless
			continue
		}
		c.login(r.scheme, "alice")
		c.get(200, r.base+"/me")
		if want := account.EventLogin + " alice " + r.scheme; r.login == "" {
			expect("no login of " + r.scheme)
		} else {
			expect("a login of "+r.scheme, want)
		}
	}
	c.post(401, "/authenticate", loginBody("alice", "wrong"))
	expect("a wrong password", "login-failed alice token-stateless")
	c.post(401, "/session/redis/login", loginBody("wonderland", "wonderland"))
	expect("a password in the wrong field", "login-failed session-redis")
	c.post(400, "/authenticate", `{}`)
	expect("no login at all")

	first := refreshBody(c.pair.RefreshToken)
	c.post(200, "/token/refresh", first)
	expect("a refresh")
	c.post(401, "/token/refresh", first)
	expect("a replay", "refresh-reused alice token-stateless")
	c.login(scheme.TokenStateless, "alice")
	expect("a login", "login alice token-stateless")
	c.post(204, "/token/logout-everywhere", "")
	expect("out everywhere", "logout-everywhere alice token-revocable")
	c.post(204, "/session/redis/logout-everywhere", "")
	expect("out everywhere", "logout-everywhere alice session-redis")
	c.post(401, "/session/redis/logout-everywhere", "")
	expect("out everywhere without a session")

	c.login(scheme.SessionRedis, "alice")
	expect("a login", "login alice session-redis")
	c.post(200, "/session/redis/password", `{"old":"wonderland","new":"looking-glass"}`)
	expect("a new password", "password-changed alice session-redis")

	for i := range 100 {
		c.post(401, "/authenticate", loginBody("bob", "wrong"))
		want := []string{"login-failed bob token-stateless"}
		if i == 99 {
			want = append(want, "account-limit bob token-stateless")
		}
		expect("a guess", want...)
	}
	c.post(429, "/authenticate", loginBody("bob", "wrong"))
	expect("a guess after the limit")
	must(t, w.redis.Set("authlab:attempts:{all}:address:127.0.0.1", "299"))
	c.post(401, "/authenticate", loginBody("eve", "wrong"))
	expect("the last guess of an address", "login-failed token-stateless", "address-limit token-stateless")
	c.post(429, "/authenticate", loginBody("eve", "wrong"))
	expect("a guess after the limit")

	metrics := c.get(200, "/metrics").body
	for event, n := range counted {
		if want := fmt.Sprintf("authlab_audit_events_total{event=%q} %d\n", event, n); !strings.Contains(metrics, want) {
			t.Errorf("no %s", want)
		}
	}
}
