package experiment

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"authlab/lab/contract"
	"authlab/lab/experiment/browser"
	"authlab/lab/experiment/texts"
	"authlab/lab/testkit"
)

// careless is a lab that forgets every flag: its cookies go everywhere and can be read by every script, and pages of all
// origins may call it. It is its own second service.
type careless struct {
	Target
	url string
}

func (c careless) URL() string { return c.url }
func (c careless) View(context.Context) (contract.View, error) {
	return contract.View{Services: contract.ServicesView{Reports: c.url}}, nil
}

func (careless) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Access-Control-Allow-Headers", "*, Authorization")
	path, page := r.URL.Path[:strings.LastIndexByte(r.URL.Path, '/')], r.URL.Path[strings.LastIndexByte(r.URL.Path, '/'):]
	scheme := strings.ReplaceAll(strings.TrimPrefix(path, "/"), "/", "-")
	switch {
	case r.Method == http.MethodOptions:
		w.WriteHeader(http.StatusNoContent)
	case path == "" && page == "/authenticate":
		fmt.Fprint(w, `{"access_token":"a.b.c"}`)
	case path == "":
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html>")
	case page == "/login":
		http.SetCookie(w, &http.Cookie{Name: scheme, Value: "secret-" + scheme, Path: "/", SameSite: http.SameSiteNoneMode, Secure: true})
	case r.Header.Get("Authorization") == "Bearer a.b.c":
	default:
		if _, err := r.Cookie(scheme); err != nil {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}
}

func TestInARealBrowserALabWithoutFlagsIsASurprise(t *testing.T) {
	server := httptest.NewServer(careless{})
	defer server.Close()
	trial := newTrial(careless{url: server.URL}, 3)
	trial.browser = browser.New(t.Context())
	defer trial.browser.Close()
	if tab, err := trial.Tab(t.Context()); err == nil {
		tab.Close()
	} else if errors.Is(err, browser.ErrNone) {
		testkit.Missing(t, err)
	} else {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		experiment     Experiment
		cookies, token string // how the cell begins
	}{
		{crossOrigin(), "not sent, because of ", "sent, also without CORS"}, // a private window has a lock of its own
		{scriptReads(), "reads it, can ride", "reads it from storage"},
	} {
		if err := tt.experiment.Run(t.Context(), trial); err != nil {
			t.Fatalf("%s: %v", tt.experiment.Name, err)
		}
		for scheme, cell := range trial.cells {
			want := tt.cookies
			if _, ok := bearerPages[scheme]; ok {
				want = tt.token
			}
			if observed := cell.Outcome.In(texts.Must(texts.English), tt.experiment.Name); !strings.HasPrefix(observed, want) {
				t.Errorf("%s: %s: %q, want %q", tt.experiment.Name, scheme, observed, want)
			}
		}
		if len(trial.cells) != 6 {
			t.Errorf("%s: %d cells", tt.experiment.Name, len(trial.cells))
		}
	}
}

func TestWhatIsMissingHereIsSaidAndIsNoSurprise(t *testing.T) {
	for missing, want := range map[error]string{
		fmt.Errorf("stop Redis: %w", ErrNotOnTarget):                         "not on this target",
		fmt.Errorf("open: %w", browser.ErrNone):                              "no browser here",
		errors.Join(ErrNotOnTarget, fmt.Errorf("again: %w", ErrNotOnTarget)): "not on this target",
	} {
		result := perform(t.Context(), nowhere{}, 3, Experiment{
			Predicted: Predictions{Basic: stays(), SessionRedis: stays()},
			Run:       func(_ context.Context, trial *Trial) error { trial.Observe(Basic, stays(), nil); return missing },
		})
		if !result.AsPredicted || result.Cells[0].Observed != "stays" || result.Cells[1].Observed != want {
			t.Errorf("%v: %+v", missing, result)
		}
	}
	result := perform(t.Context(), nowhere{}, 3, Experiment{
		Predicted: Predictions{Basic: stays()},
		Run: func(_ context.Context, trial *Trial) error {
			trial.Observe(Basic, loggedOut(), nil)
			return browser.ErrNone
		},
	})
	if result.AsPredicted || result.Cells[0].AsPredicted || result.Cells[0].Excused() {
		t.Errorf("a cell that was measured was excused: %+v", result)
	}
}

func TestWhatABrowserDidIsToldByWhatWasOnTheWire(t *testing.T) {
	english := texts.Must(texts.English)
	lax, party := map[string][]string{SessionRedis: {"SameSiteLax"}}, map[string][]string{SessionRedis: {"UserPreferences"}, "other": {"SameSiteLax"}}
	with := http.Header{"Cookie": {"other=1; session-redis=x"}}
	for want, x := range map[string]browser.Exchange{
		"not sent":                             {Left: true, Status: 401, Withheld: lax},
		"not sent, because of UserPreferences": {Left: true, Status: 401, Withheld: party},
		"not sent, because of ":                {Left: true, Status: 401},
		"not sent, and 200":                    {Left: true, Status: 200, Withheld: lax},
		"sent, 200":                            {Left: true, Status: 200, Sent: with},
		"not even asked: PreflightX":           {Blocked: "PreflightX"},
	} {
		if got := withCookie(SessionRedis, x).In(english, "cross-origin"); got != want {
			t.Errorf("%+v: %q, want %q", x, got, want)
		}
	}
	good := browser.Exchange{Left: true, Read: true, Status: 200}
	for want, tt := range map[string]struct {
		allowed browser.Exchange
		anyway  bool
	}{
		"sent, with CORS":          {good, false},
		"sent, also without CORS":  {good, true},
		"sent, with CORS, and 401": {browser.Exchange{Left: true, Read: true, Status: 401}, false},
		"sent, with CORS, and 200": {browser.Exchange{Left: true, Status: 200}, false},
		"not sent, even with CORS": {browser.Exchange{Blocked: "PreflightX"}, false},
	} {
		if got := withToken(tt.allowed, tt.anyway).In(english, "cross-origin"); got != want {
			t.Errorf("%+v: %q, want %q", tt, got, want)
		}
	}
	for want, tt := range map[string]struct {
		read   bool
		riding int
	}{
		"cannot read, can ride": {false, 200}, "reads it, can ride": {true, 200}, "cannot read, and 403 to ride": {false, 403},
		"reads it, and 403 to ride": {true, 403},
	} {
		if got := withTheCookie(tt.read, tt.riding).In(english, "script-reads"); got != want {
			t.Errorf("%+v: %q, want %q", tt, got, want)
		}
	}
	for want, tt := range map[string]struct {
		read      bool
		elsewhere int
	}{
		"cannot read": {false, 401}, "reads it from storage": {true, 200},
		"reads it from storage, which is good for a 401": {true, 401},
	} {
		if got := withTheToken(tt.read, tt.elsewhere).In(english, "script-reads"); got != want {
			t.Errorf("%+v: %q, want %q", tt, got, want)
		}
	}
}

func TestAForeignPageIsOfAnotherSiteAndANeighbourIsNot(t *testing.T) {
	for lab, want := range map[string][2]string{
		"http://127.0.0.1:8080":     {"http://localhost:", "http://127.0.0.1:"},
		"http://localhost:8080":     {"http://127.0.0.1:", "http://localhost:"},
		"https://lab.example":       {"http://localhost:", ""},
		"http://192.168.1.20:8080/": {"http://localhost:", ""},
	} {
		p, err := servePages(t.Context(), lab)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(p.foreign, want[0]) || !strings.HasPrefix(p.neighbour, want[1]) || (p.neighbour == "") != (want[1] == "") {
			t.Errorf("%s: %q and %q", lab, p.foreign, p.neighbour)
		}
		p.close()
	}
}
