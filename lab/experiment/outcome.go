package experiment

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"authlab/lab/experiment/texts"
)

// An Outcome is what became of one scheme in one experiment: a key of the catalogue, with its arguments. Predictions are
// outcomes too, and comparing is comparing data.
type Outcome struct {
	Key   string             `json:"key"`
	Means Meaning            `json:"means,omitempty"`
	Args  map[string]float64 `json:"args,omitempty"`
	Names map[string]string  `json:"names,omitempty"` // arguments that are the same in every language
	Of    []Outcome          `json:"of,omitempty"`    // what it is composed of: {1}, {2} and {all} in the catalogue
}

// A Meaning says what an outcome is for the person whose login it is, so that it can be shown by shape and colour.
type Meaning string

// The meanings. An outcome without one is only a difference, neither good nor bad.
const (
	Kept      Meaning = "kept"      // the login lives, or an attacker is refused
	Lost      Meaning = "lost"      // the person has to log in again
	CantTell  Meaning = "cant-tell" // 503: no answer now, and nothing lost
	Dangerous Meaning = "dangerous" // a credential is good that should not be
	Costs     Meaning = "costs"     // it works, and is paid for in requests, time or bytes
)

// says makes an outcome of this meaning. Arguments are given as name, value, name, value; a value is an int, a float64 or
// a string.
func (m Meaning) says(key string, args ...any) Outcome {
	o := Outcome{Key: key, Means: m}
	for i := 0; i < len(args); i += 2 {
		name := args[i].(string)
		switch value := args[i+1].(type) {
		case string:
			if o.Names == nil {
				o.Names = map[string]string{}
			}
			o.Names[name] = value
		default:
			if o.Args == nil {
				o.Args = map[string]float64{}
			}
			o.Args[name] = reflect.ValueOf(value).Convert(reflect.TypeFor[float64]()).Float()
		}
	}
	return o
}

// composed makes an outcome out of others. It means what the gravest of them means, unless m says more.
func (m Meaning) composed(key string, of ...Outcome) Outcome {
	if m == "" {
		for _, part := range of {
			if slices.Index(gravity, part.Means) > slices.Index(gravity, m) {
				m = part.Means
			}
		}
	}
	return Outcome{Key: key, Means: m, Of: of}
}

// gravity orders the meanings, the gravest last.
var gravity = []Meaning{"", Kept, Costs, CantTell, Lost, Dangerous}

// Equal tells whether two outcomes are the same data.
func (o Outcome) Equal(other Outcome) bool { return reflect.DeepEqual(o, other) }

// In says the outcome of an experiment in a language: in the experiment's own words, or in those that all share.
func (o Outcome) In(l *texts.Language, experiment string) string {
	key := "experiments." + experiment + ".outcomes." + o.Key
	if !l.Has(key) {
		key = "shared.outcomes." + o.Key
	}
	return l.Say(key, func(name string) (texts.Value, bool) {
		if number, ok := o.Args[name]; ok {
			return texts.Value{Number: number}, true
		}
		if text, ok := o.Names[name]; ok {
			return texts.Value{Text: text, IsText: true}, true
		}
		return o.part(l, experiment, name)
	})
}

// part says one of the outcomes that this one is composed of, or all of them.
func (o Outcome) part(l *texts.Language, experiment, name string) (texts.Value, bool) {
	if name == "all" {
		var all string
		for i, part := range o.Of {
			if i > 0 {
				all += ", "
			}
			all += part.In(l, experiment)
		}
		return texts.Value{Text: all, IsText: true}, len(o.Of) > 0
	}
	i, err := strconv.Atoi(name)
	if err != nil || i < 1 || i > len(o.Of) {
		return texts.Value{}, false
	}
	return texts.Value{Text: o.Of[i-1].In(l, experiment), IsText: true}, true
}

// String is for error messages and tests.
func (o Outcome) String() string {
	text, err := json.Marshal(o)
	if err != nil {
		return fmt.Sprintf("%#v", o)
	}
	return string(text)
}
