package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"authlab/lab/contract"
	"authlab/lab/experiment/texts"
)

// onlyServer is a target whose only server is one that a test has written.
type onlyServer struct {
	Target
	url string
}

func (e onlyServer) URL() string                               { return e.url }
func (onlyServer) View(context.Context) (contract.View, error) { return contract.View{}, nil }

// serve returns a trial whose target is a handler.
func serve(t *testing.T, handler http.HandlerFunc) *Trial {
	t.Helper()
	server := httptest.NewServer(handler)
	trial := newTrial(onlyServer{url: server.URL}, 1)
	t.Cleanup(func() { trial.close(); server.Close() })
	return trial
}

func TestEveryFormOfAnotherSiteCarriesTheAddress(t *testing.T) {
	const want = "m@evil.example"
	for _, form := range crossForms("email", want) {
		media, params, err := mime.ParseMediaType(form.contentType)
		if err != nil {
			t.Fatal(err)
		}
		var got string
		switch media {
		case "application/x-www-form-urlencoded":
			var values url.Values
			values, err = url.ParseQuery(form.body)
			got = values.Get("email")
		case "multipart/form-data":
			var part *multipart.Part
			if part, err = multipart.NewReader(strings.NewReader(form.body), params["boundary"]).NextPart(); err == nil {
				var text []byte
				text, err = io.ReadAll(part)
				got = string(text)
			}
		default:
			var body struct{ Email string }
			err = json.Unmarshal([]byte(form.body), &body)
			got = body.Email
		}
		if err != nil || got != want {
			t.Errorf("%s: %q, %v", form.name, got, err)
		}
	}
}

func TestALuredBrowserSendsWhatItSendsOnItsOwnAndNothingElse(t *testing.T) {
	var got http.Header
	trial := serve(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header })
	form := crossForms("email", "m@evil.example")[0]
	for _, scheme := range Schemes() {
		user := trial.User(scheme)
		user.SetCredential("credential")
		user.cookies["balancer"] = "app-1"
		if _, err := user.postForeignForm(t.Context(), base(scheme)+"/email", form); err != nil {
			t.Fatal(err)
		}
		bearer := scheme == TokenStateless || scheme == TokenRevocable
		authorization, cookie := got.Get("Authorization"), strings.Join(got.Values("Cookie"), "; ")
		if strings.HasPrefix(authorization, "Basic ") != (scheme == Basic) || strings.HasPrefix(authorization, "Bearer") {
			t.Errorf("%s: Authorization %q", scheme, authorization)
		}
		if strings.Contains(cookie, "credential") == (bearer || scheme == Basic) {
			t.Errorf("%s: Cookie %q", scheme, cookie)
		}
		if user.ambient() == bearer {
			t.Errorf("%s: ambient is %v", scheme, user.ambient())
		}
		if got.Get("Origin") != evil || got.Get("Sec-Fetch-Site") != "cross-site" || got.Get("Content-Type") != form.contentType {
			t.Errorf("%s: headers %v", scheme, got)
		}
	}
}

func TestAServerThatTakesTheFormIsSeen(t *testing.T) {
	for name, tt := range map[string]struct {
		status func(*http.Request) int
		want   string
	}{
		"everything is taken": {func(*http.Request) int { return http.StatusOK }, "answered 200"},
		"only JSON is taken": {func(r *http.Request) int {
			if r.Header.Get("Content-Type") != "application/json" {
				return http.StatusUnsupportedMediaType
			}
			return http.StatusOK
		}, "answered 200 ×1, 415 ×8"},
	} {
		trial := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(tt.status(r)) })
		user := trial.User(SessionRedis)
		user.SetCredential("credential")
		outcome, measures, err := postForeignForms(t.Context(), trial, user)
		if text := outcome.In(texts.Must(texts.English), "csrf"); err != nil || text != tt.want {
			t.Errorf("%s: %q %v, %v; want %q", name, text, measures, err, tt.want)
		}
		if outcome.Means != Dangerous {
			t.Errorf("%s: a form was taken, and that is %q", name, outcome.Means)
		}
	}
	trial := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	if _, _, err := postForeignForms(t.Context(), trial, trial.User(SessionRedis)); err == nil {
		t.Error("a server that refuses its own page too proved something")
	}
}

// keeper is a login that keeps the ID that it finds, if it should.
func keeper(adopt bool) http.HandlerFunc {
	sessions, last := map[string]string{}, 0
	return func(w http.ResponseWriter, r *http.Request) {
		id := ""
		if cookie, err := r.Cookie(SessionRedis); err == nil {
			id = cookie.Value
		}
		switch {
		case strings.HasSuffix(r.URL.Path, "/login"):
			var body struct{ Username string }
			_ = json.NewDecoder(r.Body).Decode(&body) // it is our own client that wrote it
			if !adopt || id == "" {
				last++
				id = fmt.Sprint("id-", last)
			}
			sessions[id] = body.Username
			http.SetCookie(w, &http.Cookie{Name: SessionRedis, Value: id})
		case strings.HasSuffix(r.URL.Path, "/logout"):
			delete(sessions, id)
			w.WriteHeader(http.StatusNoContent)
		case sessions[id] == "":
			w.WriteHeader(http.StatusUnauthorized)
		default:
			fmt.Fprintf(w, `{"user":{"name":%q}}`, sessions[id])
		}
	}
}

func TestAServerThatKeepsAPlantedIDIsSeen(t *testing.T) {
	for name, tt := range map[string]struct {
		adopt bool
		want  string
	}{
		"an ID is kept at login": {true, "the attacker is the victim"},
		// The attacker's own session lives on, beside the victim's new one.
		"the old session does not end": {false, "useless after for 3 of 4"},
	} {
		trial := serve(t, keeper(tt.adopt))
		got, err := plantAt(t.Context(), trial, SessionRedis)
		if text := got.outcome.In(texts.Must(texts.English), "fixation"); err != nil || text != tt.want {
			t.Errorf("%s: %q, %v; want %q", name, text, err, tt.want)
		}
	}
}

func TestAServerThatTakesALoginOfAnotherSiteIsSeen(t *testing.T) {
	for name, tt := range map[string]struct {
		server http.HandlerFunc
		want   string
	}{
		"the login is taken":             {keeper(false), "in as the attacker"},
		"the login of the user is ended": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, "logged out"},
		"all is answered":                {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"user":{"name":"u2"}}`) }, "answered 200"},
	} {
		user := serve(t, tt.server).client(SessionRedis, "u2", "192.0.2.1")
		got, measures, err := user.loggedInByOthers(t.Context(), "u1")
		if text := got.In(texts.Must(texts.English), "login-csrf"); err != nil || text != tt.want {
			t.Errorf("%s: %q %v, %v; want %q", name, text, measures, err, tt.want)
		}
	}
}

// leaky is a login server without PKCE, that sends the browser wherever a link says, and home to its tokens.
func leaky(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/authorize":
		back := url.Values{"state": {r.FormValue("state")}, "code": {"a code"}, "access_token": {"a token"}}
		http.Redirect(w, r, r.FormValue("redirect_uri")+"?"+back.Encode(), http.StatusSeeOther)
	case "/token":
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"access_token":"a token","token_type":"Bearer"}`)
	default:
		if r.Header.Get("Authorization") != "Bearer a token" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}
}

func TestALoginServerThatNeedsNoVerifierIsSeen(t *testing.T) {
	trial := serve(t, leaky)
	tries, taken, err := stealRedirect(t.Context(), trial.Target.URL(), trial.simulated(TokenStateless, 1), trial.simulated(TokenStateless, 2))
	if tries != 8 || taken != 6 || err != nil { // a code is no token there either, and the app compares the state
		t.Errorf("%d of %d, %v", taken, tries, err)
	}
	if got := codeTaken(tries, taken).In(texts.Must(texts.English), "oauth-code"); got != "6 of 8 opened a page" {
		t.Error(got)
	}
}

func TestATwinThatIsAbsentOrWithstandsIsToldInTheCell(t *testing.T) {
	trial := serve(t, http.NotFound)
	if _, err := trial.twin(t.Context()); !errors.Is(err, ErrNotOnTarget) {
		t.Errorf("%v, want ErrNotOnTarget", err)
	}
	told := func(o twinResult) string { return o.remark(uselessAfter()).In(texts.Must(texts.English), "fixation") }
	absent, err := plantAtTwin(t.Context(), trial)
	if err != nil || absent.err() != nil || told(absent) != "useless after; naive twin: not on this target" {
		t.Errorf("absent: %q, %v, %v", told(absent), absent.err(), err)
	}
	var o twinResult
	o.note("one", true, true)
	o.note("two", false, false)
	if o.err() != nil || !o.remark(uselessAfter()).Equal(uselessAfter()) || o.attacks != 2 || o.fellFor != 1 {
		t.Errorf("%+v: %q, %v", o, told(o), o.err())
	}
	o.note("three", false, true)
	if o.err() == nil || told(o) != "useless after; naive twin withstood: three" {
		t.Errorf("%+v: %q, %v", o, told(o), o.err())
	}
	stranger := &twin{client: trial.User(Basic).client, url: trial.Target.URL()}
	if _, err := stranger.do(t.Context(), "GET", "/", ""); err == nil {
		t.Error("a server that does not say that it is naive was attacked as one")
	}
}

func TestALessonSaysOnlyWhatWasMeasured(t *testing.T) {
	scheme := func(name string, measures map[string]float64) Cell { return Cell{Scheme: name, Measures: measures} }
	for _, tt := range []struct {
		experiment Experiment
		cells      []Cell
		want       []string
	}{
		{crossSiteForms(), []Cell{scheme(SessionRedis, twinResult{absent: true}.measures(map[string]float64{}))}, []string{"lesson", "twin-absent"}},
		{fixation(), []Cell{scheme(SessionRedis, twinResult{attacks: 3}.measures(map[string]float64{}))}, []string{"lesson", "twin-fell"}},
		{forgedTokens(), []Cell{scheme(TokenStateless, map[string]float64{"cracked_tries": 0})}, []string{"lesson", "twin-absent"}},
		{
			forgedTokens(), []Cell{scheme(TokenStateless, twinResult{attacks: 3}.measures(map[string]float64{"cracked_tries": 19}))},
			[]string{"lesson", "twin-fell", "lesson-cracked"},
		},
		{stolen(), []Cell{scheme(TokenRevocable, map[string]float64{"status_if_renewed": 401})}, []string{"lesson"}},
		{stolen(), []Cell{scheme(TokenRevocable, map[string]float64{"status_if_renewed": 200})}, []string{"lesson", "lesson-renewed"}},
		{crossOrigin(), []Cell{scheme(SessionRedis, map[string]float64{"status": 401})}, []string{"lesson"}},
		{
			crossOrigin(), []Cell{scheme(SessionRedis, map[string]float64{"neighbour_status": 200}), scheme(TokenStateless, map[string]float64{"status": 0})},
			[]string{"lesson", "lesson-neighbour", "lesson-tokens"},
		},
	} {
		r := Result{Name: tt.experiment.Name, Cells: tt.cells}
		if got := tt.experiment.sentences(r); !slices.Equal(got, tt.want) {
			t.Errorf("%s with %+v: %q, want %q", r.Name, tt.cells, got, tt.want)
		}
	}
}

func TestTheAddressIsReadFromTheLabIfItTells(t *testing.T) {
	for body, want := range map[string]string{
		`{"accounts":[{"name":"alice","email":"alice@example.com"},{"name":"bob","email":"b@example.com"}]}`: "alice@example.com",
		`{"accounts":[{"name":"alice","roles":["user"]}]}`:                                                   "",
		`{}`: "",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }))
		target, err := contract.NewRemote(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		email, err := newTrial(target, 1).Email(t.Context(), "alice")
		if email != want || errors.Is(err, ErrNotOnTarget) != (want == "") {
			t.Errorf("%s: %q, %v", body, email, err)
		}
		server.Close()
	}
}
