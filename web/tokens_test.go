package web_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"authlab/web/scheme"
)

func TestAuthenticateGivesThePairOfRFC6749AndNothingElse(t *testing.T) {
	_, c := alone(t)
	first := c.login(scheme.TokenStateless, "alice")
	before := c.pair
	second := c.post(200, "/token/refresh", refreshBody(before.RefreshToken))
	for name, a := range map[string]answer{"authenticate": first, "refresh": second} {
		var got map[string]any
		must(t, json.Unmarshal([]byte(a.body), &got))
		if keys := slices.Sorted(maps.Keys(got)); !slices.Equal(keys, []string{"access_token", "expires_in", "refresh_token", "token_type"}) {
			t.Errorf("%s has the members %v", name, keys)
		}
		if got["token_type"] != "Bearer" || got["expires_in"] != 900.0 {
			t.Errorf("%s: token_type %v, expires_in %v", name, got["token_type"], got["expires_in"])
		}
		if a.header.Get("Cache-Control") != "no-store" || len(a.cookies) > 0 { // RFC 6749, section 5.1
			t.Errorf("%s: Cache-Control %q, cookies %v", name, a.header.Get("Cache-Control"), a.cookies)
		}
	}
	must(t, json.Unmarshal([]byte(second.body), &c.pair))
	if c.pair.AccessToken == before.AccessToken || c.pair.RefreshToken == before.RefreshToken {
		t.Error("the refresh gave back what it was given")
	}
	c.get(200, "/token/stateless/me")
	c.get(200, "/token/revocable/me")
}

func TestARefreshTokenThatComesTwiceEndsTheFamily(t *testing.T) {
	_, c := alone(t)
	c.login(scheme.TokenStateless, "alice")
	stolen := c.pair.RefreshToken
	must(t, json.Unmarshal([]byte(c.post(200, "/token/refresh", refreshBody(stolen)).body), &c.pair))
	c.post(401, "/token/refresh", refreshBody(stolen)).isProblem(t, 401, "refresh-reused", scheme.TokenStateless)
	c.post(401, "/token/refresh", refreshBody(c.pair.RefreshToken)).isProblem(t, 401, "refresh-ended", scheme.TokenStateless)
	c.get(200, "/token/stateless/me")
}

func TestATokenLogoutIsSeenOnlyWithTheDenylist(t *testing.T) {
	for name, body := range map[string]string{"with no body": "", "with an empty object": "{}"} {
		t.Run(name, func(t *testing.T) {
			_, c := alone(t)
			c.login(scheme.TokenStateless, "alice")
			c.post(204, "/token/logout", body)
			c.get(200, "/token/stateless/me")
			c.get(401, "/token/revocable/me").isProblem(t, 401, "token-revoked", scheme.TokenRevocable)
			c.post(401, "/token/refresh", refreshBody(c.pair.RefreshToken)).isProblem(t, 401, "refresh-ended", scheme.TokenStateless)
		})
	}
}

func TestARefreshTokenAloneEndsItsLogin(t *testing.T) {
	w, c := alone(t)
	c.login(scheme.TokenStateless, "alice")
	refresh := refreshBody(c.pair.RefreshToken)
	stranger := c.other()
	stranger.post(401, "/token/logout", refreshBody("garbage")).isProblem(t, 401, "refresh-malformed", scheme.TokenStateless)
	stranger.post(401, "/token/logout", "{}").isProblem(t, 401, "no-credential", scheme.TokenStateless)
	stranger.post(401, "/token/logout", "").isProblem(t, 401, "no-credential", scheme.TokenStateless)

	w.clock.Advance(time.Hour) // the access token is over, and comes along all the same
	c.get(401, "/token/stateless/me").isProblem(t, 401, "token-time", scheme.TokenStateless)
	c.post(401, "/token/logout", "").isProblem(t, 401, "token-time", scheme.TokenStateless)
	c.post(204, "/token/logout", refresh)
	c.post(204, "/token/logout", refresh)
	stranger.post(401, "/token/refresh", refresh).isProblem(t, 401, "refresh-ended", scheme.TokenStateless)
}

func TestTokensEndEverywhere(t *testing.T) {
	w, c := alone(t)
	phone, bob := c.other(), c.other()
	c.login(scheme.TokenStateless, "alice")
	phone.login(scheme.TokenStateless, "alice")
	bob.login(scheme.TokenStateless, "bob")
	w.clock.Advance(time.Second)

	c.other().post(401, "/token/logout-everywhere", "").isProblem(t, 401, "no-credential", scheme.TokenRevocable)
	c.post(204, "/token/logout-everywhere", "")
	for _, device := range []*client{c, phone} {
		device.get(200, "/token/stateless/me")
		device.get(401, "/token/revocable/me").isProblem(t, 401, "token-revoked", scheme.TokenRevocable)
		device.post(401, "/token/refresh", refreshBody(device.pair.RefreshToken)).isProblem(t, 401, "refresh-ended", scheme.TokenStateless)
	}
	bob.get(200, "/token/revocable/me")
	w.clock.Advance(time.Second)
	phone.login(scheme.TokenStateless, "alice")
	phone.get(200, "/token/revocable/me")

	// Who was logged out has no say any more, also not over the devices that logged in since.
	w.clock.Advance(time.Second)
	c.post(401, "/token/logout-everywhere", "").isProblem(t, 401, "token-revoked", scheme.TokenRevocable)
	phone.get(200, "/token/revocable/me")
}

func TestTheChallengeSaysHowToComeBack(t *testing.T) {
	_, c := alone(t)
	c.login(scheme.TokenStateless, "bob")
	c.login(scheme.Basic, "bob")
	c.login(scheme.TokenCookie, "bob")
	c.login(scheme.SessionMemory, "bob")
	parts := strings.Split(c.pair.AccessToken, ".")
	for _, tt := range []struct {
		name, path, authorization string
		status                    int
		want                      string
	}{
		{"basic, nothing", "/basic/me", "-", 401, `Basic realm="authlab", charset="UTF-8"`},
		{"basic, a wrong password", "/basic/me", "Basic Ym9iOng=", 401, `Basic realm="authlab", charset="UTF-8"`},
		{"basic, a token", "/basic/me", "Bearer " + c.pair.AccessToken, 401, `Basic realm="authlab", charset="UTF-8"`},
		{"basic, not an admin", "/basic/admin", "", 403, ""},
		{"token, nothing", "/token/stateless/me", "-", 401, `Bearer realm="authlab"`},
		{"token, another scheme", "/token/revocable/me", "Basic Ym9iOng=", 401, `Bearer realm="authlab"`},
		{"token, garbage", "/token/stateless/me", "Bearer garbage", 401, `Bearer realm="authlab", error="invalid_token", error_description="Token is malformed"`},
		{
			"token, a changed signature", "/token/revocable/me", "Bearer " + parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2])), 401,
			`Bearer realm="authlab", error="invalid_token", error_description="Signature of the token does not match"`,
		},
		{"token, not an admin", "/token/stateless/admin", "", 403, `Bearer realm="authlab", error="insufficient_scope"`},
		{"token, not an admin who can be denied", "/token/revocable/admin", "", 403, `Bearer realm="authlab", error="insufficient_scope"`},
		{"a token in a cookie, not an admin", "/token/cookie/admin", "", 403, ""},
		{"a session, not an admin", "/session/memory/admin", "", 403, ""},
		{"a session, none", "/session/redis/me", "", 401, `Cookie realm="authlab", cookie-name="session-redis"`},
		{"a good token", "/token/stateless/me", "", 200, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var headers []string
			switch tt.authorization {
			case "":
			case "-":
				headers = []string{"Authorization", ""}
			default:
				headers = []string{"Authorization", tt.authorization}
			}
			if got := c.get(tt.status, tt.path, headers...).header.Get("WWW-Authenticate"); got != tt.want {
				t.Errorf("WWW-Authenticate %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestTheKeysArePublishedWithoutTheirPrivateHalf(t *testing.T) {
	w, c := alone(t)
	var set struct{ Keys []map[string]string }
	must(t, json.Unmarshal([]byte(c.get(200, "/.well-known/jwks.json").body), &set))
	if len(set.Keys) != 1 {
		t.Fatalf("%d keys, want 1", len(set.Keys))
	}
	if members := slices.Sorted(maps.Keys(set.Keys[0])); !slices.Equal(members, []string{"alg", "crv", "kid", "kty", "use", "x", "y"}) {
		t.Errorf("the key has the members %v", members)
	}
	if set.Keys[0]["kid"] != w.keys.Signing().ID() {
		t.Errorf("kid %q, want %q", set.Keys[0]["kid"], w.keys.Signing().ID())
	}
}

func refreshBody(token string) string {
	text, err := json.Marshal(map[string]string{"refresh_token": token})
	if err != nil {
		panic(err)
	}
	return string(text)
}
