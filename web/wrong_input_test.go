package web_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"authlab/web/scheme"
)

const megabyte = 1 << 20

// logins are the routes that take a name and a password.
func logins() []route {
	return slices.DeleteFunc(routes(), func(r route) bool { return r.login == "" || r.scheme == scheme.TokenRevocable })
}

// goodLogin is alice's, padded with spaces to a length in bytes.
func goodLogin(bytes int) string {
	body := loginBody("alice", passwordOf("alice"))
	return body + strings.Repeat(" ", max(bytes-len(body), 0))
}

func TestEveryLoginRefusesAWrongBodyByItsKind(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	good := goodLogin(0)
	_, c := alone(t)
	for _, tt := range []struct {
		name, media, body string
		status            int
		problem           string
	}{
		{"a login", "application/json", good, 200, ""},
		{"a login with a charset", "application/json; charset=utf-8", good, 200, ""},
		{"a login as long as the cap", "application/json", goodLogin(4096), 200, ""},
		{"one byte more", "application/json", goodLogin(4097), 413, "body-too-large"},
		{"a long name", "application/json", loginBody(strings.Repeat("a", megabyte), "x"), 413, "body-too-large"},
		{"a megabyte of nothing", "application/json", strings.Repeat(" ", megabyte), 413, "body-too-large"},
		{"a megabyte behind the object", "application/json", goodLogin(megabyte), 413, "body-too-large"},

		{"no media type", "", good, 415, "media-type"},
		{"nothing at all", "", "", 415, "media-type"},
		{"a form", form, "username=alice&password=wonderland", 415, "media-type"},
		{"JSON that a form of another site can send", "text/plain", good, 415, "media-type"},
		{"JSON in the body of a form", form, good, 415, "media-type"},
		{"a media type that is none", "application/json; =", good, 415, "media-type"},
		{"another JSON", "application/problem+json", good, 415, "media-type"},

		{"nothing", "application/json", "", 400, "bad-json"},
		{"spaces", "application/json", "  \r\n", 400, "bad-json"},
		{"a beginning", "application/json", good[:len(good)-1], 400, "bad-json"},
		{"half a text", "application/json", `{"username":"ali`, 400, "bad-json"},
		{"garbage", "application/json", "garbage", 400, "bad-json"},
		{"single quotes", "application/json", "{'username':'alice'}", 400, "bad-json"},
		{"NUL", "application/json", "\x00", 400, "bad-json"},
		{"NUL in a text", "application/json", "{\"username\":\"al\x00ice\",\"password\":\"x\"}", 400, "bad-json"},
		{"a byte order mark", "application/json", "\xef\xbb\xbf" + good, 400, "bad-json"},
		{"UTF-16", "application/json", "\xff\xfe{\x00}\x00", 400, "bad-json"},
		{"garbage behind the object", "application/json", good + "x", 400, "bad-json"},
		{"a second object", "application/json", good + good, 400, "bad-json"},
		{"a bracket too many", "application/json", good + "}", 400, "bad-json"},
		{"half a text behind the object", "application/json", good + `"`, 400, "bad-json"},
		{"a list", "application/json", "[" + good + "]", 400, "bad-json"},
		{"a text", "application/json", `"alice"`, 400, "bad-json"},
		{"a number", "application/json", "7", 400, "bad-json"},
		{"null", "application/json", "null", 400, "bad-json"},
		{"an empty object", "application/json", "{}", 400, "bad-json"},
		{"no name", "application/json", `{"password":"wonderland"}`, 400, "bad-json"},
		{"a name that is null", "application/json", `{"username":null,"password":null}`, 400, "bad-json"},
		{"a number for a name", "application/json", `{"username":1,"password":"wonderland"}`, 400, "bad-json"},
		{"a list for a password", "application/json", `{"username":"alice","password":["wonderland"]}`, 400, "bad-json"},
		{"an object for a name", "application/json", `{"username":{"$ne":""},"password":{"$ne":""}}`, 400, "bad-json"},
		{"deep lists", "application/json", strings.Repeat("[", 4000), 400, "bad-json"},

		{"no password", "application/json", `{"username":"alice"}`, 401, "bad-credentials"},
		{"a password longer than the cap", "application/json", loginBody("alice", strings.Repeat("x", 1025)), 401, "bad-credentials"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, r := range logins() {
				stranger := c.other()
				answer := stranger.post(tt.status, r.login, tt.body, "Content-Type", tt.media)
				if tt.status == 200 {
					continue
				}
				answer.isProblem(t, tt.status, tt.problem, r.scheme)
				if strings.Contains(answer.body, "wonderland") || strings.Contains(answer.body, "alice") || len(answer.cookies) > 0 {
					t.Errorf("%s: said %s and set %v", r.login, answer.body, answer.cookies)
				}
			}
		})
	}
}

// These cost a hash each, so each goes to one login.
func TestAStrangeNameIsAnUnknownUser(t *testing.T) {
	_, c := alone(t)
	for i, body := range []string{
		loginBody(strings.Repeat("a", 3000), "wonderland"), `{"username":"alice\u0000","password":"wonderland"}`,
		"{\"username\":\"al\xffice\",\"password\":\"wonderland\"}", `{"username":"\ud800","password":"wonderland"}`,
		`{"username":"Alice","password":"wonderland"}`, `{"username":"alice ","password":"wonderland"}`, `{"username":"ａlice","password":"wonderland"}`,
	} {
		r := logins()[i%len(logins())]
		c.post(401, r.login, body).isProblem(t, 401, "bad-credentials", r.scheme)
	}
}

func TestAnUnknownUserAndAWrongPasswordAreTheSameAnswer(t *testing.T) {
	_, c := alone(t)
	known, unknown := "alice:wrong", "mallory:wrong"
	for _, r := range routes() {
		t.Run(r.scheme, func(t *testing.T) {
			ask := func(who string) answer {
				if r.login == "" {
					stranger := c.other()
					stranger.password = who
					return stranger.get(401, r.base+"/me")
				}
				name, password, _ := strings.Cut(who, ":")
				return c.post(401, r.login, loginBody(name, password))
			}
			a, b := ask(known), ask(unknown)
			a.isProblem(t, 401, "bad-credentials", map[bool]string{true: scheme.TokenStateless, false: r.scheme}[r.keepsTokens()])
			if a.body != b.body {
				t.Errorf("a wrong password: %s\nan unknown user: %s", a.body, b.body)
			}
			if !maps.Equal(a.costs(), b.costs()) || a.costs()["hash"] != 1 {
				t.Errorf("a wrong password costs %v, an unknown user %v", a.costs(), b.costs())
			}
			if timing := a.header.Get("Server-Timing"); strings.Contains(timing, "dur=") {
				t.Errorf("a refused login tells how long it took: %s", timing)
			}
			a.header.Del("Date")
			b.header.Del("Date")
			if !maps.EqualFunc(a.header, b.header, slices.Equal[[]string]) {
				t.Errorf("a wrong password: %v\nan unknown user: %v", a.header, b.header)
			}
		})
	}
}

func TestEveryOtherBodyIsReadAsStrictly(t *testing.T) {
	t.Parallel() // it waits: net/http lingers half a second over a body that it did not read
	_, c := alone(t)
	paths := map[string]string{"/token/refresh": scheme.TokenStateless, "/token/logout": scheme.TokenStateless}
	for _, r := range routes() {
		c.login(r.scheme, "alice")
		paths[r.base+"/email"] = r.scheme
	}
	for path, scheme := range paths {
		t.Run(path, func(t *testing.T) {
			for body, want := range map[string]int{
				strings.Repeat(" ", megabyte): 413, " ": 400, "{": 400, "[]": 400, "{}{}": 400, "{} x": 400, `"x"`: 400,
				`{"email":1,"refresh_token":1}`: 400, `{"email":{},"refresh_token":[]}`: 400, "{\"email\":\"\xff\x00\"}": 400,
			} {
				name := map[int]string{413: "body-too-large", 400: "bad-json"}[want]
				c.post(want, path, body).isProblem(t, want, name, scheme)
			}
			c.post(415, path, "{}", "Content-Type", "text/plain").isProblem(t, 415, "media-type", scheme)
		})
	}
	for _, r := range routes() {
		if r.scheme == scheme.TokenRevocable {
			continue
		}
		c.get(200, r.base+"/me") // nothing of this ended a login
	}
}
