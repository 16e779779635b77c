// Package experiment asks the questions and measures the answers.
//
//	prediction ──▶ run over real HTTP ──▶ measured cell for each scheme ──▶ as predicted? ──▶ lesson
//
// An experiment knows nothing of how a login is made. It is a client, or many, that talks HTTP to a Target, and breaks
// it by the Target's controls; so the same experiment runs on any target. Predictions stand in the code and are there
// before the run. A run that surprises fails.
package experiment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"authlab/lab/experiment/browser"
)

// The schemes, in the order in which tables show them.
const (
	Basic          = "basic"
	SessionMemory  = "session-memory"
	SessionRedis   = "session-redis"
	SessionCookie  = "session-cookie"
	TokenStateless = "token-stateless"
	TokenRevocable = "token-revocable"
	TokenCookie    = "token-cookie"
)

// Schemes lists all schemes in the order in which tables show them.
func Schemes() []string {
	return []string{Basic, SessionMemory, SessionRedis, SessionCookie, TokenStateless, TokenRevocable, TokenCookie}
}

// An Experiment is a question with a prediction for each scheme that it concerns.
type Experiment struct {
	Name     string
	Question string
	Claim    string // what is often said, and is tested here
	Browser  bool   // it needs a real browser
	// Predict says what each scheme will do on a target with so many replicas.
	Predict func(replicas int) map[string]string
	// Run does it, and notes what it observes with Bench.Observe.
	Run func(ctx context.Context, b *Bench) error
	// Lesson says in a sentence what was measured.
	Lesson func(r Result) string
}

// A Cell is one scheme's result in one experiment.
type Cell struct {
	Scheme      string             `json:"scheme"`
	Predicted   string             `json:"predicted"`
	Observed    string             `json:"observed"`
	AsPredicted bool               `json:"as_predicted"`
	Measures    map[string]float64 `json:"measures"`
}

// A Result is one experiment's measured answer.
type Result struct {
	Name        string `json:"name"`
	Question    string `json:"question"`
	Lesson      string `json:"lesson"`
	AsPredicted bool   `json:"as_predicted"`
	DurationMS  int64  `json:"duration_ms"`
	Cells       []Cell `json:"cells"`
}

// Measure returns one number that was measured for a scheme, or 0.
func (r Result) Measure(scheme, name string) float64 {
	for _, c := range r.Cells {
		if c.Scheme == scheme {
			return c.Measures[name]
		}
	}
	return 0
}

// Excused tells whether nothing was measured, because something is missing here that the experiment needs. There is no
// lesson then.
func (r Result) Excused() bool {
	return len(r.Cells) > 0 && !slices.ContainsFunc(r.Cells, func(c Cell) bool {
		return c.Observed != ErrNotOnTarget.Error() && c.Observed != browser.ErrNone.Error()
	})
}

const (
	notOnTarget = "not on this target"
	notMeasured = "not measured"
)

// excuse tells what is missing here that an experiment needs. It is said in the cell, and is no surprise.
func excuse(err error) (said string, ok bool) {
	for _, missing := range []error{ErrNotOnTarget, browser.ErrNone} {
		if errors.Is(err, missing) {
			return missing.Error(), true
		}
	}
	return "", false
}

// perform runs an experiment on a clean target.
func perform(ctx context.Context, target Target, replicas int, e Experiment) Result {
	start := time.Now()
	b := newBench(target, replicas)
	err := target.Reset(ctx)
	if err == nil {
		err = e.Run(ctx, b)
	}
	b.close()

	r := Result{Name: e.Name, Question: e.Question, AsPredicted: true}
	predicted := e.Predict(replicas)
	missing, excused := excuse(err)
	for _, scheme := range Schemes() {
		want, concerned := predicted[scheme]
		if !concerned {
			continue
		}
		c, measured := b.cells[scheme]
		if !measured {
			c = Cell{Observed: notMeasured}
			switch {
			case excused:
				c.Observed = missing
			case err != nil:
				c.Observed = fmt.Sprintf("%s: %v", notMeasured, err)
			}
		}
		c.Scheme, c.Predicted = scheme, want
		c.AsPredicted = c.Observed == want || (excused && c.Observed == missing)
		if c.Measures == nil {
			c.Measures = map[string]float64{}
		}
		r.AsPredicted = r.AsPredicted && c.AsPredicted
		r.Cells = append(r.Cells, c)
	}
	if err != nil && !excused {
		r.AsPredicted = false
	}
	r.DurationMS = time.Since(start).Milliseconds()
	r.Lesson = "It could not be measured here."
	if !r.Excused() {
		r.Lesson = e.Lesson(r)
	}
	return r
}

// always predicts the same for several schemes.
func always(prediction string, schemes ...string) map[string]string {
	predictions := map[string]string{}
	for _, scheme := range schemes {
		predictions[scheme] = prediction
	}
	return predictions
}

// with adds to predictions, or replaces some.
func with(predictions map[string]string, prediction string, schemes ...string) map[string]string {
	for _, scheme := range schemes {
		predictions[scheme] = prediction
	}
	return predictions
}

// whatever the number of replicas.
func whatever(predictions map[string]string) func(int) map[string]string {
	return func(int) map[string]string { return predictions }
}

// says is a lesson without numbers in it.
func says(lesson string) func(Result) string { return func(Result) string { return lesson } }

// except lists all schemes but some.
func except(schemes ...string) []string {
	return slices.DeleteFunc(Schemes(), func(s string) bool { return slices.Contains(schemes, s) })
}
