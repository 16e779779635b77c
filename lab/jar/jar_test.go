package jar_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"authlab/lab/jar"
)

func TestALabSeesItsOwnCookies(t *testing.T) {
	for _, tt := range []struct{ sent, seen string }{
		{"id.8080=a", "id=a"},
		{"id.8081=b; id.8080=a; id.my8080=c", "id=a"},
		{"id=plain; id.8080=a", "id=a; id=plain"}, // the good one counts, wherever it stands
		{"id=plain", "id=plain"},
		{"id.8081=b", ""},
		{"id.8080=a=b.8081=", "id=a=b.8081="},
		{"; =x;;id.8080", "id="},
		{"", ""},
	} {
		seen := ""
		lab := jar.Apart(".8080", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r.Header.Get("Cookie") }))
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.Header.Set("Cookie", tt.sent)
		lab.ServeHTTP(httptest.NewRecorder(), request)
		if seen != tt.seen {
			t.Errorf("%q is seen as %q, want %q", tt.sent, seen, tt.seen)
		}
	}
}

// However an answer is begun, its cookies are marked once.
func TestCookiesAreMarkedOnTheWayOut(t *testing.T) {
	for name, begin := range map[string]func(http.ResponseWriter){
		"a status": func(w http.ResponseWriter) { w.WriteHeader(http.StatusUnauthorized) },
		"a body":   func(w http.ResponseWriter) { w.Write([]byte("x")) },
		"a flush":  func(w http.ResponseWriter) { http.NewResponseController(w).Flush() },
		"all three": func(w http.ResponseWriter) {
			w.WriteHeader(200)
			http.NewResponseController(w).Flush()
			w.Write([]byte("x"))
		},
		"nothing": func(http.ResponseWriter) {},
	} {
		server := httptest.NewServer(jar.Apart(".my80", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "a", Value: "x=1", HttpOnly: true})
			http.SetCookie(w, &http.Cookie{Name: "b", MaxAge: -1})
			w.Header().Set("WWW-Authenticate", `Cookie realm="authlab", cookie-name="a"`)
			begin(w)
		})))
		response, err := http.Get(server.URL)
		server.Close()
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(append(response.Header["Set-Cookie"], response.Header["Www-Authenticate"]...), "|")
		if want := `a.my80=x=1; HttpOnly|b.my80=; Max-Age=0|Cookie realm="authlab", cookie-name="a.my80"`; got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// Two labs of one host, and one browser: each login stays.
func TestTwoLabsDoNotLogEachOtherOut(t *testing.T) {
	lab := func(id string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if cookie, err := r.Cookie("id"); r.URL.Path == "/me" && (err != nil || cookie.Value != id) {
				w.WriteHeader(http.StatusUnauthorized)
			}
			if r.URL.Path == "/login" {
				http.SetCookie(w, &http.Cookie{Name: "id", Value: id, Path: "/"})
			}
		})
	}
	cookies, _ := cookiejar.New(nil)
	browser := &http.Client{Jar: cookies}
	get := func(address string) int {
		response, err := browser.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	var servers []*httptest.Server
	for _, id := range []string{"one", "two"} {
		server := httptest.NewUnstartedServer(nil)
		at, _ := url.Parse("http://" + server.Listener.Addr().String())
		server.Config.Handler = jar.Apart(jar.Mark("", at.Port()), lab(id))
		server.Start()
		defer server.Close()
		servers = append(servers, server)
		get(server.URL + "/login")
	}
	for i, server := range servers {
		if status := get(server.URL + "/me"); status != 200 {
			t.Errorf("lab %d answers %d after a login at the other", i+1, status)
		}
	}
	for name, want := range map[string]string{"id.8080": "id", "id.my8080": "id", "id": "id", "__Host-id.1": "__Host-id", "v1.2x": "v1.2x"} {
		if got := jar.Plain(name); got != want {
			t.Errorf("%s without its mark is %s", name, got)
		}
	}
}
