package runner_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"authlab/lab/experiment"
	"authlab/lab/report"
)

// The pages name an experiment before it has run, so their catalogues have its question too. It is the same one.
func TestThePagesAskWhatTheExperimentsAsk(t *testing.T) {
	for _, lang := range report.Languages() {
		text, err := os.ReadFile(filepath.Join("..", "..", "web", "assets", "lang", lang+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var catalogue struct {
			Walkthrough struct{ Questions map[string]string }
		}
		if err := json.Unmarshal(text, &catalogue); err != nil {
			t.Fatal(err)
		}
		asked := catalogue.Walkthrough.Questions
		for _, e := range experiment.All() {
			told, err := report.Tell(experiment.Result{Name: e.Name, Question: e.Question}, lang)
			if err != nil {
				t.Fatal(err)
			}
			if asked[e.Name] != told.Question {
				t.Errorf("%s: the pages ask %q for %s, and the experiment %q", lang, asked[e.Name], e.Name, told.Question)
			}
			delete(asked, e.Name)
		}
		if len(asked) > 0 {
			t.Errorf("%s: the pages ask what no experiment does: %q", lang, asked)
		}
	}
}
