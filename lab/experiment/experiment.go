// Package experiment asks the questions and measures the answers.
//
//	prediction ──▶ run over real HTTP ──▶ measured cell for each scheme ──▶ as predicted? ──▶ lesson
//
// An experiment knows nothing of how a server makes a login. It is one client or many, which send HTTP requests to a Target
// and break something by the Target's controls; so the same experiment runs on any target. The predictions stand in the
// code, before the run. A result that differs from its prediction is a failure.
package experiment

import (
	"context"
	"slices"

	"authlab/lab/experiment/texts"
	"authlab/web/scheme"
)

// The schemes, by the names of the one table.
const (
	Basic          = scheme.Basic
	SessionMemory  = scheme.SessionMemory
	SessionRedis   = scheme.SessionRedis
	SessionCookie  = scheme.SessionCookie
	TokenStateless = scheme.TokenStateless
	TokenRevocable = scheme.TokenRevocable
	TokenCookie    = scheme.TokenCookie

	SessionBound    = scheme.SessionBound
	TokenBound      = scheme.TokenBound
	TokenBoundLocal = scheme.TokenBoundLocal

	SessionPostgres    = scheme.SessionPostgres
	SessionCached      = scheme.SessionCached
	BackendForFrontend = scheme.BackendForFrontend
)

// Schemes lists the seven schemes in the order in which tables show them.
func Schemes() []string { return namesOf(scheme.All()) }

// EveryScheme lists those beside the seven too, which take part in a few experiments alone.
func EveryScheme() []string {
	return namesOf(slices.Concat(scheme.All(), scheme.Beside(), scheme.Mixed()))
}

func namesOf(rows []scheme.Scheme) (names []string) {
	for _, s := range rows {
		names = append(names, s.Name)
	}
	return names
}

// An Experiment is a question with a prediction for each scheme that it concerns. What it says stands in the catalogue
// (package texts) under its name: question, claim, outcomes, lesson.
type Experiment struct {
	Name    string
	Browser bool // it needs a real browser
	// Predicted says what each scheme will do. PredictedFor says it where that depends on how many replicas there are.
	Predicted    Predictions
	PredictedFor func(replicas int) Predictions
	// Choices are the outcomes among which a reader predicts. nil: no page asks for a prediction.
	Choices func(replicas int) []Outcome
	// Run does it, and notes what it observes with Trial.Observe.
	Run func(ctx context.Context, trial *Trial) error
	// Lesson names the sentences that are added to the one named "lesson", because they fit what was measured. Empty names
	// do not count.
	Lesson func(r Result) []string
}

// Predictions are outcomes by scheme.
type Predictions map[string]Outcome

// Predict says what each scheme will do on a target with so many replicas.
func (e Experiment) Predict(replicas int) Predictions {
	if e.PredictedFor != nil {
		return e.PredictedFor(replicas)
	}
	return e.Predicted
}

// sentences names all sentences of the lesson, in order.
func (e Experiment) sentences(r Result) []string {
	names := []string{"lesson"}
	if e.Lesson != nil {
		names = append(names, e.Lesson(r)...)
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

// either is the first sentence if it fits, and else the second.
func either(fits bool, sentence, other string) string {
	if fits {
		return sentence
	}
	return other
}

// Question is what the experiment asks, in a language.
func (e Experiment) Question(l *texts.Language) string { return l.Text(textOf(e.Name, "question")) }

// Claim is what is often said, and is tested here.
func (e Experiment) Claim(l *texts.Language) string { return l.Text(textOf(e.Name, "claim")) }

// textOf is the key of one of an experiment's own texts.
func textOf(experiment, name string) string { return "experiments." + experiment + "." + name }

// these are the choices that do not depend on the number of replicas.
func these(choices ...Outcome) func(int) []Outcome { return func(int) []Outcome { return choices } }

// except lists all schemes but some.
func except(schemes ...string) []string {
	return slices.DeleteFunc(Schemes(), func(s string) bool { return slices.Contains(schemes, s) })
}
