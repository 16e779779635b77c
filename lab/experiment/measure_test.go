package experiment

import (
	"slices"
	"testing"

	"authlab/lab/experiment/texts"
)

// TestEveryMeasureHasWords fails on a measure that people could not read, and on one that two texts would tell.
func TestEveryMeasureHasWords(t *testing.T) {
	// What these say, another measure of the experiment says: what is left, the same in hours, the last of a row.
	toldByAnother := []string{"round-robin.lost", "sticky.lost", "rolling-deploy.users_at_last", "expiry.busy_hours", "stale-role.hours",
		"stolen.hours_after", "script-reads.cookie_read"}
	for _, lang := range texts.Languages() {
		l := texts.Must(lang)
		for _, r := range recorded(t).Experiments {
			said := map[string]string{}
			for _, c := range r.Cells {
				for name := range c.Measures {
					m, ok := MeasureIn(l, r.Name, name)
					if ok == slices.Contains(toldByAnother, r.Name+"."+name) {
						t.Errorf("%s, %s: %s has words: %v", lang, r.Name, name, ok)
					}
					if other := said[m.Text]; ok && other != "" && other != name {
						t.Errorf("%s, %s: %s and %s are both %q", lang, r.Name, name, other, m.Text)
					}
					said[m.Text] = name
				}
			}
		}
	}
}

func TestAMeasureIsWrittenWithItsUnit(t *testing.T) {
	for _, tt := range []struct {
		experiment, name string
		x                float64
		en, es           string // empty: nothing was measured
		text             string
	}{
		{"http-forgets", "page_ms", 48.088, "48.1\u00a0ms", "48,1\u00a0ms", "one page"},
		{"size", "bytes_300", 5040, "5,040\u00a0B", "5040\u00a0B", "a request with 300 permissions"},
		{"size", "bytes_1", 235, "235\u00a0B", "235\u00a0B", "a request with 1 permission"},
		{"latency", "median_5ms", 5, "5\u00a0ms", "5\u00a0ms", "median time of a request, the store 5 ms away"},
		{"server-memory", "mb_for_10000_users", 0.5, "0.50\u00a0MB", "0,50\u00a0MB", "kept for 10,000 users"},
		{"redis-down", "status_after", 200, "200", "200", "answer when Redis is back"},
		{"stolen", "refresh_status", 0, "", "", "the thief's refresh after the logout"},
		{"csrf", "sent", 0, "no", "no", "does a browser send the credential by itself?"},
		{"csrf", "sent", 1, "yes", "sí", "does a browser send the credential by itself?"},
		{"forgery", "naive_attacks", 0, "0", "0", "attacks on the naive twin"},
	} {
		en, ok := MeasureIn(texts.Must(texts.English), tt.experiment, tt.name)
		if !ok || en.Text != tt.text || en.Say(tt.x) != tt.en {
			t.Errorf("%s of %s: %q %q, want %q %q", tt.name, tt.experiment, en.Text, en.Say(tt.x), tt.text, tt.en)
		}
		if es, ok := MeasureIn(texts.Must(texts.Spanish), tt.experiment, tt.name); !ok || es.Say(tt.x) != tt.es {
			t.Errorf("%s of %s: %q, want %q", tt.name, tt.experiment, es.Say(tt.x), tt.es)
		}
	}
	if m, ok := MeasureIn(texts.Must(texts.English), "sticky", "evil"); ok {
		t.Errorf("a measure that is none is %q", m.Text)
	}
}
