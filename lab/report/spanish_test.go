package report

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"authlab/lab/experiment"
)

func TestBothLanguagesHaveTheSameWords(t *testing.T) {
	for lang, w := range languages {
		v := reflect.ValueOf(w)
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("%s has no %s", lang, v.Type().Field(i).Name)
			}
		}
		if len(w.months) != 12 || w.Lang != lang {
			t.Errorf("%s has %d months and calls itself %s", lang, len(w.months), w.Lang)
		}
	}
}

func TestEveryExperimentIsInSpanish(t *testing.T) {
	for _, e := range experiment.All() {
		es := spanish[e.Name]
		if es.question == "" || es.claim == "" || es.lesson == nil {
			t.Errorf("%s has no Spanish question, claim and lesson", e.Name)
		}
	}
	for name := range spanish {
		if _, err := experiment.Named(name); err != nil {
			t.Errorf("in Spanish there is an experiment that there is not: %v", err)
		}
	}
}

func TestEveryPredictionIsInSpanish(t *testing.T) {
	for _, e := range experiment.All() {
		for replicas := 1; replicas <= 4; replicas++ {
			for scheme, text := range e.Predict(replicas) {
				if es, known := inSpanish(text); !known {
					t.Errorf("%s of %s: %q is not known in Spanish", scheme, e.Name, text)
				} else if es == "" {
					t.Errorf("%s of %s: %q became nothing", scheme, e.Name, text)
				}
			}
		}
	}
}

// numbers are what a lesson has measured: without what groups digits, and with a point.
func numbers(text, decimal, thousands string) []string {
	if thousands != "" {
		text = regexp.MustCompile(`(\d)[`+thousands+`](\d{3})`).ReplaceAllString(text, "$1$2")
	}
	found := regexp.MustCompile(`\d+([`+decimal+`]\d+)?`).FindAllString(text, -1)
	for i := range found {
		found[i] = strings.ReplaceAll(found[i], decimal, ".")
	}
	slices.Sort(found)
	return found
}

// TestLessonsHaveTheSameNumbers fails when an English lesson has come to tell something else.
func TestLessonsHaveTheSameNumbers(t *testing.T) {
	text, err := os.ReadFile("testdata/measured.json")
	if err != nil {
		t.Fatal(err)
	}
	var run experiment.Report
	if err := json.Unmarshal(text, &run); err != nil {
		t.Fatal(err)
	}
	for _, r := range run.Experiments {
		all, err := experiment.Named(r.Name)
		if err != nil {
			t.Error(err)
			continue
		}
		en, es := all[0].Lesson(r), spanish[r.Name].lesson(measured{r})
		if want, got := numbers(en, ".", ","), numbers(es, ",", castilian.thousands); !slices.Equal(want, got) {
			t.Errorf("%s: %v in English, %v in Spanish\n  %s\n  %s", r.Name, want, got, en, es)
		}
	}
}

func TestNumbersAreWrittenAsTheLanguageDoes(t *testing.T) {
	for _, tt := range []struct {
		x      float64
		en, es string
	}{
		{0, "0", "0"}, {1000, "1,000", "1000"}, {12345, "12,345", "12\u202f345"}, {0.0416, "0.042", "0,042"}, {0.311, "0.31", "0,31"},
		{48.088, "48.1", "48,1"}, {-209.7, "−210", "−210"}, {1234.5, "1,235", "1235"},
	} {
		if en, es := english.Number(tt.x), castilian.Number(tt.x); en != tt.en || es != tt.es {
			t.Errorf("%v is %q and %q, want %q and %q", tt.x, en, es, tt.en, tt.es)
		}
	}
}

func TestNamesAreInTheOrderThatPeopleExpect(t *testing.T) {
	names := []string{"step_10", "step_2", "b", "step_1", "step", "median_10ms", "median_5ms"}
	slices.SortFunc(names, compareNatural)
	if want := []string{"b", "median_5ms", "median_10ms", "step", "step_1", "step_2", "step_10"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
}
