package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"authlab/lab/contract"
	"authlab/lab/experiment"
	"authlab/lab/experiment/api"
	"authlab/lab/testkit"
)

// outside asks a runner that can run everything but scale-out, and whose lab is never asked for.
type outside struct {
	t   *testing.T
	url string
}

func newOutside(t *testing.T) outside {
	server := httptest.NewServer(api.New(api.Config{
		Open: func() (experiment.Target, error) { return contract.NewRemote("http://127.0.0.1:1") },
		Command: func(name string) string {
			if name == "scale-out" {
				return "type this: " + name
			}
			return ""
		},
	}).Handler())
	t.Cleanup(server.Close)
	return outside{t, server.URL + "/lab/experiments"}
}

func (o outside) ask(method, path, body string, into any) int {
	o.t.Helper()
	answer := testkit.Send(o.t, method, o.url+path, body)
	if into != nil {
		answer.JSON(o.t, into)
	}
	return answer.StatusCode
}

func TestARunnerSaysWhatItRunsAndWhatIsTyped(t *testing.T) {
	o := newOutside(t)
	var items []struct {
		Name, Command string
		Runs          bool
	}
	if status := o.ask(http.MethodGet, "", "", &items); status != http.StatusOK || len(items) != len(experiment.All()) {
		t.Fatalf("%d, %d experiments", status, len(items))
	}
	for i, e := range experiment.All() {
		if item := items[i]; item.Name != e.Name || item.Runs == (e.Name == "scale-out") || item.Runs != (item.Command == "") {
			t.Errorf("%s: %+v", e.Name, item)
		}
	}
	var problem struct{ Type, Command string }
	if status := o.ask(http.MethodPost, "/scale-out", `{}`, &problem); status != http.StatusNotImplemented ||
		problem.Command != "type this: scale-out" || problem.Type != "urn:authlab:problem:lab-not-here" {
		t.Errorf("%d %+v", status, problem)
	}
}

func TestARunFromOutsideHasTheLabToItselfAndIsTold(t *testing.T) {
	o := newOutside(t)
	recording := &contract.Recording{Replicas: 3, Beats: []contract.Beat{{Kind: contract.BeatScale, Count: 4}}}
	result, err := json.Marshal(experiment.Result{Name: "scale-out", AsPredicted: true, Recording: recording, Cells: []experiment.Cell{
		{Scheme: experiment.SessionRedis, Predicted: "none", Observed: "none", AsPredicted: true, Measures: map[string]float64{"users": 10}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var told api.ResultAnswer
	for _, step := range []struct {
		name, method, path, body string
		status                   int
	}{
		{"not measured yet", http.MethodGet, "/scale-out", "", http.StatusNotFound},
		{"it begins", http.MethodPost, "/scale-out/begun", "", http.StatusNoContent},
		{"a page has to wait", http.MethodPost, "/sticky", `{}`, http.StatusConflict},
		{"what is no result", http.MethodPost, "/scale-out/ended", `{"name":"sticky"}`, http.StatusBadRequest},
		{"it ends", http.MethodPost, "/scale-out/ended", string(result), http.StatusNoContent},
		{"it is told", http.MethodGet, "/scale-out?lang=es", "", http.StatusOK},
		{"the next begins", http.MethodPost, "/scale-out/begun", "", http.StatusNoContent},
		{"and is cut off", http.MethodPost, "/scale-out/ended", `{"name":"scale-out"}`, http.StatusNoContent},
		{"the one before is still told", http.MethodGet, "/scale-out", "", http.StatusOK},
		{"a page's turn, on a lab that is not there", http.MethodPost, "/sticky", `{}`, http.StatusInternalServerError},
		{"no experiment begins", http.MethodPost, "/nothing/begun", "", http.StatusNotFound},
		{"no experiment ends", http.MethodPost, "/nothing/ended", "{}", http.StatusNotFound},
		{"no experiment is told", http.MethodGet, "/nothing", "", http.StatusNotFound},
	} {
		var into any = &told
		if step.method == http.MethodPost {
			into = nil
		}
		if status := o.ask(step.method, step.path, step.body, into); status != step.status {
			t.Errorf("%s: %d, want %d", step.name, status, step.status)
		}
		if step.status == http.StatusOK && (told.Name != "scale-out" || len(told.Cells) != 1 || told.Cells[0].ObservedText == "" || told.Recording.Beats[0].Count != 4 || strings.Contains(told.Question, "¿") != strings.Contains(step.path, "es")) {
			t.Errorf("%s: %+v", step.name, told)
		}
	}
}
