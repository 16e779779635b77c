package runner

import (
	"encoding/json"
	"net/http"

	"authlab/lab/contract"
	"authlab/lab/experiment"
	"authlab/lab/experiment/texts"
)

// A Told is a result for a page: question, claim and lesson in the reader's language.
type Told struct {
	experiment.Result
	Cells []ToldCell `json:"cells"`
}

// A ToldCell is a cell, with its words also in the reader's language.
type ToldCell struct {
	experiment.Cell
	PredictedText string `json:"predicted_text"`
	ObservedText  string `json:"observed_text"`
}

func tell(r experiment.Result, l *texts.Language) Told {
	told := Told{Result: r.In(l), Cells: make([]ToldCell, len(r.Cells))}
	for i, c := range r.Cells {
		told.Cells[i] = ToldCell{c, told.Result.Cells[i].Predicted, told.Result.Cells[i].Observed}
	}
	return told
}

// An item is one experiment of GET /lab/experiments: what a page says before it has run.
type item struct {
	Name     string   `json:"name"`
	Question string   `json:"question"`
	Claim    string   `json:"claim"`
	Choices  []choice `json:"choices"` // the outcomes among which a reader predicts
}

type choice struct {
	Outcome experiment.Outcome `json:"outcome"`
	Text    string             `json:"text"`
}

// handleList handles the "GET /lab/experiments" route: ?lang=es.
func (r *Runner) handleList(w http.ResponseWriter, request *http.Request) {
	l, replicas, err := languageOf(request), 0, error(nil)
	if replicas, err = r.replicas(request); err != nil {
		refuse(w, http.StatusInternalServerError, "experiment-failed", err.Error())
		return
	}
	items := make([]item, 0, len(experiment.All()))
	for _, e := range experiment.All() {
		one := item{Name: e.Name, Question: e.Question(l), Claim: e.Claim(l), Choices: []choice{}}
		if e.Choices != nil {
			for _, outcome := range e.Choices(replicas) {
				one.Choices = append(one.Choices, choice{outcome, outcome.In(l, e.Name)})
			}
		}
		items = append(items, one)
	}
	answer(w, items)
}

// replicas is how many replicas the lab has: some predictions depend on it.
func (r *Runner) replicas(request *http.Request) (int, error) {
	target, err := contract.NewRemote(r.url)
	if err != nil {
		return 0, err
	}
	view, err := target.View(request.Context())
	return len(view.Replicas), err
}

// languageOf is the language of ?lang=, or the one that the browser asks for.
func languageOf(request *http.Request) *texts.Language {
	return texts.Best(request.URL.Query().Get("lang"), request.Header.Get("Accept-Language"))
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(body) // an error means that the client has gone
}
