package web_test

import (
	"crypto"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

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

func TestAServiceLearnsWhichKeyATokenIsBoundTo(t *testing.T) {
	_, c, introspect := reports(t)
	owner := newHolder(c)
	owner.logIn()
	var got struct {
		Active       bool
		Type         string               `json:"token_type"`
		Confirmation struct{ JKT string } `json:"cnf"`
	}
	must(t, json.Unmarshal([]byte(introspect(owner.pair.AccessToken).body), &got))
	thumbprint, err := (&jose.JSONWebKey{Key: owner.key.Public()}).Thumbprint(crypto.SHA256)
	must(t, err)
	if want := base64.RawURLEncoding.EncodeToString(thumbprint); !got.Active || got.Type != "DPoP" || got.Confirmation.JKT != want {
		t.Errorf("%+v, want the key %s", got, want)
	}
	owner.send(204, http.MethodPost, "/token/bound/logout", "")
	if body := introspect(owner.pair.AccessToken).body; body != `{"active":false}` {
		t.Errorf("logged out: %s", body)
	}
}

func TestTheSecretOfAServiceMayBePercentEncoded(t *testing.T) {
	const name, secret = "a:b", "50%+1 & more %41 of it"
	w := newWorld(t)
	config := w.config(t, "app-1")
	config.Services = map[string]string{name: secret, "plain": secret}
	c := newClient(t, w.startWith(t, config))
	for credential, want := range map[string]int{
		url.QueryEscape(name) + ":" + url.QueryEscape(secret): 200,
		"plain:" + secret:                        200,
		"plain:" + url.QueryEscape(secret):       200,
		"plain:50%+1 & more A of it":             401,
		"plain:" + url.QueryEscape(secret) + "%": 401,
		"other:" + secret:                        401,
		url.QueryEscape(url.QueryEscape(name)) + ":" + url.QueryEscape(secret): 401,
	} {
		c.form(want, "/token/introspect", "x", "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(credential)))
	}
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
