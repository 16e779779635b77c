package experiment

import (
	"encoding/json"
	"testing"

	"authlab/lab/experiment/texts"
)

func TestOutcomesAreEqualIfTheirDataIs(t *testing.T) {
	for name, tt := range map[string]struct {
		one, other Outcome
		want       bool
	}{
		"the same":                  {stays(), Kept.says("stays"), true},
		"another key":               {stays(), Kept.says("none"), false},
		"another meaning":           {stays(), Meaning("").says("stays"), false},
		"the same numbers":          {known(10, 30), Lost.says("known", "total", 30.0, "known", int64(10)), true},
		"another number":            {known(10, 30), known(11, 30), false},
		"another name for a number": {Costs.says("x", "a", 1), Costs.says("x", "b", 1), false},
		"a number and none":         {Costs.says("x", "a", 0), Costs.says("x"), false},
		"the same word":             {Costs.says("x", "a", "word"), Costs.says("x", "a", "word"), true},
		"another word":              {Costs.says("x", "a", "word"), Costs.says("x", "a", "words"), false},
		"a word and a number":       {Costs.says("x", "a", "1"), Costs.says("x", "a", 1), false},
		"composed alike":            {Kept.composed("either", stays(), loggedOut()), Kept.composed("either", stays(), loggedOut()), true},
		"composed in another order": {Kept.composed("either", stays(), loggedOut()), Kept.composed("either", loggedOut(), stays()), false},
		"composed of more":          {Kept.composed("list", stays()), Kept.composed("list", stays(), stays()), false},
		"a part differs":            {Kept.composed("list", known(1, 3)), Kept.composed("list", known(2, 3)), false},
		"composed and plain":        {Kept.composed("stays"), stays(), true},
	} {
		if got := tt.one.Equal(tt.other); got != tt.want || tt.other.Equal(tt.one) != tt.want {
			t.Errorf("%s: %s and %s are equal: %v", name, tt.one, tt.other, got)
		}
		text, err := json.Marshal(tt.one)
		if err != nil {
			t.Fatal(err)
		}
		var read Outcome
		if err := json.Unmarshal(text, &read); err != nil || !read.Equal(tt.one) {
			t.Errorf("%s: %s was read as %s, %v", name, text, read, err)
		}
	}
}

func TestOutcomesAreSaidInBothLanguages(t *testing.T) {
	for _, tt := range []struct {
		experiment string
		outcome    Outcome
		en, es     string
	}{
		{"redis-down", stays(), "stays", "sigue dentro"},
		{"redis-down", loginOutcome(401), "logged out", "pierde la sesión"},
		{"redis-down", loginOutcome(503), "503", "503"},
		{"round-robin", known(10, 30), "10/30", "10/30"},
		{"logout", goodUntilExp(), "200 until exp", "200 hasta exp"}, // the experiment's own words
		{"store-lookups", commands(1000), "1,000", "1000"},
		{"store-lookups", commands(12345), "12,345", "12\u202f345"},
		{"other-service", reported(0.5, 200), "0.5 / works", "0,5 / funciona"},
		{"rolling-deploy", Lost.howMany(0, 9), "none", "ninguno"},
		{"rolling-deploy", Lost.howMany(4, 9), "4 of 9", "4 de 9"},
		{"rolling-deploy", Lost.howMany(9, 9), "all", "todos"},
		{"tamper", Dangerous.tally(map[int]int{401: 95}), "401", "401"},
		{"tamper", Dangerous.tally(map[int]int{401: 94, 200: 1}), "200 ×1, 401 ×94", "200 ×1, 401 ×94"},
		{"tamper", Kept.says("status", "status", "a word"), "a word", "a word"},

		{"scale-out", underEach(many(), Kept.says("none")), "many / none", "muchos / ninguno"},
		{"scale-out", underEach(many(), many()), "many", "muchos"},
		{"reference-or-value", leaves(sessionID(), 2), "ID, 2 records", "ID, 2 registros"},
		{"refresh-reuse", replay{503, 200}.outcome(), "503, then 200", "503 y luego 200"},
		{"size", growsTo(8), "grows to 8 KB", "crece hasta 8\u00a0KB"},
		{"redis-back", Kept.composed("then", stays(), Kept.composed("list", stays(), loggedOut())),
			"stays; stays, logged out", "sigue dentro; sigue dentro, pierde la sesión"},

		// What is missing is shown.
		{"logout", Kept.says("no-such-key"), "shared.outcomes.no-such-key", "shared.outcomes.no-such-key"},
		{"no-such-experiment", stays(), "stays", "sigue dentro"},
		{"round-robin", Kept.says("known", "known", 10), "10/{total}", "10/{total}"},
		{"scale-out", Kept.composed("either", stays()), "stays / {2}", "sigue dentro / {2}"},
		{"scale-out", Kept.composed("list"), "{all}", "{all}"},
	} {
		for lang, want := range map[string]string{texts.English: tt.en, texts.Spanish: tt.es} {
			if got := tt.outcome.In(texts.Must(lang), tt.experiment); got != want {
				t.Errorf("%s of %s in %s: %q, want %q", tt.outcome, tt.experiment, lang, got, want)
			}
		}
	}
}

func TestOutcomesMeanWhatTheyAreForThePerson(t *testing.T) {
	for name, tt := range map[string]struct {
		outcome Outcome
		want    Meaning
	}{
		"logged in":                   {loginOutcome(200), Kept},
		"logged out":                  {loginOutcome(401), Lost},
		"no store":                    {loginOutcome(503), CantTell},
		"no replica":                  {loginOutcome(502), CantTell},
		"another status":              {loginOutcome(418), ""},
		"all requests known":          {known(30, 30), Kept},
		"all requests but one":        {known(29, 30), Lost},
		"none of the people":          {Dangerous.howMany(0, 9), Kept},
		"some of the people":          {Dangerous.howMany(1, 9), Dangerous},
		"all people":                  {Dangerous.howMany(9, 9), Dangerous},
		"always the same status":      {Dangerous.tally(map[int]int{200: 9}), Dangerous},
		"several statuses":            {Dangerous.tally(map[int]int{200: 9, 401: 1}), Dangerous},
		"composed of nothing":         {Meaning("").composed("list"), ""},
		"composed of one and nothing": {Meaning("").composed("list", Meaning("").says("none"), loggedOut()), Lost},
		"one logged out, one kept":    {Meaning("").composed("list", stays(), loggedOut()), Lost},
		"one dangerous among others":  {Meaning("").composed("list", loggedOut(), stillGood(), status(503)), Dangerous},
		"paid for, and kept":          {Meaning("").composed("list", commands(1), stays()), Costs},
		"composed, and told what":     {CantTell.composed("either", stays(), loggedOut()), CantTell},
	} {
		if tt.outcome.Means != tt.want {
			t.Errorf("%s: %s means %q, want %q", name, tt.outcome, tt.outcome.Means, tt.want)
		}
	}
}
