package report

import (
	"fmt"

	"authlab/lab/experiment"
)

// A Told is one result in one language, for a page that shows it.
type Told struct {
	Name        string     `json:"name"`
	Question    string     `json:"question"`
	Claim       string     `json:"claim"`
	Lesson      string     `json:"lesson"`
	AsPredicted bool       `json:"as_predicted"`
	DurationMS  int64      `json:"duration_ms"`
	Cells       []ToldCell `json:"cells"`
}

// A ToldCell is a cell, with what was observed also in the words of the language.
type ToldCell struct {
	experiment.Cell
	PredictedText string `json:"predicted_text"`
	ObservedText  string `json:"observed_text"`
}

// Tell tells a result in a language.
func Tell(r experiment.Result, lang string) (Told, error) {
	t, ok := languages[lang]
	if !ok {
		return Told{}, fmt.Errorf("there is no report in %q", lang)
	}
	text := told(r, t.Lang)
	told := Told{
		Name: r.Name, Question: text.Question, Claim: text.Claim, Lesson: text.Lesson,
		AsPredicted: r.AsPredicted, DurationMS: r.DurationMS, Cells: make([]ToldCell, len(r.Cells)),
	}
	for i, c := range r.Cells {
		shown := newCell(c, t)
		told.Cells[i] = ToldCell{c, shown.Predicted, shown.Observed}
	}
	return told, nil
}
