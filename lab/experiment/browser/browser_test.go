package browser_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"authlab/lab/experiment/browser"
	"authlab/lab/testkit"
)

// open opens a tab in a browser, and both end with the test.
func open(t *testing.T) (*browser.Browser, *browser.Tab) {
	t.Helper()
	b := browser.New(t.Context())
	t.Cleanup(b.Close)
	tab, err := b.Open(t.Context())
	switch {
	case errors.Is(err, browser.ErrNone):
		testkit.Missing(t, err)
	case err != nil:
		t.Fatal(err)
	}
	t.Cleanup(tab.Close)
	return b, tab
}

// api has a page, a login that sets cookies, and something that needs one or a token.
func api(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/":
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html>")
	case "/login":
		http.SetCookie(w, &http.Cookie{Name: "ticket", Value: "secret", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
		http.SetCookie(w, &http.Cookie{Name: "banner", Value: "seen", Path: "/"})
	case "/open":
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Allow-Headers", "Authorization")
		fmt.Fprint(w, "open to "+r.Header.Get("Authorization"))
	default:
		if _, err := r.Cookie("ticket"); err != nil {
			w.WriteHeader(http.StatusUnauthorized)
		}
		fmt.Fprint(w, "hello")
	}
}

func TestBothSidesOfARequestAreSeen(t *testing.T) {
	_, tab := open(t)
	server := httptest.NewServer(http.HandlerFunc(api))
	defer server.Close()
	other := httptest.NewServer(http.HandlerFunc(api))
	defer other.Close()
	gone := httptest.NewServer(nil)
	gone.Close()

	fetch := func(path string, init browser.Init) browser.Exchange {
		t.Helper()
		address := server.URL + path
		if strings.HasPrefix(path, "http") {
			address = path
		}
		x, err := tab.Fetch(address, init)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	visit := func(address string) {
		t.Helper()
		if err := tab.Go(address); err != nil {
			t.Fatal(err)
		}
	}
	include := browser.Init{Credentials: "include"}
	bearer := browser.Init{Headers: map[string]string{"Authorization": "Bearer x"}}

	visit(server.URL + "/")
	if x := fetch("/login", browser.Init{Method: http.MethodPost, Body: "{}"}); x.Status != 200 || !x.Left || !x.Read {
		t.Errorf("log in: %+v", x)
	}
	if x := fetch("/me", browser.Init{}); x.Status != 200 || !x.Carries("ticket") || x.Carries("tick") || string(x.Body) != "hello" || x.Blocked != "" {
		t.Errorf("own page: %+v", x)
	}
	var readable string
	if err := tab.Evaluate("document.cookie", &readable); err != nil || readable != "banner=seen" {
		t.Errorf("a script reads %q, %v", readable, err)
	}
	if cookies, err := tab.Cookies(server.URL); err != nil || cookies["ticket"] != "secret" || cookies["banner"] != "seen" {
		t.Errorf("cookies %v, %v", cookies, err)
	}

	visit(strings.Replace(other.URL, "127.0.0.1", "localhost", 1) + "/")
	x := fetch("/me", include)
	if !x.Left || x.Status != 401 || x.Carries("ticket") || x.Read || len(x.Body) > 0 || x.Blocked != "MissingAllowOriginHeader" {
		t.Errorf("another site: %+v", x)
	}
	if !slices.ContainsFunc(x.Withheld["ticket"], func(why string) bool { return strings.Contains(why, "SameSiteLax") }) {
		t.Errorf("the cookie was withheld because of %v", x.Withheld)
	}
	if x := fetch("/me", bearer); x.Left || x.Status != 0 || x.Read || !strings.Contains(x.Blocked, "Preflight") {
		t.Errorf("another site, with a token: %+v", x)
	}
	if x := fetch("/open", bearer); !x.Left || x.Status != 200 || string(x.Body) != "open to Bearer x" || x.Sent.Get("Authorization") != "Bearer x" {
		t.Errorf("another site that is allowed: %+v", x)
	}

	visit(other.URL + "/")
	if x := fetch("/me", include); !x.Left || x.Status != 200 || !x.Carries("ticket") || x.Read || x.Blocked != "MissingAllowOriginHeader" {
		t.Errorf("another port: %+v", x)
	}
	if x := fetch(gone.URL+"/", include); x.Left || x.Status != 0 || x.Read || !strings.Contains(x.Blocked, "CONNECTION_REFUSED") {
		t.Errorf("no server there: %+v", x)
	}
	if x := fetch("http://authlab.example/", include); x.Left || x.Read || !strings.Contains(x.Blocked, "NAME_NOT_RESOLVED") {
		t.Errorf("a host that the browser may not reach: %+v", x)
	}
	if err := tab.Evaluate("nothing.there", &readable); err == nil {
		t.Error("a script that fails gave no error")
	}
}

func TestTabsShareNothingAndEndWithTheirContext(t *testing.T) {
	b, _ := open(t)
	server := httptest.NewServer(http.HandlerFunc(api))
	defer server.Close()
	for range 2 {
		tab, err := b.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := tab.Go(server.URL + "/"); err != nil {
			t.Fatal(err)
		}
		if x, err := tab.Fetch(server.URL+"/me", browser.Init{}); err != nil || x.Status != 401 {
			t.Errorf("a tab without a past: %+v, %v", x, err)
		}
		if _, err := tab.Fetch(server.URL+"/login", browser.Init{Method: http.MethodPost}); err != nil {
			t.Error(err)
		}
		tab.Close()
		tab.Close()
	}
	ctx, cancel := context.WithCancel(t.Context())
	tab, err := b.Open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tab.Close()
	cancel()
	if err := tab.Go(server.URL + "/"); err == nil {
		t.Error("a tab whose context has ended went on")
	}
}

func TestWithoutABrowserItSaysSo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	b := browser.New(t.Context())
	defer b.Close()
	if _, err := b.Open(t.Context()); !errors.Is(err, browser.ErrNone) {
		t.Skipf("this machine has a browser that is found without PATH (%v)", err)
	}
}
