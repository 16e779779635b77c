package experiment

import (
	"cmp"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"authlab/lab/experiment/texts"
)

// recorded is what a run of all experiments measured: authlab run --json > testdata/measured.json.
func recorded(t *testing.T) Report {
	t.Helper()
	text, err := os.ReadFile("testdata/measured.json")
	if err != nil {
		t.Fatal(err)
	}
	var report Report
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatal(err)
	}
	for _, e := range All() {
		if !slices.ContainsFunc(report.Experiments, func(r Result) bool { return r.Name == e.Name }) {
			t.Fatalf("%s was not recorded", e.Name)
		}
	}
	for _, r := range report.Experiments {
		for _, c := range r.Cells {
			if c.Status != Measured || c.Outcome == nil || !c.AsPredicted {
				t.Errorf("%s of %s is recorded as %s, which teaches nothing", c.Scheme, r.Name, c.Status)
			}
		}
	}
	return report
}

// keyOf is the key of an outcome's text: the experiment's own, or else the one that all share.
func keyOf(experiment, outcome string) string {
	if own := textOf(experiment, "outcomes."+outcome); texts.Must(texts.English).Has(own) {
		return own
	}
	return "shared.outcomes." + outcome
}

// placeholdersOf are the names that a text asks for.
func placeholdersOf(l *texts.Language, key string) (names []string) {
	l.Say(key, func(name string) (texts.Value, bool) {
		names = append(names, name)
		return texts.Value{}, true
	})
	return names
}

func TestEveryOutcomeInTheSourceHasATextThatItFills(t *testing.T) {
	count := 0
	for _, file := range goFiles(t) {
		for _, s := range file.outcomes {
			count++
			found := false
			for _, e := range All() {
				if len(file.experiments) > 0 && !slices.Contains(file.experiments, e.Name) {
					continue
				}
				for _, lang := range texts.Languages() {
					l, key := texts.Must(lang), keyOf(e.Name, s.key)
					if !l.Has(key) {
						continue
					}
					found = true
					for _, name := range placeholdersOf(l, key) {
						if !slices.Contains(s.args, name) {
							t.Errorf("%s: %q fills %q, and %s asks for {%s} in %s", file.name, s.key, s.args, key, name, lang)
						}
					}
				}
			}
			if !found {
				t.Errorf("%s: there is no text for the outcome %q of %q", file.name, s.key, file.experiments)
			}
		}
	}
	if count < 60 {
		t.Errorf("only %d outcomes were found in the source", count)
	}
}

// usedKeys are the keys of all texts that an experiment, a prediction, a choice, a recorded result or the source says.
func usedKeys(t *testing.T) map[string]bool {
	t.Helper()
	used := map[string]bool{}
	for _, status := range []Status{Measured, NotOnTarget, NoBrowser, Failed} {
		used["shared.statuses."+string(status)] = true
	}
	for _, e := range All() {
		used[textOf(e.Name, "question")], used[textOf(e.Name, "claim")], used[textOf(e.Name, "lesson")] = true, true, true
		for _, o := range possible(e) {
			useOutcome(used, e.Name, o)
		}
	}
	for _, r := range recorded(t).Experiments {
		for _, c := range r.Cells {
			if c.Outcome != nil {
				useOutcome(used, r.Name, *c.Outcome)
			}
			for name := range c.Measures {
				used[measureKey(texts.Must(texts.English), r.Name, name)] = true
			}
		}
	}
	for _, file := range goFiles(t) {
		for _, e := range All() {
			if len(file.experiments) > 0 && !slices.Contains(file.experiments, e.Name) {
				continue
			}
			for text := range file.literals {
				used[text] = true // a whole key
				if !strings.Contains(text, ".") {
					used[textOf(e.Name, text)], used["shared.lesson."+text] = true, true // a sentence
				}
			}
			for _, s := range file.outcomes {
				used[keyOf(e.Name, s.key)] = true
			}
		}
	}
	for _, sign := range Signs() {
		used["shared.meanings."+sign.Name] = true
	}
	return used
}

// possible are the outcomes that an experiment predicts, and those that readers choose from.
func possible(e Experiment) (outcomes []Outcome) {
	for _, replicas := range []int{1, 2, 3, 16} {
		for _, o := range e.Predict(replicas) {
			outcomes = append(outcomes, o)
		}
		if e.Choices != nil {
			outcomes = append(outcomes, e.Choices(replicas)...)
		}
	}
	return outcomes
}

func useOutcome(used map[string]bool, experiment string, o Outcome) {
	used[keyOf(experiment, o.Key)] = true
	for _, part := range o.Of {
		useOutcome(used, experiment, part)
	}
}

func TestNoTextIsUnused(t *testing.T) {
	used := usedKeys(t)
	for _, lang := range texts.Languages() {
		for _, key := range texts.Must(lang).Keys() {
			if (strings.HasPrefix(key, "experiments.") || strings.HasPrefix(key, "shared.")) && !used[key] {
				t.Errorf("%s is said by no experiment (%s)", key, lang)
			}
		}
	}
}

// sentencesOf are the names of all sentences that an experiment may say: its own, and those that several share.
func sentencesOf(experiment string) (own, shared []string) {
	for _, key := range texts.Must(texts.English).Keys() {
		if name, ok := strings.CutPrefix(key, textOf(experiment, "")); ok && strings.HasPrefix(name, "lesson") {
			own = append(own, name)
		}
		if name, ok := strings.CutPrefix(key, "shared.lesson."); ok {
			shared = append(shared, name)
		}
	}
	return own, shared
}

// sentenceOf says one sentence of a result's lesson.
func sentenceOf(r Result, l *texts.Language, name string) string {
	r.Sentences = []string{name}
	return r.In(l).Lesson
}

// saidWhole tells whether nothing is missing in what was said: no text, no value, no measure.
func saidWhole(l *texts.Language, said string) bool {
	return said != "" && said != l.Text("shared.lesson.not-measured") && !strings.ContainsAny(said, "{}") &&
		!strings.Contains(said, "shared.") && !strings.Contains(said, "experiments.")
}

func TestEveryTextIsSaidInBothLanguages(t *testing.T) {
	en, es := texts.Must(texts.English), texts.Must(texts.Spanish)
	compare := func(what, english, spanish string) {
		t.Helper()
		if !saidWhole(en, english) || !saidWhole(es, spanish) {
			t.Errorf("%s is not whole:\n%s\n%s", what, english, spanish)
		}
		if one, other := numbersIn(english, ".", ","), numbersIn(spanish, ",", "\u202f"); !slices.Equal(one, other) {
			t.Errorf("%s: %q in English and %q in Spanish:\n%s\n%s", what, one, other, english, spanish)
		}
	}
	sharedWhole := map[string]bool{}
	for _, r := range recorded(t).Experiments {
		english, spanish := r.In(en), r.In(es)
		compare(r.Name+": question", english.Question, spanish.Question)
		compare(r.Name+": claim", english.Claim, spanish.Claim)
		compare(r.Name+": lesson", english.Lesson, spanish.Lesson)
		for i, c := range english.Cells {
			compare(r.Name+": predicted for "+c.Scheme, c.Predicted, spanish.Cells[i].Predicted)
			compare(r.Name+": observed of "+c.Scheme, c.Observed, spanish.Cells[i].Observed)
		}
		own, shared := sentencesOf(r.Name)
		if len(own) == 0 {
			t.Errorf("%s has no lesson", r.Name)
		}
		for _, name := range own { // also those that did not fit what was measured this time
			compare(r.Name+": "+name, sentenceOf(r, en, name), sentenceOf(r, es, name))
		}
		for _, name := range shared {
			whole := saidWhole(en, sentenceOf(r, en, name)) && saidWhole(es, sentenceOf(r, es, name))
			sharedWhole[name] = sharedWhole[name] || whole || name == "not-measured"
		}
	}
	for name, whole := range sharedWhole {
		if !whole {
			t.Errorf("no recorded result fills the sentence %q, which all share", name)
		}
	}
	for _, e := range All() {
		for _, o := range possible(e) {
			compare(e.Name+": "+o.String(), o.In(en, e.Name), o.In(es, e.Name))
		}
	}
}

// numbersIn are the numbers in a text, sorted, without what groups digits and with a point.
func numbersIn(text, decimal, thousands string) []string {
	text = regexp.MustCompile(`(\d)`+thousands+`(\d{3})`).ReplaceAllString(text, "$1$2")
	found := regexp.MustCompile(`\d+([`+decimal+`]\d+)?`).FindAllString(text, -1)
	for i := range found {
		found[i] = strings.ReplaceAll(found[i], decimal, ".")
	}
	slices.SortFunc(found, cmp.Compare)
	return found
}
