package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"authlab/lab/embedded"
	"authlab/lab/experiment"
	"authlab/lab/experiment/api"
	"authlab/lab/testkit"
)

// start starts a lab whose page can run experiments.
func start(t *testing.T) *embedded.Lab {
	t.Helper()
	lab, err := embedded.Start(t.Context(), embedded.Config{
		Experiments: func(url string) http.Handler { return api.For(url).Handler() },
	})
	testkit.Must(t, err)
	t.Cleanup(func() { lab.Close() })
	return lab
}

func post(ctx context.Context, t *testing.T, lab *embedded.Lab, path, body string) (*http.Response, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, lab.URL()+"/lab/experiments/"+path, strings.NewReader(body))
	testkit.Must(t, err)
	return http.DefaultClient.Do(request)
}

func TestAPageRunsAnExperimentAndHearsItInItsLanguage(t *testing.T) {
	lab := start(t)
	for lang, want := range map[string]struct{ observed, lesson string }{
		"en": {"503", "Redis"},
		"es": {"503", "Redis"},
	} {
		response, err := post(t.Context(), t, lab, "redis-down?lang="+lang, `{"users":10}`)
		testkit.Must(t, err)
		var told api.ResultAnswer
		if err := json.NewDecoder(response.Body).Decode(&told); err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v", lang, response.Status, err)
		}
		response.Body.Close()
		if !response.Uncompressed {
			t.Errorf("%s: the result was not compressed for a client that takes it so", lang)
		}
		if told.Name != "redis-down" || !told.AsPredicted || told.Claim == "" || !strings.Contains(told.Lesson, want.lesson) {
			t.Errorf("%s: %+v", lang, told)
		}
		if told.Recording == nil || len(told.Recording.Beats) < 20 || len(told.Recording.Totals) != len(told.Cells) {
			t.Errorf("%s: the recording is %+v", lang, told.Recording)
		}
		if asks := strings.Contains(told.Question, "¿"); asks != (lang == "es") {
			t.Errorf("%s: %q", lang, told.Question)
		}
		for _, cell := range told.Cells {
			if cell.Scheme == "session-redis" && (cell.Observed != want.observed || cell.ObservedText == "") {
				t.Errorf("%s: %+v", lang, cell)
			}
			if cell.Scheme == "session-memory" && (cell.Observed != "stays" || (cell.ObservedText == "stays") != (lang == "en")) {
				t.Errorf("%s: %+v", lang, cell)
			}
		}
	}
}

func TestAPageLearnsWhatItCanAskBeforeItRuns(t *testing.T) {
	lab := start(t)
	for lang, want := range map[string]string{"en": "logged out", "es": "pierde la sesión"} {
		response := testkit.Send(t, http.MethodGet, lab.URL()+"/lab/experiments?lang="+lang, "")
		var items []struct {
			Name, Question, Claim string
			Choices               []struct {
				Outcome experiment.Outcome
				Text    string
			}
		}
		response.JSON(t, &items)
		if response.StatusCode != http.StatusOK || len(items) != len(experiment.All()) {
			t.Errorf("%s: %d experiments", lang, len(items))
		}
		for _, item := range items {
			if item.Question == "" || item.Claim == "" || item.Choices == nil {
				t.Errorf("%s: %+v", lang, item)
			}
			if item.Name == "redis-down" && (len(item.Choices) != 3 || item.Choices[1].Outcome.Key != "logged-out" || item.Choices[1].Text != want) {
				t.Errorf("%s: %+v", lang, item.Choices)
			}
		}
	}
}

func TestWhatCannotBeRunIsRefused(t *testing.T) {
	lab := start(t)
	for _, tt := range []struct {
		path, body, problem string
		status              int
	}{
		{"round-robins", `{}`, "lab-no-experiment", 404},
		{"round-robin", `{"users":10001}`, "lab-bad-request", 400},
		{"round-robin", `{"users":-1}`, "lab-bad-request", 400},
		{"round-robin", `users`, "lab-bad-request", 400},
	} {
		response, err := post(t.Context(), t, lab, tt.path, tt.body)
		testkit.Must(t, err)
		var problem struct{ Type, Detail string }
		if err := json.NewDecoder(response.Body).Decode(&problem); err != nil || response.StatusCode != tt.status ||
			problem.Type != "urn:authlab:problem:"+tt.problem || problem.Detail == "" {
			t.Errorf("%s %s: %s %+v, %v", tt.path, tt.body, response.Status, problem, err)
		}
		response.Body.Close()
	}
}

func TestOneExperimentRunsAtATimeAndEndsWithItsPage(t *testing.T) {
	lab := start(t)
	ctx, leave := context.WithCancel(t.Context())
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for status := http.StatusConflict; status == http.StatusConflict; { // the other one may have the turn for a moment
			response, err := post(ctx, t, lab, "rolling-deploy", `{"users":1000}`)
			if err != nil {
				return
			}
			response.Body.Close()
			status = response.StatusCode
		}
	}()
	// It is under way when another client is told to wait.
	for {
		response, err := post(t.Context(), t, lab, "sticky", `{"users":1}`)
		testkit.Must(t, err)
		response.Body.Close()
		if response.StatusCode == http.StatusConflict {
			break
		}
	}
	leave()
	<-gone
	for { // the lab is free again, long before all of them would have been asked
		response, err := post(t.Context(), t, lab, "sticky", `{"users":1}`)
		testkit.Must(t, err)
		response.Body.Close()
		if response.StatusCode == http.StatusOK {
			break
		}
	}
}
