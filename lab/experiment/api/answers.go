package api

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"authlab/lab/experiment"
	"authlab/lab/experiment/texts"
)

// A ResultAnswer is a result for a page: question, claim and lesson in the reader's language.
type ResultAnswer struct {
	experiment.Result
	Cells []CellAnswer `json:"cells"`
}

// A CellAnswer is a cell, with its words also in the reader's language, and the sign of what was measured.
type CellAnswer struct {
	experiment.Cell
	PredictedText string `json:"predicted_text"`
	ObservedText  string `json:"observed_text"`
	Sign          sign   `json:"sign"`
}

type sign struct {
	Symbol string `json:"symbol"`
	Name   string `json:"name"` // in the style sheet
	Text   string `json:"text"`
}

func answerIn(r experiment.Result, l *texts.Language) ResultAnswer {
	answer := ResultAnswer{Result: r.In(l), Cells: make([]CellAnswer, len(r.Cells))}
	for i, c := range r.Cells {
		said, s := answer.Result.Cells[i], experiment.SignOf(c)
		answer.Cells[i] = CellAnswer{c, said.Predicted, said.Observed, sign{s.Symbol, s.Name, s.In(l)}}
	}
	return answer
}

// An item is one experiment of GET /lab/experiments: what a page says before it has run.
type item struct {
	Name     string   `json:"name"`
	Question string   `json:"question"`
	Claim    string   `json:"claim"`
	Choices  []choice `json:"choices"`           // the outcomes among which a reader predicts
	Runs     bool     `json:"runs"`              // this lab runs it by itself
	Command  string   `json:"command,omitempty"` // what runs it otherwise
}

type choice struct {
	Outcome experiment.Outcome `json:"outcome"`
	Text    string             `json:"text"`
}

// handleList handles the "GET /lab/experiments" route: ?lang=es. Choices depend on how many replicas there are; a lab that
// cannot be looked at has the usual three.
func (r *Runner) handleList(w http.ResponseWriter, request *http.Request) {
	l, replicas := languageOf(request), r.replicas(request.Context())
	all := experiment.All()
	items := make([]item, len(all))
	for i, e := range all {
		command := r.config.Command(e.Name)
		items[i] = item{Name: e.Name, Question: e.Question(l), Claim: e.Claim(l), Choices: []choice{}, Runs: command == "", Command: command}
		if e.Choices != nil {
			for _, outcome := range e.Choices(replicas) {
				items[i].Choices = append(items[i].Choices, choice{outcome, outcome.In(l, e.Name)})
			}
		}
	}
	answer(w, request, items)
}

func (r *Runner) replicas(ctx context.Context) int {
	const usual = 3
	target, err := r.config.Open()
	if err != nil {
		return usual
	}
	view, err := target.View(ctx)
	if err != nil || len(view.Replicas) == 0 {
		return usual
	}
	return len(view.Replicas)
}

// languageOf is the language of ?lang=, or the one that the browser asks for.
func languageOf(request *http.Request) *texts.Language {
	return texts.Best(request.URL.Query().Get("lang"), request.Header.Get("Accept-Language"))
}

// answer writes JSON, compressed for a client that takes that: a list or a recording is several times as large otherwise.
func answer(w http.ResponseWriter, request *http.Request, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Add("Vary", "Accept-Encoding")
	var out io.Writer = w
	if strings.Contains(request.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		packed := gzip.NewWriter(w)
		defer func() { _ = packed.Close() }()
		out = packed
	}
	_ = json.NewEncoder(out).Encode(body) // an error means that the client has gone
}
