package embedded_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"authlab/account"
	"authlab/lab/embedded"
	"authlab/lab/experiment"
	"authlab/lab/testkit"
	"authlab/web/scheme"
)

// With 10 replicas, a replica that keeps what it has looked up would look once for each of 10 pages.
func TestABackendForFrontendIsAsPredictedForEveryNumberOfReplicas(t *testing.T) {
	experiments, err := experiment.Named("backend-for-frontend")
	testkit.Must(t, err)
	for _, replicas := range []int{1, 3, 10, 16} {
		t.Run(strconv.Itoa(replicas), func(t *testing.T) {
			_, target := start(t, embedded.Config{Replicas: replicas})
			report := runAll(t, target, experiments...)
			cached := slices.IndexFunc(report.Experiments[0].Cells, func(c experiment.Cell) bool { return c.Scheme == experiment.SessionCached })
			if measures := report.Experiments[0].Cells[cached].Measures; measures["lookups"] != float64(replicas) {
				t.Errorf("measured: %v", measures)
			}
		})
	}
}

func TestTheBackendsCookieIsMarkedAsTheLabsAre(t *testing.T) {
	for _, marks := range []bool{false, true} {
		lab, target := start(t, embedded.Config{MarkCookies: marks})
		view, err := target.View(t.Context())
		testkit.Must(t, err)
		demo := account.Demos()[0]
		answer := testkit.Send(t, http.MethodPost, view.Services.Backend+"/bff/login", `{"username":"`+demo.Name+`","password":"`+demo.Password+`"}`)
		want := scheme.BackendForFrontend
		if marks {
			want += scheme.CookieMark("", lab.URL()[strings.LastIndex(lab.URL(), ":")+1:])
		}
		if name, _, _ := strings.Cut(answer.Header.Get("Set-Cookie"), "="); name != want {
			t.Errorf("cookie %q, want %q", name, want)
		}
	}
}
