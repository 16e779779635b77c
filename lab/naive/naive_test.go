package naive_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"authlab/account"
	"authlab/lab/naive"
	"authlab/lab/testkit"
)

// A client sends requests to a twin of its own.
type client struct {
	*naive.Twin
	t   *testing.T
	url string
}

func newClient(t *testing.T) *client {
	t.Helper()
	twin, err := naive.New()
	testkit.Must(t, err)
	server := httptest.NewServer(twin.Handler())
	t.Cleanup(server.Close)
	return &client{twin, t, server.URL}
}

type answer struct {
	status  int
	body    string
	header  http.Header
	cookies []*http.Cookie
}

// user is who the twin says that the caller is, with their e-mail address.
func (a answer) user(t *testing.T) account.User {
	t.Helper()
	var body struct{ User account.User }
	if err := json.Unmarshal([]byte(a.body), &body); err != nil {
		t.Fatalf("%d %q: %v", a.status, a.body, err)
	}
	return body.User
}

// do sends a request with headers given as name, value, name, value.
func (c *client) do(method, path, body string, headers ...string) answer {
	c.t.Helper()
	got := testkit.Send(c.t, method, c.url+path, body, headers...)
	if got.Header.Get("X-Naive") != "true" {
		c.t.Errorf("%s %s: the answer does not say that it is naive", method, path)
	}
	return answer{got.StatusCode, got.Text, got.Header, got.Cookies()}
}

const asJSON, asForm = "application/json", "application/x-www-form-urlencoded"

// login logs a demo account in, with the cookie that its browser has.
func (c *client) login(name, cookie string) answer {
	c.t.Helper()
	for _, demo := range account.Demos() {
		if demo.Name == name {
			body := `{"username":"` + name + `","password":"` + demo.Password + `"}`
			got := c.do("POST", "/naive/session/login", body, "Content-Type", asJSON, "Cookie", cookie)
			if got.status != http.StatusOK || len(got.cookies) != 1 {
				c.t.Fatalf("log in: %d %s %v", got.status, got.body, got.cookies)
			}
			return got
		}
	}
	c.t.Fatalf("there is no demo account %q", name)
	return answer{}
}

func TestTheTwinAnswersThisMachineOnly(t *testing.T) {
	twin, err := naive.New()
	testkit.Must(t, err)
	for name, tt := range map[string]struct {
		from, host string
		want       int
	}{
		"this machine":                           {"127.0.0.1:1234", "127.0.0.1:8080", http.StatusOK},
		"this machine, by name":                  {"127.0.0.1:1234", "localhost", http.StatusOK},
		"this machine, version 6":                {"[::1]:1234", "[::1]:8080", http.StatusOK},
		"this machine, as 6 writes 4":            {"[::ffff:127.0.0.1]:1234", "localhost:1", http.StatusOK},
		"another machine":                        {"192.0.2.1:1234", "127.0.0.1:8080", http.StatusForbidden},
		"a page that calls this machine its own": {"127.0.0.1:1234", "evil.example:8080", http.StatusForbidden},
		"no address":                             {"", "localhost", http.StatusForbidden},
	} {
		for _, path := range []string{"/", "/naive/public-key.pem"} {
			request := httptest.NewRequest("GET", path, nil)
			request.RemoteAddr, request.Host = tt.from, tt.host
			recorder := httptest.NewRecorder()
			twin.Handler().ServeHTTP(recorder, request)
			if recorder.Code != tt.want || recorder.Header().Get("X-Naive") != "true" {
				t.Errorf("%s, %s: %d, want %d", name, path, recorder.Code, tt.want)
			}
		}
	}
}

func TestEveryAnswerIsLabelled(t *testing.T) {
	c := newClient(t) // do checks each answer
	for _, path := range []string{"/", "/naive/session/me", "/naive/session/me/", "/nothing", "/naive//token/me", "/naive/token/admin"} {
		c.do("GET", path, "")
	}
	if got := c.do("GET", "/", ""); !strings.Contains(got.body, "wrong on purpose") {
		t.Errorf("the first page says %q", got.body)
	}
}

func TestTheLoginTellsWhichNamesHaveAnAccount(t *testing.T) {
	c := newClient(t)
	for body, want := range map[string]string{
		`{"username":"mallory","password":"x"}`: "no such user\n",
		`{"username":"alice","password":"x"}`:   "wrong password\n",
		`{"username":"alice"}`:                  "wrong password\n",
		`garbage`:                               "no such user\n",
	} {
		got := c.do("POST", "/naive/session/login", body, "Content-Type", asJSON)
		if got.status != http.StatusUnauthorized || got.body != want {
			t.Errorf("%s: %d %q, want 401 %q", body, got.status, got.body, want)
		}
	}
}

func TestAPlantedSessionIDIsTheVictimsAfterTheLogin(t *testing.T) {
	for name, plant := range map[string]func(c *client) string{
		"made up": func(*client) string { return "naive-session=made-up" },
		"of a visit without a login": func(c *client) string {
			visit := c.do("GET", "/naive/session/me", "")
			if visit.status != http.StatusUnauthorized || len(visit.cookies) != 1 {
				c.t.Fatalf("a visit without a login got %d and %v", visit.status, visit.cookies)
			}
			return "naive-session=" + visit.cookies[0].Value
		},
		"of the attacker's own login": func(c *client) string { return "naive-session=" + c.login("bob", "").cookies[0].Value },
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			planted := plant(c)
			c.login("alice", planted)
			got := c.do("GET", "/naive/session/me", "", "Cookie", planted)
			if got.status != http.StatusOK || got.user(t).Name != "alice" {
				t.Errorf("the attacker got %d %s, want to be alice", got.status, got.body)
			}
		})
	}
}

func TestTheCookieHasNoFlags(t *testing.T) {
	cookie := newClient(t).login("alice", "").cookies[0]
	if cookie.HttpOnly || cookie.SameSite != 0 || cookie.Secure || cookie.Path != "/" {
		t.Errorf("the cookie is %v", cookie)
	}
}

func TestAFormOfAnotherSiteChangesTheAddress(t *testing.T) {
	for name, tt := range map[string]struct{ contentType, body string }{
		"a form":                   {asForm, "email=m%40evil.example"},
		"JSON that is called text": {"text/plain", `{"email":"m@evil.example","x":"="}` + "\r\n"},
		"JSON":                     {asJSON, `{"email":"m@evil.example"}`},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			cookie := "naive-session=" + c.login("alice", "").cookies[0].Value
			c.do("POST", "/naive/session/email", tt.body, "Cookie", cookie, "Content-Type", tt.contentType,
				"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
			if got := c.do("GET", "/naive/session/me", "", "Cookie", cookie).user(t).Email; got != "m@evil.example" {
				t.Errorf("the address is %q", got)
			}
			c.Reset()
			c.login("alice", "")
			if got := c.do("POST", "/naive/session/email", tt.body, "Content-Type", tt.contentType); got.status != http.StatusUnauthorized {
				t.Errorf("without a cookie: %d", got.status)
			}
		})
	}
}

func TestATokenOrACodeIsSentToAnyAddressAndTheCodeIsGoodForAll(t *testing.T) {
	c := newClient(t)
	authorize := func(query, password string) *url.URL {
		got := c.do("POST", "/naive/authorize?"+query, "username=alice&password="+password, "Content-Type", asForm)
		back, err := url.Parse(got.header.Get("Location"))
		testkit.Must(t, err)
		return back
	}
	back := authorize("response_type=token&redirect_uri=https://evil.example/", "wonderland")
	fragment, err := url.ParseQuery(back.Fragment)
	if err != nil || back.Host != "evil.example" {
		t.Fatalf("%s, %v", back, err)
	}
	if got := c.do("GET", "/naive/token/me", "", "Authorization", "Bearer "+fragment.Get("access_token")); got.user(t).Name != "alice" {
		t.Errorf("the token in the address: %d", got.status)
	}
	code := authorize("redirect_uri=https://evil.example/", "wonderland").Query().Get("code")
	for range 2 {
		if got := c.do("POST", "/naive/token", "code="+code, "Content-Type", asForm); got.status != http.StatusOK {
			t.Errorf("the code: %d", got.status)
		}
	}
	if back := authorize("redirect_uri=https://evil.example/", "x"); back.Host != "" {
		t.Errorf("a wrong password: sent to %s", back)
	}
	if got := c.do("POST", "/naive/token", "code=x", "Content-Type", asForm); got.status != http.StatusBadRequest {
		t.Errorf("no code: %d", got.status)
	}
}

func TestAnOutageReadsAsLoggedOutAndALoginAsDone(t *testing.T) {
	c := newClient(t)
	cookie := "naive-session=" + c.login("alice", "").cookies[0].Value
	c.SetStoreDown(true)
	if got := c.do("GET", "/naive/session/me", "", "Cookie", cookie); got.status != http.StatusUnauthorized || got.body != "not logged in\n" {
		t.Errorf("without the store, a caller who is logged in got %d %q", got.status, got.body)
	}
	got := c.do("POST", "/naive/session/login", "username=alice&password=wonderland", "Content-Type", asForm)
	if got.status != http.StatusOK || len(got.cookies) != 0 {
		t.Errorf("without the store, a login got %d and the cookies %v", got.status, got.cookies)
	}
	c.SetStoreDown(false)
	if got := c.do("GET", "/naive/session/me", "", "Cookie", cookie); got.status != http.StatusOK {
		t.Errorf("with the store again: %d", got.status)
	}
	c.SetStoreDown(true)
	c.Reset()
	if got := c.do("GET", "/naive/session/me", "", "Cookie", cookie); got.status != http.StatusUnauthorized {
		t.Errorf("after a reset the session was still there: %d", got.status)
	}
	c.login("alice", "")
}

func TestOfCartUpdatesAtOnceMostAreLost(t *testing.T) {
	c := newClient(t)
	cookie := c.login("alice", "").header.Get("Set-Cookie")
	cookie, _, _ = strings.Cut(cookie, ";")
	add := func() {
		if got := c.do("POST", "/naive/session/cart", `{"add":"book"}`, "Content-Type", asJSON, "Cookie", cookie); got.status != http.StatusOK {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
	left := func() int {
		return strings.Count(c.do("GET", "/naive/session/cart", "", "Cookie", cookie).body, `"book"`)
	}
	for range 3 {
		add()
	}
	if got := left(); got != 3 {
		t.Fatalf("one after the other: %d of 3 are left", got)
	}
	const adds = 20
	var all sync.WaitGroup
	for range adds {
		all.Go(add)
	}
	all.Wait()
	if got := left() - 3; got < 1 || got >= adds {
		t.Errorf("at once: %d of %d are left, want some to be lost", got, adds)
	} else {
		t.Logf("%d of %d are left", got, adds)
	}
	if got := c.do("POST", "/naive/session/cart", `{"add":"book"}`, "Content-Type", asJSON); got.status != http.StatusUnauthorized {
		t.Errorf("without a cookie: %d", got.status)
	}
}
