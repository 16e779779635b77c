package texts

import (
	"maps"
	"math"
	"slices"
	"testing"
	"time"
)

func TestBothLanguagesHaveTheSameTexts(t *testing.T) {
	en, es := Must(English), Must(Spanish)
	for _, pair := range [][2]*Language{{en, es}, {es, en}} {
		for _, key := range pair[0].Keys() {
			if !pair[1].Has(key) {
				t.Errorf("%s is there in %s and not in %s", key, pair[0].Name, pair[1].Name)
			}
			if pair[0].texts[key] == "" {
				t.Errorf("%s is empty in %s", key, pair[0].Name)
			}
		}
	}
}

// placeholders are the names in a text that values take the place of.
func placeholders(text string) []string {
	names := map[string]bool{}
	for _, found := range placeholder.FindAllStringSubmatch(text, -1) {
		names[found[1]] = true
	}
	return slices.Sorted(maps.Keys(names))
}

func TestBothLanguagesHaveTheSamePlaceholders(t *testing.T) {
	en, es := Must(English), Must(Spanish)
	for _, key := range en.Keys() {
		if one, other := placeholders(en.texts[key]), placeholders(es.texts[key]); !slices.Equal(one, other) {
			t.Errorf("%s has %q in English and %q in Spanish", key, one, other)
		}
	}
}

func TestEveryBraceBelongsToAPlaceholder(t *testing.T) {
	for _, name := range Languages() {
		for key, text := range Must(name).texts {
			for _, c := range placeholder.ReplaceAllString(text, "") {
				if c == '{' || c == '}' {
					t.Errorf("%s, %s: a placeholder is not written as one: %s", name, key, text)
				}
			}
		}
	}
}

func TestNumbersAreWrittenAsTheLanguageDoes(t *testing.T) {
	en, es := Must(English), Must(Spanish)
	for _, tt := range []struct {
		x      float64
		en, es string
	}{
		{0, "0", "0"},
		{999, "999", "999"},
		{1000, "1,000", "1000"},
		{12345, "12,345", "12\u202f345"},
		{1234567, "1,234,567", "1\u202f234\u202f567"},
		{0.0416, "0.042", "0,042"},
		{0.311, "0.31", "0,31"},
		{48.088, "48.1", "48,1"},
		{-209.7, "−210", "−210"},
		{1234.5678, "1,235", "1235"},
		{-12345, "−12,345", "−12\u202f345"},
		{math.NaN(), "–", "–"},
		{math.Inf(-1), "–", "–"},
	} {
		if gotEn, gotEs := en.Number(tt.x), es.Number(tt.x); gotEn != tt.en || gotEs != tt.es {
			t.Errorf("%v is %q and %q, want %q and %q", tt.x, gotEn, gotEs, tt.en, tt.es)
		}
	}
	for _, tt := range []struct {
		ms     int64
		en, es string
	}{
		{0, "0 ms", "0 ms"}, {999, "999 ms", "999 ms"}, {1000, "1.0 s", "1,0 s"}, {44776, "44.8 s", "44,8 s"},
	} {
		if gotEn, gotEs := en.Seconds(tt.ms), es.Seconds(tt.ms); gotEn != tt.en || gotEs != tt.es {
			t.Errorf("%d ms is %q and %q, want %q and %q", tt.ms, gotEn, gotEs, tt.en, tt.es)
		}
	}
	if got := en.Decimal(2637.4, 1) + " " + es.Decimal(2637.44, 2); got != "2,637.4 2637,44" {
		t.Errorf("with digits as asked: %q", got)
	}
}

func TestDatesAreWrittenAsTheLanguageDoes(t *testing.T) {
	for _, tt := range []struct {
		at     time.Time
		en, es string
	}{
		{time.Date(2026, time.March, 5, 14, 7, 0, 0, time.UTC), "5 March 2026, 14:07 UTC", "5 de marzo de 2026, 14:07 UTC"},
		{time.Date(1999, time.December, 31, 0, 0, 0, 0, time.UTC), "31 December 1999, 00:00 UTC", "31 de diciembre de 1999, 00:00 UTC"},
	} {
		if gotEn, gotEs := Must(English).Date(tt.at), Must(Spanish).Date(tt.at); gotEn != tt.en || gotEs != tt.es {
			t.Errorf("%s is %q and %q, want %q and %q", tt.at, gotEn, gotEs, tt.en, tt.es)
		}
	}
	for _, name := range Languages() {
		if months := Must(name).months; len(months) != 12 {
			t.Errorf("%s has %d months", name, len(months))
		}
	}
}

// with is a language that says only these texts.
func with(name string, said map[string]string) *Language {
	l := *Must(name)
	l.texts = said
	return &l
}

func TestSayPutsValuesInPlaceOfPlaceholders(t *testing.T) {
	values := func(name string) (Value, bool) {
		value, ok := map[string]Value{
			"none": {Number: 0}, "one": {Number: 1}, "part": {Number: 1.5}, "two": {Number: 2}, "many": {Number: 1234.56},
			"a.b-c": {Number: 3}, ".any": {Number: 4}, "name": {Text: "app-1", IsText: true}, "empty": {IsText: true}, "evil": {Text: "{one}", IsText: true},
		}[name]
		return value, ok
	}
	for text, want := range map[string][2]string{ // in English and in Spanish
		"nothing to fill":                     {"nothing to fill", "nothing to fill"},
		"{one} and {two}":                     {"1 and 2", "1 and 2"},
		"{many}, {many:0}, {many:1}":          {"1,235, 1,235, 1,234.6", "1235, 1235, 1234,6"},
		"{a.b-c}{.any}":                       {"34", "34"},
		"{name} is {empty}":                   {"app-1 is ", "app-1 is "},
		"{evil}":                              {"{one}", "{one}"}, // a value is not read for placeholders
		"{none|call|calls}, {one|call|calls}": {"calls, call", "calls, call"},
		"{two|a|b}{part|a|b}":                 {"bb", "bb"},
		"{two|only|}{one||many}":              {"", ""},
		"{missing} {missing:1} {missing|a|b}": {"{missing} {missing:1} {missing|a|b}", "{missing} {missing:1} {missing|a|b}"},
	} {
		for i, name := range Languages() {
			if got := with(name, map[string]string{"key": text}).Say("key", values); got != want[i] {
				t.Errorf("%s in %s: %q, want %q", text, name, got, want[i])
			}
		}
	}
}

func TestAMissingTextIsShownByItsKey(t *testing.T) {
	l := Must(English)
	if got := l.Say("experiments.none.question", func(string) (Value, bool) { return Value{}, true }); got != "experiments.none.question" {
		t.Errorf("said is %q", got)
	}
	if got := l.Text("experiments.none.claim"); got != "experiments.none.claim" || l.Has("experiments.none.claim") {
		t.Errorf("the text is %q", got)
	}
	if got := with(English, map[string]string{"key": "{n} calls"}).Text("key"); got != "{n} calls" {
		t.Errorf("a text whose values are missing: %q", got)
	}
}

func TestTheLanguageIsTheOneThatAReaderUnderstandsBest(t *testing.T) {
	for _, tt := range []struct {
		wanted []string
		want   string
	}{
		{nil, English},
		{[]string{""}, English},
		{[]string{"es"}, Spanish},
		{[]string{"es-MX,es;q=0.9,en;q=0.8"}, Spanish},
		{[]string{"en-GB", "es"}, English},
		{[]string{"fr", "es"}, Spanish},
		{[]string{"fr"}, English},
		{[]string{"not a language"}, English},
	} {
		if got := Best(tt.wanted...); got.Name != tt.want {
			t.Errorf("%q: %s, want %s", tt.wanted, got.Name, tt.want)
		}
	}
	if l, err := In("fr"); err == nil || l != nil {
		t.Errorf("there is no French: %v, %v", l, err)
	}
	for _, name := range Languages() {
		if l, err := In(name); err != nil || l.Name != name {
			t.Errorf("%s: %v, %v", name, l, err)
		}
	}
}
