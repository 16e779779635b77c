package web_test

import (
	"strings"
	"testing"

	"authlab/account"
	"authlab/web/scheme"
)

func TestAGuesserKeepsNoKnownDeviceOut(t *testing.T) {
	for _, login := range []string{scheme.SessionMemory, scheme.SessionRedis, scheme.SessionCookie, scheme.TokenCookie} {
		t.Run(login, func(t *testing.T) {
			w, owner := alone(t)
			path := routeOf(login).login
			right, wrong := loginBody("alice", passwordOf("alice")), loginBody("alice", "wrong")
			other := owner.other() // another known device
			other.post(200, path, right)
			owner.post(200, path, right)

			guesser := owner.other()
			guesser.login(login, "bob") // a device that is known for another user
			for range 100 {
				guesser.post(401, path, wrong)
			}
			guesser.post(429, path, right)
			owner.other().post(429, path, right)
			owner.post(200, path, right)

			// A classmate at the same address has used up what all of it may try.
			must(t, w.redis.Set("authlab:attempts:{all}:address:127.0.0.1", "300"))
			owner.other().post(429, path, loginBody("bob", passwordOf("bob")))
			owner.post(200, path, right)

			// A device may not try more than others, also not by losing its cookie.
			for range 100 {
				owner.post(401, path, wrong)
			}
			owner.post(429, path, right)
			owner.cookies["device"] = strings.ToUpper(owner.cookies["device"])
			owner.post(429, path, right)
			other.post(200, path, right)
		})
	}
}

func TestWhoIsLoggedInCanChangeThePasswordWhileOthersGuess(t *testing.T) {
	_, c := alone(t)
	c.login(scheme.TokenStateless, "alice")
	guesser := c.other()
	for range 100 {
		guesser.post(401, "/authenticate", loginBody("alice", "wrong"))
	}
	c.post(200, "/token/stateless/password", `{"old":"wonderland","new":"looking-glass"}`)
}

// The device of one user says nothing about another, and it is no session.
func TestADeviceIsNoCredential(t *testing.T) {
	_, c := alone(t)
	c.login(scheme.SessionCookie, "alice")
	device := c.cookies["device"]
	for _, r := range routes() {
		if r.login != "" && !r.keepsTokens() {
			c.other().get(401, r.base+"/me", "Cookie", r.scheme+"="+device)
		}
	}
	if device == "" || strings.Contains(device, account.RoleAdmin) {
		t.Errorf("the cookie is %q", device)
	}
}
