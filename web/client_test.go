package web_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"authlab/account"
	"authlab/token"
	"authlab/web/scheme"
)

// A route is where a scheme is mounted.
type route struct{ scheme, base, login, logout string }

// routes are the seven schemes. basic has nowhere to log in to.
func routes() (all []route) {
	for _, row := range scheme.All() {
		all = append(all, route{row.Name, row.Base, row.Login, row.Logout})
	}
	return all
}

func routeOf(scheme string) route {
	for _, r := range routes() {
		if r.scheme == scheme {
			return r
		}
	}
	panic("no scheme " + scheme)
}

// keepsTokens tells the schemes whose credential the client itself puts in a header.
func (r route) keepsTokens() bool { return r.login == "/authenticate" }

// A client is one user's browser or program: it keeps cookies and tokens, and sends them where they belong.
type client struct {
	t        testing.TB
	server   *replica
	http     *http.Client
	cookies  map[string]string
	pair     token.Pair
	password string // name:password, for basic
}

func newClient(t testing.TB, server *replica) *client {
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{t: t, server: server, http: &http.Client{Transport: transport}, cookies: map[string]string{}}
}

// at is the same client, with all that it keeps, at another replica.
func (c *client) at(server *replica) *client {
	other := *c
	other.server = server
	return &other
}

// other is another client of the same replica, without cookies and tokens.
func (c *client) other() *client { return newClient(c.t, c.server) }

// do sends a request. headers are names and values in turn; an empty value takes a header away.
func (c *client) do(method, path, body string, headers ...string) answer {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, "http://"+c.server.address+path, strings.NewReader(body))
	must(c.t, err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range c.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	switch {
	case strings.HasPrefix(path, "/basic/") && c.password != "":
		r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(c.password)))
	case strings.HasPrefix(path, "/token/") && !strings.HasPrefix(path, "/token/cookie/") && c.pair.AccessToken != "":
		r.Header.Set("Authorization", "Bearer "+c.pair.AccessToken)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Del(headers[i])
		if headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	_, authorization, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	secrets := []string{authorization, r.Header.Get("DPoP"), c.password, c.pair.AccessToken, c.pair.RefreshToken}
	for _, value := range c.cookies {
		secrets = append(secrets, value)
	}
	c.server.world.sent(secrets...)
	response, err := c.http.Do(r)
	must(c.t, err)
	a := read(c.t, response)
	if by := a.header.Get("X-Served-By"); by != c.server.name {
		c.t.Errorf("%s %s: X-Served-By %q, want %q", method, path, by, c.server.name)
	}
	for _, cookie := range a.cookies {
		c.cookies[cookie.Name] = cookie.Value
		if cookie.MaxAge < 0 {
			delete(c.cookies, cookie.Name)
		}
	}
	return a
}

// expect is do, and the status that should come of it.
func (c *client) expect(want int, method, path, body string, headers ...string) answer {
	c.t.Helper()
	a := c.do(method, path, body, headers...)
	if a.status != want {
		c.t.Errorf("%s %s: %d, want %d: %.300s", method, path, a.status, want, a.body)
	}
	return a
}

func (c *client) get(want int, path string, headers ...string) answer {
	c.t.Helper()
	return c.expect(want, http.MethodGet, path, "", headers...)
}

func (c *client) post(want int, path, body string, headers ...string) answer {
	c.t.Helper()
	return c.expect(want, http.MethodPost, path, body, headers...)
}

// login logs in as a demo user, and keeps what comes of it.
func (c *client) login(scheme, name string) answer {
	c.t.Helper()
	password := passwordOf(name)
	r := routeOf(scheme)
	if r.login == "" {
		c.password = name + ":" + password
		return answer{}
	}
	a := c.post(http.StatusOK, r.login, loginBody(name, password))
	if r.keepsTokens() {
		must(c.t, json.Unmarshal([]byte(a.body), &c.pair))
	}
	return a
}

// credential is what this client sends to prove who it is.
func (c *client) credential(r route) string {
	switch {
	case r.scheme == scheme.Basic:
		return c.password
	case r.keepsTokens():
		return c.pair.AccessToken
	}
	return c.cookies[r.scheme]
}

// show replaces the credential by any text.
func (c *client) show(r route, text string) {
	switch {
	case r.scheme == scheme.Basic:
		c.password = text
	case r.keepsTokens():
		c.pair.AccessToken = text
	default:
		c.cookies[r.scheme] = text
	}
}

func passwordOf(name string) string {
	for _, demo := range account.Demos() {
		if demo.Name == name {
			return demo.Password
		}
	}
	panic("no demo account " + name)
}

func loginBody(name, password string) string {
	return fmt.Sprintf(`{"username":%q,"password":%q}`, name, password)
}
