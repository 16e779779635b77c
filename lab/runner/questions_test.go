package runner_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"authlab/lab/experiment"
	"authlab/lab/experiment/texts"
)

// The pages name an experiment before it has run, so their catalogues have its question too. It is the same one.
func TestThePagesAskWhatTheExperimentsAsk(t *testing.T) {
	for _, lang := range texts.Languages() {
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
			if question := e.Question(texts.Must(lang)); asked[e.Name] != question {
				t.Errorf("%s: the pages ask %q for %s, and the experiment %q", lang, asked[e.Name], e.Name, question)
			}
			delete(asked, e.Name)
		}
		if len(asked) > 0 {
			t.Errorf("%s: the pages ask what no experiment does: %q", lang, asked)
		}
	}
}
