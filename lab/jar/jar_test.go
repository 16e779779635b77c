package jar_test

import (
	"net/http"
	"net/http/httptest"
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
