package embedded_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"authlab/lab/contract"
	"authlab/lab/embedded"
	"authlab/lab/experiment"
	"authlab/lab/testkit"
)

// An eavesdropper is in front of a lab, and keeps every credential that passes.
type eavesdropper struct {
	mu   sync.Mutex
	held map[string]bool
}

func (e *eavesdropper) keep(secrets ...string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, secret := range secrets {
		for part := range strings.SplitSeq(secret, ".") {
			if len(part) >= 6 {
				e.held[part] = true
			}
		}
	}
}

func (e *eavesdropper) keepBody(body *io.ReadCloser) error {
	if *body == nil {
		return nil
	}
	text, err := io.ReadAll(*body)
	*body = io.NopCloser(bytes.NewReader(text))
	var held struct {
		Access   string `json:"access_token"`
		Refresh  string `json:"refresh_token"`
		Password string `json:"password"`
	}
	if json.Unmarshal(text, &held) == nil {
		e.keep(held.Access, held.Refresh, held.Password)
	}
	return err
}

func (e *eavesdropper) keepAnswer(response *http.Response) error {
	for _, cookie := range response.Cookies() {
		e.keep(cookie.Value)
	}
	if response.Header.Get("Content-Type") == "text/event-stream" {
		return nil // it does not end
	}
	return e.keepBody(&response.Body)
}

func (e *eavesdropper) serve(t *testing.T, lab string) *httptest.Server {
	to, err := url.Parse(lab)
	testkit.Must(t, err)
	server := httptest.NewServer(&httputil.ReverseProxy{ModifyResponse: e.keepAnswer, Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = to.Scheme, to.Host
		r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
		_ = e.keepBody(&r.Out.Body)
	}})
	t.Cleanup(server.Close)
	return server
}

// recordings runs all experiments but those of a browser, which have to be as predicted, and returns their recordings and
// all credentials that were held.
func recordings(t *testing.T) (map[string]*contract.Recording, map[string]bool) {
	t.Helper()
	lab, _ := start(t, embedded.Config{ResponseTimeout: soon})
	e := &eavesdropper{held: map[string]bool{}}
	target, err := contract.NewRemote(e.serve(t, lab.URL()).URL)
	testkit.Must(t, err)
	experiments := slices.DeleteFunc(experiment.All(), func(e experiment.Experiment) bool { return e.Browser })
	all := map[string]*contract.Recording{}
	for _, result := range runAll(t, target.WithControls(lab.URL()), experiments...).Experiments {
		if result.Recording == nil {
			t.Errorf("%s has no recording", result.Name)
			continue
		}
		all[result.Name] = result.Recording
	}
	return all, e.held
}

func TestEveryExperimentIsAsPredictedAndRecorded(t *testing.T) {
	all, held := recordings(t)
	if len(held) < 1000 {
		t.Errorf("only %d credentials were held", len(held))
	}
	for name, recording := range all {
		t.Run(name, func(t *testing.T) {
			holdsNoCredential(t, recording, held)
			isBounded(t, recording)
			isInCausalOrder(t, recording)
		})
	}
	for name, tells := range stories {
		t.Run(name+" tells its story", func(t *testing.T) { tells(t, story{t, all[name]}) })
	}
}

func holdsNoCredential(t *testing.T, recording *contract.Recording, held map[string]bool) {
	text, err := json.Marshal(recording)
	testkit.Must(t, err)
	if len(text) > 200<<10 {
		t.Errorf("it has %d bytes", len(text))
	}
	for secret := range held {
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("it holds %.12s…, of %d characters", secret, len(secret))
		}
	}
}

// isBounded checks that there are few beats, and that all requests are counted.
func isBounded(t *testing.T, recording *contract.Recording) {
	if len(recording.Beats) > 320 || recording.Replicas != 3 {
		t.Errorf("%d beats, %d replicas", len(recording.Beats), recording.Replicas)
	}
	count := map[string]int{}
	for _, b := range recording.Beats {
		switch b.Kind {
		case contract.BeatRequest:
			count[b.Scheme]++
		case contract.BeatMore:
			count[b.Scheme] += b.Count
		}
	}
	for _, total := range recording.Totals {
		if sum := total.Requests; count[total.Scheme] != sum {
			t.Errorf("%s: %d requests are in the beats, %d in the totals", total.Scheme, count[total.Scheme], sum)
		}
		delete(count, total.Scheme)
		for _, n := range total.Statuses {
			total.Requests -= n
		}
		if total.Requests != 0 {
			t.Errorf("%s: %d requests more than statuses", total.Scheme, total.Requests)
		}
	}
	if len(count) > 0 {
		t.Errorf("no totals for %v", slices.Collect(maps.Keys(count)))
	}
}

// isInCausalOrder checks that a credential is given before it is carried, and copied before the copy is used.
func isInCausalOrder(t *testing.T, recording *contract.Recording) {
	carried, client, at, faults := map[string]int{}, map[string]int{}, 0.0, map[string]bool{}
	for i, b := range recording.Beats {
		if b.AtMS < at {
			t.Errorf("beat %d is at %v ms, and the one before it at %v", i, b.AtMS, at)
		}
		at = b.AtMS
		if b.Given != nil && carried[b.Given.ID] > 0 && b.Given.ID != idOf(b.Credential) {
			t.Errorf("beat %d gives %s, which beat %d carried", i, b.Given.ID, carried[b.Given.ID])
		}
		switch b.Kind {
		case contract.BeatRequest:
			if b.Credential != nil && b.Credential.ID != "" {
				carried[b.Credential.ID] = i
			}
			client[b.Scheme+" "+b.Client] = i
		case contract.BeatCopy:
			if first, ok := client[b.Scheme+" "+b.Client]; ok {
				t.Errorf("beat %d makes a copy for %s, whose request is beat %d", i, b.Client, first)
			}
		case contract.BeatBreak:
			faults[b.Fault] = true
		case contract.BeatMend:
			if !faults[b.Fault] {
				t.Errorf("beat %d mends %s, which was whole", i, b.Fault)
			}
			delete(faults, b.Fault)
		}
	}
}

func idOf(c *contract.Credential) string {
	if c == nil {
		return ""
	}
	return c.ID
}

// A story asks a recording.
type story struct {
	*testing.T
	*contract.Recording
}

// index is the first beat from one on that is wanted. The test ends without one.
func (s story) index(what string, from int, wanted func(contract.Beat) bool) int {
	s.Helper()
	i := slices.IndexFunc(s.Beats[from:], wanted)
	if i < 0 {
		s.Fatalf("after beat %d there is no %s", from, what)
	}
	return from + i
}

func (s story) kind(kind contract.BeatKind, from int) int {
	s.Helper()
	return s.index(string(kind), from, func(b contract.Beat) bool { return b.Kind == kind })
}

// of are the requests of a scheme among some beats.
func (s story) of(scheme string, beats []contract.Beat) (requests []contract.Beat) {
	for _, b := range beats {
		if b.Kind == contract.BeatRequest && b.Scheme == scheme {
			requests = append(requests, b)
		}
	}
	return requests
}

// request is the first one of a scheme, from a beat on, by what it is for and its status.
func (s story) request(scheme, action string, status, from int) int {
	s.Helper()
	return s.index(scheme+" "+action+" "+strconv.Itoa(status), from, func(b contract.Beat) bool {
		return b.Kind == contract.BeatRequest && b.Scheme == scheme && b.Action == action && b.Status == status
	})
}

func (s story) looked(b contract.Beat, where, result string) {
	s.Helper()
	if !slices.ContainsFunc(b.Lookups, func(l contract.Lookup) bool { return l.Where == where && l.Result == result }) {
		s.Errorf("%s %s at %s: %d, looked up %+v; want %s %s", b.Scheme, b.Path, b.Replica, b.Status, b.Lookups, where, result)
	}
}

func (s story) changed(b contract.Beat, where, id string, gone bool) {
	s.Helper()
	if !slices.ContainsFunc(b.Changes, func(c contract.Change) bool { return c.Where == where && c.ID == id && c.Gone == gone }) {
		s.Errorf("%s %s %s changed %+v; want %s of %s, gone: %v", b.Kind, b.Scheme, b.Path, b.Changes, id, where, gone)
	}
}
