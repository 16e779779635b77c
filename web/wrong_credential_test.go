package web_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"authlab/web/scheme"
)

// present shows a credential as it is, byte by byte.
func (c *client) present(r route, path, text string) answer {
	c.t.Helper()
	switch {
	case r.scheme == scheme.Basic:
		return c.do("GET", path, "", "Cookie", "", "Authorization", "Basic "+text)
	case r.keepsTokens():
		return c.do("GET", path, "", "Cookie", "", "Authorization", "Bearer "+text)
	}
	return c.do("GET", path, "", "Cookie", r.scheme+"="+text)
}

func TestAMalformedCredentialIsA401(t *testing.T) {
	_, c := alone(t)
	good := map[string]string{}
	for _, r := range routes() {
		c.login(r.scheme, "alice")
		good[r.scheme] = c.credential(r)
	}
	good[scheme.Basic] = base64.StdEncoding.EncodeToString([]byte(good[scheme.Basic]))
	refresh := c.pair.RefreshToken
	letter := []string{"token-format", "token-signature", "no-credential"}
	allowed := map[string][]string{
		scheme.Basic: {"bad-credentials", "no-credential"}, scheme.SessionMemory: {"session-malformed", "session-unknown", "no-credential"},
		scheme.SessionRedis: {"session-malformed", "session-unknown", "no-credential"}, scheme.SessionCookie: {"session-tampered", "no-credential"},
		scheme.TokenStateless: letter, scheme.TokenRevocable: letter, scheme.TokenCookie: letter,
	}

	for _, r := range routes() {
		t.Run(r.scheme, func(t *testing.T) {
			stranger := c.other()
			if got := stranger.present(r, r.base+"/me", good[r.scheme]); got.status != 200 {
				t.Fatalf("the good one: %d %s", got.status, got.body)
			}
			middle := len(good[r.scheme]) / 2
			bad := []string{
				"", "garbage", "A", "..", "a.b.c", "../../etc/passwd", "%00", "{}", "null", "\xff\xfe", "é", "0", "=", "!!!",
				strings.Repeat("A", 43), strings.Repeat("A", 64), strings.Repeat("A", 9000), strings.Repeat(".", 9000),
				good[r.scheme] + "A", good[r.scheme][1:], good[r.scheme][:middle], good[r.scheme][middle:], good[r.scheme] + good[r.scheme],
				strings.ToUpper(good[r.scheme]), refresh, base64.StdEncoding.EncodeToString([]byte("alice")),
				"eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiJhbGljZSJ9.", // alg none
			}
			for scheme, text := range good {
				if scheme != r.scheme && !bothLetters(scheme, r.scheme) {
					bad = append(bad, text)
				}
			}
			for _, text := range bad {
				answer := stranger.present(r, r.base+"/me", text)
				name := answer.problemName()
				if answer.status != 401 || !slices.Contains(allowed[r.scheme], name) {
					t.Errorf("%.40q: %d %s, want 401 and one of %v", text, answer.status, name, allowed[r.scheme])
				}
				answer.isProblem(t, 401, name, r.scheme)
				if len(answer.cookies) > 0 {
					t.Errorf("%.40q set %v", text, answer.cookies)
				}
			}
		})
	}
}

// bothLetters tells two schemes that take the same token.
func bothLetters(a, b string) bool {
	return strings.HasPrefix(a, "token-") && strings.HasPrefix(b, "token-")
}

func TestAMalformedNameAndPasswordAreA401(t *testing.T) {
	_, c := alone(t)
	r := routeOf(scheme.Basic)
	for _, text := range []string{":", "alice", "alice:", ":wonderland", "al\xff\x00ice:wonderland", "alice:wonderland\n", strings.Repeat("a", 9000) + ":x", "alice:" + strings.Repeat("x", 9000)} {
		answer := c.present(r, "/basic/me", base64.StdEncoding.EncodeToString([]byte(text)))
		if answer.status != 401 || answer.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%.30q: %d %s", text, answer.status, answer.body)
		}
	}
}

func TestAHeaderThatIsTooLargeIsAProblem(t *testing.T) {
	t.Parallel() // it waits: net/http lingers half a second over a header that it did not read
	_, c := alone(t)
	for _, r := range routes() {
		t.Run(r.scheme, func(t *testing.T) {
			stranger := c.other()
			if got := stranger.present(r, r.base+"/me", strings.Repeat("A", 15<<10)); got.status != 401 {
				t.Errorf("15 KiB: %d, want 401", got.status)
			}
			for _, size := range []int{21 << 10, megabyte} { // on a connection that is kept, net/http takes 20 KiB
				stranger.present(r, r.base+"/me", strings.Repeat("A", size)).isProblem(t, 431, "header-too-large", "")
			}
		})
	}
}

func TestWhatIsNotARequestIsAProblem(t *testing.T) {
	_, c := alone(t)
	for name, tt := range map[string]struct {
		raw    string
		status int
	}{
		"a word":                     {"hello\r\n\r\n", 400},
		"TLS":                        {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400},
		"no host":                    {"GET / HTTP/1.1\r\n\r\n", 400},
		"two hosts":                  {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
		"NUL in the address":         {"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
		"NUL in a cookie":            {"GET /session/redis/me HTTP/1.1\r\nHost: a\r\nCookie: session-redis=\x00\r\n\r\n", 400},
		"NUL in a token":             {"GET /token/stateless/me HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \x00\r\n\r\n", 400},
		"half an escape":             {"GET /%z HTTP/1.1\r\nHost: a\r\n\r\n", 400},
		"a folded line":              {"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400},
		"a negative length":          {"POST /authenticate HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
		"an unknown transfer coding": {"POST /authenticate HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
		"HTTP of another century":    {"GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505},
	} {
		t.Run(name, func(t *testing.T) {
			answer := c.server.roundTrip(t, tt.raw)
			answer.isProblem(t, tt.status, "bad-request", "")
			if by := answer.header.Get("X-Served-By"); by != "app-1" {
				t.Errorf("X-Served-By %q", by)
			}
		})
	}
	// These are requests, and of nothing that is here.
	for _, line := range []string{"CONNECT example.com:80", "OPTIONS *", "GET *", "PRI *", "GET http://example.com", "GET /\xff\xfe"} {
		c.server.roundTrip(t, line+" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").isProblem(t, 404, "not-found", "")
	}
	body := "POST /authenticate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
	c.server.roundTrip(t, body).isProblem(t, 400, "bad-json", scheme.TokenStateless)
}

func TestAnUnknownAddressIs404AndAWrongMethod405(t *testing.T) {
	_, c := alone(t)
	for _, path := range []string{
		"/nothing", "/session", "/session/redis", "/session/redis/", "/session/redis/me/", "/Session/Redis/Me", "//session/redis/me",
		"/session/redis/../redis/me", "/session/nowhere/me", "/token/me", "/token/stateless/login", "/basic/login", "/basic/logout",
		"/session/redis/sessions/a/b", "/.well-known/", "/assets/", "/assets/index.html", "/assets/../server.go", "/%00", "/%2e%2e/etc/passwd",
	} {
		c.get(404, path).isProblem(t, 404, "not-found", below(path))
	}
	wrong := map[string]string{"POST /livez": "GET, HEAD", "DELETE /authenticate": "POST", "GET /token/refresh": "POST", "GET /token/logout": "POST", "GET /session/redis/sessions/x": "DELETE", "BREW /readyz": "GET, HEAD"}
	for _, r := range routes() {
		wrong["POST "+r.base+"/me"], wrong["HEAD "+r.base+"/email"], wrong["GET "+r.base+"/email"] = "GET, HEAD", "POST", "POST"
		if r.login != "" {
			wrong["GET "+r.login], wrong["PUT "+r.logout] = "POST", "POST"
		}
	}
	for request, allow := range wrong {
		method, path, _ := strings.Cut(request, " ")
		answer := c.expect(405, method, path, "")
		if got := answer.header.Get("Allow"); got != allow {
			t.Errorf("%s: Allow %q, want %q", request, got, allow)
		}
		if method != "HEAD" {
			answer.isProblem(t, 405, "method", below(path))
		}
	}
}

// below is the scheme whose base a path is below.
func below(path string) string {
	for _, r := range routes() {
		if strings.HasPrefix(path, r.base+"/") {
			return r.scheme
		}
	}
	return ""
}
