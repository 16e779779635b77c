package web_test

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"authlab/token"
	"authlab/web/scheme"
)

const formType = "application/x-www-form-urlencoded"

// form posts a token in a form.
func (c *client) form(want int, path, text string, headers ...string) answer {
	c.t.Helper()
	return c.post(want, path, url.Values{"token": {text}, "token_type_hint": {"access_token"}}.Encode(), append([]string{"Content-Type", formType, "Authorization", ""}, headers...)...)
}

// reports is a registered service.
func reports(t *testing.T) (*world, *client, func(text string) answer) {
	w := newWorld(t)
	config := w.config(t, "app-1")
	config.Services = map[string]string{"reports": "a long secret", "none": ""}
	w.secrets["a long secret"] = true
	c := newClient(t, w.startWith(t, config))
	return w, c, func(text string) answer {
		return c.form(200, "/token/introspect", text, "Authorization", "Basic cmVwb3J0czphIGxvbmcgc2VjcmV0")
	}
}

func TestAServiceLearnsWhoseTokenItIsAndThatItWasTakenBack(t *testing.T) {
	w, c, introspect := reports(t)
	c.login(scheme.TokenRevocable, "alice")
	var got map[string]any
	must(t, json.Unmarshal([]byte(introspect(c.pair.AccessToken).body), &got))
	if got["active"] != true || got["sub"] != "alice" || got["username"] != "alice" || got["token_type"] != "Bearer" ||
		got["exp"] != float64(w.clock.Now().Add(token.DefaultAccess).Unix()) || len(got["roles"].([]any)) != 2 {
		t.Errorf("%v", got)
	}
	inactive := func(what, text string) {
		t.Helper()
		if body := introspect(text).body; body != `{"active":false}` {
			t.Errorf("%s: %s", what, body)
		}
	}
	inactive("garbage", "garbage")
	inactive("changed", c.pair.AccessToken[:len(c.pair.AccessToken)-2])
	inactive("a refresh token", c.pair.RefreshToken)
	old := c.pair.AccessToken
	c.post(204, "/token/logout", "")
	inactive("logged out", old)
	c.login(scheme.TokenRevocable, "alice")
	w.clock.Advance(token.DefaultAccess + time.Second)
	inactive("expired", c.pair.AccessToken)
	c.login(scheme.TokenRevocable, "alice")
	w.redis.Close()
	c.form(503, "/token/introspect", c.pair.AccessToken, "Authorization", "Basic cmVwb3J0czphIGxvbmcgc2VjcmV0").isProblem(t, 503, "store-unavailable", scheme.TokenRevocable)
}

func TestOnlyARegisteredServiceMayAskAboutTokens(t *testing.T) {
	_, c, _ := reports(t)
	c.login(scheme.TokenRevocable, "alice")
	for name, authorization := range map[string]string{
		"nobody": "", "a user's token": "Bearer " + c.pair.AccessToken, "a wrong secret": "Basic cmVwb3J0czpub3QgaXQ=",
		"an unknown service": "Basic b3RoZXI6YSBsb25nIHNlY3JldA==", "a service without a secret": "Basic bm9uZTo=",
	} {
		a := c.form(401, "/token/introspect", c.pair.AccessToken, "Authorization", authorization)
		a.isProblem(t, 401, "not-a-service", scheme.TokenRevocable)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	for _, body := range []string{"", "token_type_hint=x", "token=a&token=b", "token=%zz"} {
		c.post(400, "/token/introspect", body, "Content-Type", formType, "Authorization", "Basic cmVwb3J0czphIGxvbmcgc2VjcmV0").isProblem(t, 400, "bad-form", scheme.TokenRevocable)
	}
	c.post(400, "/token/revoke", `{"token":"x"}`).isProblem(t, 400, "bad-form", scheme.TokenRevocable)
}

func TestARevokedTokenEndsItsLogin(t *testing.T) {
	for name, of := range map[string]func(token.Pair) string{
		"an access token":  func(p token.Pair) string { return p.AccessToken },
		"a refresh token":  func(p token.Pair) string { return p.RefreshToken },
		"an unknown token": func(token.Pair) string { return "garbage" },
	} {
		t.Run(name, func(t *testing.T) {
			w, c := alone(t)
			c.login(scheme.TokenRevocable, "alice")
			want := map[bool]int{true: 200, false: 401}[of(c.pair) == "garbage"]
			for range 2 { // the second time there is nothing left to revoke
				if a := c.form(200, "/token/revoke", of(c.pair)); a.body != "" {
					t.Errorf("body %q", a.body)
				}
			}
			c.get(want, "/token/revocable/me")
			c.post(want, "/token/refresh", refreshBody(c.pair.RefreshToken))
			w.redis.Close()
			c.form(map[bool]int{true: 200, false: 503}[want == 200], "/token/revoke", of(c.pair))
		})
	}
}
