package control_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"authlab/lab/contract"
	"authlab/lab/control"
)

func TestTheLabsOwnClientSendsWhatABrowserCannot(t *testing.T) {
	var asked []string
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, fmt.Sprintf("%s %s %s %s %s", r.Method, r.URL.Path, r.Header.Get("Cookie"), r.Header.Get("Authorization"), r.Header.Get("X-Other")))
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "abc", HttpOnly: true})
		w.Header().Set("X-Served-By", "app-2")
		w.WriteHeader(http.StatusTeapot)
	}))
	defer home.Close()
	controls := control.New(&noted{}, control.Config{Home: home.URL})
	status, answer := ask(t, controls, http.MethodPost, "/lab/client",
		`{"method":"GET","path":"/session/redis/me","headers":{"Cookie":"session=old","Authorization":"Bearer x","X-Other":"left out"}}`, nil)
	if want := []string{"GET /session/redis/me session=old Bearer x "}; status != 200 || !slices.Equal(asked, want) {
		t.Errorf("%d, and home was asked %q, want %q", status, asked, want)
	}
	if got := fmt.Sprint(answer["status"], answer["replica"], answer["cookies"]); got != "418app-2[session=abc]" {
		t.Errorf("the answer is %v", got)
	}

	home.Close()
	if status, answer := ask(t, controls, http.MethodPost, "/lab/client", `{"method":"GET","path":"/"}`, nil); status != 200 || answer["status"] != 0.0 {
		t.Errorf("without an answer: %d, %v", status, answer)
	}
}

func TestTheLabsOwnClientGoesNowhereElse(t *testing.T) {
	controls := control.New(&noted{}, control.Config{Home: "http://127.0.0.1:1"})
	for body, want := range map[string]int{
		`{"method":"GET","path":"/lab/cluster"}`:                     400,
		`{"method":"GET","path":"//example.org/"}`:                   200, // a path of home, which is not there
		`{"method":"GET","path":"@example.org/"}`:                    400,
		`{"method":"DELETE","path":"/"}`:                             400,
		`{"method":"GET","path":"/","service":"http://example.org"}`: 400,
		`{"method":"GET","path":"/","service":"reports"}`:            501, // this lab has none
		`no JSON`: 400,
	} {
		if status, answer := ask(t, controls, http.MethodPost, "/lab/client", body, nil); status != want {
			t.Errorf("%s: %d %v, want %d", body, status, answer, want)
		}
	}
	if status, _ := ask(t, control.New(&noted{}, control.Config{}), http.MethodPost, "/lab/client", `{"method":"GET","path":"/"}`, nil); status != 501 {
		t.Errorf("without a balancer: %d", status)
	}
}

// containers is a lab whose second service only this machine reaches.
type containers struct{ noted }

func (*containers) View(context.Context) (contract.View, error) {
	return contract.View{Target: "compose", Services: contract.ServicesView{Reports: "http://127.0.0.1:8090"}}, nil
}

func TestWhereTheLabsOwnClientHasNoWayItSaysWhatToType(t *testing.T) {
	status, answer := ask(t, control.New(&containers{}, control.Config{Home: "http://127.0.0.1:1"}), http.MethodPost, "/lab/client",
		`{"method":"GET","path":"/reports/token/stateless","service":"reports","headers":{"Authorization":"Bearer it's"}}`, nil)
	if want := `curl -i -H 'Authorization: Bearer it'\''s' 'http://127.0.0.1:8090/reports/token/stateless'`; status != 501 || answer["command"] != want {
		t.Errorf("%d %v, want %s", status, answer["command"], want)
	}
}
