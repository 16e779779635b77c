package web_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"authlab/web/scheme"
)

func TestOfSeveralCookiesOfOneNameTheGoodOneCounts(t *testing.T) {
	onEachScheme(t, func(t *testing.T, _ *world, c *client, r route) {
		if r.login == "" || r.keepsTokens() {
			t.Skip("the credential is in no cookie")
		}
		c.login(r.scheme, "alice")
		good := r.scheme + "=" + c.credential(r)
		ended := c.other()
		ended.login(r.scheme, "bob")
		old := r.scheme + "=" + ended.credential(r)
		if strings.HasPrefix(r.scheme, "session-") && r.scheme != scheme.SessionCookie {
			ended.post(204, r.logout, "")
		} else { // nothing ends these before their time
			old = old[:len(old)-6] + "AAAAAA"
		}
		for _, tt := range []struct {
			cookies []string
			want    int
		}{
			{[]string{good}, 200},
			{[]string{good, old}, 200},
			{[]string{old, good}, 200},
			{[]string{r.scheme + "=garbage", old, r.scheme + "=", good}, 200},
			{append(slices.Repeat([]string{old}, 7), good), 200},
			{append(slices.Repeat([]string{old}, 8), good), 401}, // one request has the server look at no more
			{[]string{"other=" + c.credential(r), old}, 401},
			{[]string{old, r.scheme + "=garbage"}, 401},
		} {
			answer := c.get(tt.want, r.base+"/me", "Cookie", strings.Join(tt.cookies, "; "))
			if tt.want == 200 && !strings.Contains(answer.body, `"alice"`) {
				t.Errorf("%s", answer.body)
			}
		}
	})
}

func TestSeveralSpacesMayFollowTheAuthenticationScheme(t *testing.T) {
	_, c := alone(t)
	c.login(scheme.TokenStateless, "alice")
	basic := base64.StdEncoding.EncodeToString([]byte("alice:" + passwordOf("alice")))
	for path, authorization := range map[string][2]string{
		"/basic/me": {"Basic", basic}, "/token/stateless/me": {"Bearer", c.pair.AccessToken}, "/token/revocable/me": {"bearer", c.pair.AccessToken},
	} {
		for between, want := range map[string]int{" ": 200, "   ": 200, "\t": 401, "": 401} {
			if got := c.do("GET", path, "", "Authorization", authorization[0]+between+authorization[1]); got.status != want {
				t.Errorf("%s, %q: %d, want %d", path, between, got.status, want)
			}
		}
	}
}

func TestABodyOfUnknownLengthMayBeEmpty(t *testing.T) {
	_, c := alone(t)
	for chunks, want := range map[string]int{
		"0\r\n\r\n":             204,
		"2\r\n{}\r\n0\r\n\r\n":  204,
		"1\r\n{\r\n0\r\n\r\n":   400,
		"3\r\n{}x\r\n0\r\n\r\n": 400,
		"zz\r\n":                400,
	} {
		c.login(scheme.TokenStateless, "alice")
		for _, media := range []string{"", "Content-Type: application/json\r\n"} {
			wanted := want
			if media == "" && want != 204 || media == "" && strings.Contains(chunks, "{}") {
				wanted = 415
			}
			answer := c.server.roundTrip(t, fmt.Sprintf("POST /token/logout HTTP/1.1\r\nHost: a\r\n%sAuthorization: Bearer %s\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n%s",
				media, c.pair.AccessToken, chunks))
			if answer.status != wanted {
				t.Errorf("%q, %q: %d %s, want %d", media, chunks, answer.status, answer.body, wanted)
			}
		}
	}
}
