package control_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"authlab/account"
	"authlab/lab/contract"
	"authlab/lab/control"
	"authlab/lab/testkit"
)

// A noted lab notes what it is asked to do, and does it if it has no error to say.
type noted struct {
	mu    sync.Mutex
	asked []string
	err   error
}

func (n *noted) note(format string, args ...any) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked = append(n.asked, fmt.Sprintf(format, args...))
	return n.err
}

func (n *noted) View(context.Context) (contract.View, error) {
	return contract.View{Target: "noted", Faults: []string{}}, n.note("view")
}
func (n *noted) Bytes(context.Context) (contract.Bytes, error) {
	return contract.Bytes{Redis: 7}, n.note("bytes")
}
func (n *noted) Break(_ context.Context, f contract.Fault) error {
	return n.note("break %s %s", f, f.By)
}
func (n *noted) Mend(_ context.Context, f contract.Fault) error    { return n.note("mend %s", f) }
func (n *noted) Scale(_ context.Context, replicas int) error       { return n.note("scale %d", replicas) }
func (n *noted) Flush(context.Context) error                       { return n.note("flush") }
func (n *noted) Advance(_ context.Context, by time.Duration) error { return n.note("advance %s", by) }
func (n *noted) AddUsers(_ context.Context, count int, _ string) error {
	return n.note("add %d", count)
}
func (n *noted) SetRoles(_ context.Context, user string, roles []string) error {
	return n.note("roles %s %v", user, roles)
}
func (n *noted) RotateKeys(_ context.Context, overlap bool) error {
	return n.note("rotate %t", overlap)
}
func (n *noted) Set(_ context.Context, s contract.Settings) error { return n.note("set %+v", s) }
func (n *noted) Reset(context.Context) error                      { return n.note("reset") }

// ask sends a request to controls as from this machine, unless edit says otherwise.
func ask(t *testing.T, controls http.Handler, method, path, body string, edit func(*http.Request)) (int, map[string]any) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	request.Host, request.RemoteAddr = "127.0.0.1:8080", "127.0.0.1:40000"
	if edit != nil {
		edit(request)
	}
	recorder := httptest.NewRecorder()
	controls.ServeHTTP(recorder, request)
	answer := map[string]any{}
	if recorder.Body.Len() > 0 {
		if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
			t.Errorf("%s %s: %q is no JSON", method, path, recorder.Body)
		}
	}
	if problem := recorder.Header().Get("Content-Type") == "application/problem+json"; problem != (recorder.Code >= 400) {
		t.Errorf("%s %s: %d as %s", method, path, recorder.Code, recorder.Header().Get("Content-Type"))
	}
	header := recorder.Header()
	if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s %s: a browser may guess another type, or keep the answer: %v", method, path, header)
	}
	return recorder.Code, answer
}

func TestEveryControlReachesTheLab(t *testing.T) {
	for _, tt := range []struct{ path, body, want string }{
		{"/lab/replicas/app-2/kill", "", "break replica-killed:app-2 0s"},
		{"/lab/replicas/app-2/silence", "", "break replica-silent:app-2 0s"},
		{"/lab/replicas/app-2/start", "", "mend replica-silent:app-2, mend replica-killed:app-2"},
		{"/lab/replicas/app-2/clock", `{"skew":"-10m"}`, "break clock-skewed:app-2 -10m0s"},
		{"/lab/replicas/app-2/clock", `{"skew":"0s"}`, "mend clock-skewed:app-2"},
		{"/lab/replicas", `{"count":16}`, "scale 16"},
		{"/lab/redis/stop", "", "break redis-stopped 0s"},
		{"/lab/redis/start", "", "mend redis-stopped"},
		{"/lab/redis/flush", "", "flush"},
		{"/lab/redis/delay", `{"delay":"5ms"}`, "break redis-slow 5ms"},
		{"/lab/redis/delay", `{"delay":"0s"}`, "mend redis-slow"},
		{"/lab/clock", `{"advance":"15m"}`, "advance 15m0s"},
		{"/lab/accounts", `{"count":200,"password":"x"}`, "add 200"},
		{"/lab/accounts/alice", `{"roles":[]}`, "roles alice []"},
		{"/lab/settings", `{"max_sessions":2,"stale_sessions_seconds":30,"stream_ask_seconds":-1,"stream_told":true,"undetected_reuse_seconds":10}`, "set {MaxSessions:2 StaleSessionsSeconds:30 StreamAskSeconds:-1 StreamTold:true UndetectedReuseSeconds:10}"},
		{"/lab/keys/rotate", `{"overlap":true}`, "rotate true"},
		{"/lab/keys/boot", "", "break boot-keys 0s"},
		{"/lab/home/stop", "", "break home-cut 0s"},
		{"/lab/home/start", "", "mend home-cut"},
		{"/lab/faults/replica-killed/break", `{"replica":"app-1"}`, "break replica-killed:app-1 0s"},
		{"/lab/faults/clock-skewed/break", `{"replica":"app-1","by":"10m"}`, "break clock-skewed:app-1 10m0s"},
		{"/lab/faults/clock-skewed/mend", `{"replica":"app-1"}`, "mend clock-skewed:app-1"},
		{"/lab/faults/redis-stopped/mend", `{}`, "mend redis-stopped"},
		{"/lab/reset", "", "reset"},
	} {
		lab := &noted{}
		status, _ := ask(t, control.New(lab, control.Config{}), http.MethodPost, tt.path, tt.body, nil)
		if status != http.StatusNoContent || strings.Join(lab.asked, ", ") != tt.want {
			t.Errorf("POST %s %s: %d, and the lab was asked to %q; want %q", tt.path, tt.body, status, lab.asked, tt.want)
		}
	}
}

func TestAllPagesHearOfAnExperiment(t *testing.T) {
	controls := control.New(&noted{}, control.Config{Experiments: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })})
	server := httptest.NewServer(controls)
	defer server.Close()
	defer controls.Close()
	stream, err := http.Get(server.URL + "/lab/events")
	testkit.Must(t, err)
	defer stream.Body.Close()
	if header := stream.Header; header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Cache-Control") != "no-store" {
		t.Errorf("the events: %v", header)
	}
	lines := bufio.NewScanner(stream.Body)
	lines.Scan() // the page is listened to
	for _, path := range []string{"/lab/experiments/sticky", "/lab/experiments/sticky/begun", "/lab/experiments/sticky/ended"} {
		if status, _ := ask(t, controls, http.MethodPost, path, "", nil); status != http.StatusNoContent {
			t.Errorf("%s: %d", path, status)
		}
	}
	for _, want := range []string{`data: {"name":"sticky","state":"begun"}`, `data: {"name":"sticky","state":"ended"}`} {
		for lines.Scan() && !strings.HasPrefix(lines.Text(), "data: ") {
		}
		if lines.Text() != want {
			t.Errorf("%q, want %q", lines.Text(), want)
		}
	}
	if status, answer := ask(t, control.New(&noted{}, control.Config{}), http.MethodPost, "/lab/experiments/sticky", "", nil); status != http.StatusNotImplemented || answer["command"] != nil {
		t.Errorf("a lab that runs none: %d %v", status, answer)
	}
}

func TestToLookIsGETAndNothingElse(t *testing.T) {
	controls := control.New(&noted{}, control.Config{})
	for path, name := range map[string]string{"/lab/cluster": "target", "/lab/bytes": "redis"} {
		if status, answer := ask(t, controls, http.MethodGet, path, "", nil); status != http.StatusOK || answer[name] == nil {
			t.Errorf("GET %s: %d %v", path, status, answer)
		}
		if status, _ := ask(t, controls, http.MethodPost, path, "", nil); status != http.StatusNotFound {
			t.Errorf("POST %s: %d", path, status)
		}
	}
}

func TestWhatIsOutOfBoundsNeverReachesTheLab(t *testing.T) {
	for path, bodies := range map[string][]string{
		"/lab/replicas":             {"", `{"count":0}`, `{"count":17}`},
		"/lab/replicas/app-1/clock": {"", `{"skew":"soon"}`, `{"skew":"-9000h"}`},
		"/lab/redis/delay":          {"", `{"delay":"2s"}`, `{"delay":"-5ms"}`, `{"delay":"10us"}`},
		"/lab/clock":                {"", `{"advance":"-1m"}`, `{"advance":"9000h"}`},
		"/lab/accounts":             {"", `{"count":10001,"password":"x"}`, `{"count":1}`, `{"count":0,"password":"x"}`},
		"/lab/accounts/alice":       {"", `{}`},
		"/lab/keys/rotate":          {"", "yes"},

		"/lab/faults/disk-full/break":      {`{}`},
		"/lab/faults/disk-full/mend":       {`{}`},
		"/lab/faults/replica-killed/break": {"", `{}`, `{"replica":""}`},
		"/lab/faults/replica-killed/mend":  {`{}`},
		"/lab/faults/redis-stopped/break":  {`{"replica":"app-1"}`},
		"/lab/faults/clock-skewed/break":   {`{"replica":"app-1"}`, `{"replica":"app-1","by":"soon"}`, `{"replica":"app-1","by":"9000h"}`},
		"/lab/faults/redis-slow/break":     {`{}`, `{"by":"2s"}`},
	} {
		for _, body := range bodies {
			lab := &noted{}
			status, problem := ask(t, control.New(lab, control.Config{}), http.MethodPost, path, body, nil)
			if status != http.StatusBadRequest || problem["detail"] == "" || len(lab.asked) > 0 {
				t.Errorf("POST %s %.40s: %d %v, and the lab was asked to %q", path, body, status, problem, lab.asked)
			}
		}
	}
}

func TestABodyThatIsTooLargeNeverReachesTheLab(t *testing.T) {
	lab := &noted{}
	status, problem := ask(t, control.New(lab, control.Config{}), http.MethodPost, "/lab/accounts/alice", strings.Repeat(" ", 1<<20), nil)
	if status != http.StatusRequestEntityTooLarge || problem["detail"] == "" || len(lab.asked) > 0 {
		t.Errorf("%d %v, and the lab was asked to %q", status, problem, lab.asked)
	}
}

func TestWhatALabSaysBecomesAStatus(t *testing.T) {
	for name, tt := range map[string]struct {
		err     error
		path    string
		want    int
		problem string
		command any
	}{
		"no replica":         {contract.NoReplica("app-9"), "/lab/replicas/app-9/kill", 404, "no-replica", nil},
		"no account":         {fmt.Errorf("find: %w", account.ErrUnknownUser), "/lab/accounts/nobody", 404, "no-account", nil},
		"a command":          {contract.ByHand{What: "Type it.", Command: "docker compose kill app-2"}, "/lab/replicas/app-2/kill", 501, "not-here", "docker compose kill app-2"},
		"no command":         {contract.ByHand{What: "No command does that."}, "/lab/redis/stop", 501, "not-here", nil},
		"no such fault here": {fmt.Errorf("a distant Redis: %w", contract.ErrNotOnTarget), "/lab/redis/stop", 501, "not-here", nil},
		"a failure":          {errors.New("it burns"), "/lab/reset", 500, "internal", nil},
	} {
		status, problem := ask(t, control.New(&noted{err: tt.err}, control.Config{}), http.MethodPost, tt.path, `{"roles":[]}`, nil)
		if status != tt.want || problem["type"] != "urn:authlab:problem:lab-"+tt.problem || problem["command"] != tt.command || problem["detail"] == "" {
			t.Errorf("%s: %d %v", name, status, problem)
		}
	}
}

func TestControlsAreForThisMachineAndForClientsWithTheKey(t *testing.T) {
	const key = "a key for the room"
	direct, behind := control.Config{LabKey: key}, control.Config{LabKey: key, FromHere: func(*http.Request) bool { return true }}
	stranger := func(r *http.Request) { r.RemoteAddr = "192.0.2.1:40000" }
	for name, tt := range map[string]struct {
		config control.Config
		edit   func(*http.Request)
		want   int
	}{
		"this machine":                {direct, nil, 204},
		"another name for it":         {direct, func(r *http.Request) { r.Host = "localhost:8080" }, 204},
		"over IPv6":                   {direct, func(r *http.Request) { r.Host, r.RemoteAddr = "[::1]:8080", "[::1]:40000" }, 204},
		"another machine":             {direct, stranger, 403},
		"another, with the key":       {direct, func(r *http.Request) { stranger(r); r.Header.Set("X-Lab-Key", key) }, 204},
		"a name that was rebound":     {direct, func(r *http.Request) { r.Host = "evil.example" }, 403},
		"that name, with the key":     {direct, func(r *http.Request) { r.Host = "lab.example"; r.Header.Set("X-Lab-Key", key) }, 204},
		"that name, with another key": {direct, func(r *http.Request) { r.Host = "lab.example"; r.Header.Set("X-Lab-Key", "guess") }, 403},
		"a page of another site":      {direct, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		"that page, with the key":     {direct, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site"); r.Header.Set("X-Lab-Key", key) }, 403},
		"an origin that is not it":    {direct, func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, 403},
		"behind a proxy":              {behind, stranger, 204},
		"behind it, a rebound name":   {behind, func(r *http.Request) { stranger(r); r.Host = "evil.example" }, 403},
		"without a key, an empty one": {control.Config{}, func(r *http.Request) { stranger(r); r.Header.Set("X-Lab-Key", "") }, 403},
	} {
		lab := &noted{}
		status, _ := ask(t, control.New(lab, tt.config), http.MethodPost, "/lab/redis/flush", "", tt.edit)
		if status != tt.want || (len(lab.asked) == 1) != (tt.want == 204) {
			t.Errorf("%s: %d, want %d; the lab was asked to %q", name, status, tt.want, lab.asked)
		}
	}
}

func TestEventsTellOfRequestsAndChangesUntilTheEnd(t *testing.T) {
	controls := control.New(&noted{}, control.Config{})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go controls.Watch(ctx)
	server := httptest.NewServer(controls)
	defer server.Close()
	response, err := http.Get(server.URL + "/lab/events")
	testkit.Must(t, err)
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	testkit.NextEvent(t, lines, "cluster", `"target":"noted"`)
	controls.Observe(contract.RequestEvent{Path: "/token/revocable/me", Policy: "hash", Replica: "app-1", Status: 200})
	testkit.NextEvent(t, lines, "request", `"scheme":"token-revocable"`)
	controls.Changed()
	testkit.NextEvent(t, lines, "cluster", `"target":"noted"`)
	controls.Close()
	if rest, err := io.ReadAll(response.Body); err != nil {
		t.Errorf("the stream ended with %q, %v", rest, err)
	}
}

func TestAnExperimentHasTheLabToItself(t *testing.T) {
	experiments := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	server := httptest.NewServer(control.New(&noted{}, control.Config{Experiments: experiments}))
	t.Cleanup(server.Close)
	ours, other := remote(t, server.URL), remote(t, server.URL)
	isBusy := func(err error) bool {
		problem, ok := errors.AsType[contract.Problem](err)
		return ok && problem.Status == http.StatusConflict && strings.HasSuffix(problem.Type, ":lab-busy") && strings.Contains(problem.Detail, "sticky")
	}
	stop := contract.Fault{Name: contract.RedisStopped}
	for name, change := range map[string]func(*contract.Remote) error{
		"a fault is broken":        func(r *contract.Remote) error { return r.Break(t.Context(), stop) },
		"a fault is mended":        func(r *contract.Remote) error { return r.Mend(t.Context(), stop) },
		"the lab is reset":         func(r *contract.Remote) error { return r.Reset(t.Context()) },
		"the clock goes forward":   func(r *contract.Remote) error { return r.Advance(t.Context(), time.Minute) },
		"replicas are added":       func(r *contract.Remote) error { return r.Scale(t.Context(), 4) },
		"Redis is emptied":         func(r *contract.Remote) error { return r.Flush(t.Context()) },
		"users are added":          func(r *contract.Remote) error { return r.AddUsers(t.Context(), 1, "a password") },
		"roles are changed":        func(r *contract.Remote) error { return r.SetRoles(t.Context(), "alice", []string{}) },
		"settings are changed":     func(r *contract.Remote) error { return r.Set(t.Context(), contract.Settings{MaxSessions: 2}) },
		"keys are rotated":         func(r *contract.Remote) error { return r.RotateKeys(t.Context(), true) },
		"a second run would begin": func(r *contract.Remote) error { return r.Begun(t.Context(), "sticky") },
	} {
		t.Run(name, func(t *testing.T) {
			testkit.Must(t, ours.Begun(t.Context(), "sticky"))
			if err := change(other); !isBusy(err) {
				t.Errorf("for another client in mid-run: %v", err)
			}
			if err := other.Ended(t.Context(), "sticky", struct{}{}); err != nil || !isBusy(change(other)) {
				t.Errorf("another client has ended the run: %v", err)
			}
			if _, err := other.View(t.Context()); err != nil {
				t.Errorf("looking is refused: %v", err)
			}
			if err := change(ours); err != nil {
				t.Errorf("for the run itself: %v", err)
			}
			testkit.Must(t, ours.Ended(t.Context(), "sticky", struct{}{}))
			if err := change(other); err != nil {
				t.Errorf("after the run: %v", err)
			}
			_ = other.Ended(t.Context(), "sticky", struct{}{}) // where it was the change that began a run
		})
	}
}

func remote(t *testing.T, url string) *contract.Remote {
	t.Helper()
	r, err := contract.NewRemote(url)
	testkit.Must(t, err)
	return r
}
