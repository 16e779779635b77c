package experiment

import (
	"slices"
	"strings"

	"authlab/lab/contract"
	"authlab/lab/experiment/texts"
)

// A Status says whether a cell was measured, and if not, why.
type Status string

// The statuses of a cell.
const (
	Measured    Status = "measured"
	NotOnTarget Status = "not-on-target" // this target cannot do what the experiment needs
	NoBrowser   Status = "no-browser"    // this machine has no browser
	Failed      Status = "failed"        // the experiment could not be brought to its end
)

// A Cell is one scheme's result in one experiment. Predicted and Observed say in words, for people, what Prediction and
// Outcome are.
type Cell struct {
	Scheme      string             `json:"scheme"`
	Status      Status             `json:"status"`
	Prediction  Outcome            `json:"prediction"`
	Outcome     *Outcome           `json:"outcome,omitempty"` // nil: not measured
	Failure     string             `json:"failure,omitempty"` // the error that kept it from being measured
	AsPredicted bool               `json:"as_predicted"`
	Predicted   string             `json:"predicted"`
	Observed    string             `json:"observed"`
	Measures    map[string]float64 `json:"measures"`
}

// Excused tells whether the cell is empty because something is missing here that the experiment needs. That is no
// surprise.
func (c Cell) Excused() bool { return c.Status == NotOnTarget || c.Status == NoBrowser }

// A Result is one experiment's measured answer. Question, Claim, Lesson and the words of the cells are in one language:
// English as it is measured, another by In.
type Result struct {
	Name        string   `json:"name"`
	Question    string   `json:"question"`
	Claim       string   `json:"claim"`
	Lesson      string   `json:"lesson"`
	Sentences   []string `json:"sentences"` // the keys of the lesson's sentences; none: it could not be measured
	AsPredicted bool     `json:"as_predicted"`
	DurationMS  int64    `json:"duration_ms"`
	Cells       []Cell   `json:"cells"`
	// Recording is what happened while it ran. nil: no request was sent, or by a real browser alone.
	Recording *contract.Recording `json:"recording,omitempty"`
}

// Measure returns one number that was measured for a scheme, or 0.
func (r Result) Measure(scheme, name string) float64 {
	number, _ := r.measure(scheme, name)
	return number
}

// Excused tells whether nothing was measured, because something is missing here that the experiment needs. There is no
// lesson then.
func (r Result) Excused() bool {
	return len(r.Cells) > 0 && !slices.ContainsFunc(r.Cells, func(c Cell) bool { return !c.Excused() })
}

// failed tells whether a cell is empty because the experiment could not be brought to its end.
func (r Result) failed() bool {
	return slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.Status == Failed })
}

// In is the same result in the words of a language.
func (r Result) In(l *texts.Language) Result {
	r.Question, r.Claim = l.Text(textOf(r.Name, "question")), l.Text(textOf(r.Name, "claim"))
	r.Cells = slices.Clone(r.Cells)
	for i, c := range r.Cells {
		r.Cells[i].Predicted = c.Prediction.In(l, r.Name)
		switch {
		case c.Outcome != nil:
			r.Cells[i].Observed = c.Outcome.In(l, r.Name)
		default:
			r.Cells[i].Observed = l.Text("shared.statuses." + string(c.Status))
		}
	}
	r.Lesson = r.lesson(l)
	return r
}

// lesson says the sentences of the lesson. If one of them needs a number that was not measured, there is no lesson.
func (r Result) lesson(l *texts.Language) string {
	sentences := make([]string, len(r.Sentences))
	for i, name := range r.Sentences {
		sentences[i] = r.sentence(l, name)
		if strings.Contains(sentences[i], "{") { // a placeholder that was left
			sentences = nil
			break
		}
	}
	if len(sentences) == 0 {
		return l.Text("shared.lesson.not-measured")
	}
	return strings.Join(sentences, " ")
}

// sentence says one sentence of the lesson: the experiment's own, or one that several share. Its placeholders are
// measures: {session-redis.ms} of a scheme, {.ms} of the first scheme that has it, {sum.ms} of all schemes together.
func (r Result) sentence(l *texts.Language, name string) string {
	key := textOf(r.Name, name)
	if !l.Has(key) {
		key = "shared.lesson." + name
	}
	return l.Say(key, func(placeholder string) (texts.Value, bool) {
		scheme, measure, _ := strings.Cut(placeholder, ".")
		number, ok := r.measure(scheme, measure)
		return texts.Value{Number: number}, ok
	})
}

func (r Result) measure(scheme, name string) (number float64, ok bool) {
	for _, c := range r.Cells {
		value, has := c.Measures[name]
		switch {
		case !has:
		case scheme == "sum":
			number, ok = number+value, true
		case scheme == c.Scheme || scheme == "":
			return value, true
		}
	}
	return number, ok
}
