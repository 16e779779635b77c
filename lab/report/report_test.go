package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"authlab/lab/experiment"
	"authlab/lab/report"
)

// measured is what a run measured once.
func measured(t *testing.T) experiment.Report {
	t.Helper()
	text, err := os.ReadFile("testdata/measured.json")
	if err != nil {
		t.Fatal(err)
	}
	var r experiment.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func page(r experiment.Report, lang string) report.Page {
	return report.Page{
		Report: r, Lang: lang, Users: 200, Date: time.Date(2026, time.March, 5, 14, 7, 0, 0, time.UTC),
		Machine: report.Machine{System: "linux/amd64", CPUs: 2, Go: "go1.26.0", Modules: []report.Module{{"github.com/golang-jwt/jwt/v5", "v5.3.1"}}},
	}
}

// one is a report with one experiment of one cell.
func one(cell experiment.Cell) experiment.Report {
	return experiment.Report{Target: "embedded", Replicas: 3, Experiments: []experiment.Result{{
		Name: "round-robin", Question: "Who?", Lesson: "He.", AsPredicted: cell.AsPredicted, Cells: []experiment.Cell{cell},
	}}}
}

func rendered(t *testing.T, form func(io.Writer, report.Page) error, p report.Page) string {
	t.Helper()
	var out bytes.Buffer
	if err := form(&out, p); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestThePageHasEveryExperimentAndPlotsInBothLanguages(t *testing.T) {
	r := measured(t)
	for _, lang := range report.Languages() {
		t.Run(lang, func(t *testing.T) {
			html := rendered(t, report.HTML, page(r, lang))
			wellFormed(t, html)
			for _, e := range r.Experiments {
				if strings.Count(html, `id="`+e.Name+`"`) != 1 || !strings.Contains(html, `href="#`+e.Name+`"`) {
					t.Errorf("%s has no section that is linked to", e.Name)
				}
			}
			for _, name := range []string{"http-forgets", "rolling-deploy", "scale-out", "one-address", "latency", "size"} {
				if figure := section(html, name); !strings.Contains(figure, `<svg viewBox="0 0 420`) || !strings.Contains(figure, "aria-label=") || !strings.Contains(figure, "<desc>") {
					t.Errorf("%s has no plot with a text alternative", name)
				}
			}
			if alien := regexp.MustCompile(`(?i)<script|<link|<img|<iframe|@import|url\(|src=|https?://|#[0-9A-F]{6};?(stroke|")`).FindAllString(html, -1); len(alien) > 0 {
				t.Errorf("the page asks for something, or a plot has a fixed colour: %q", alien)
			}
			if strings.Contains(html, "ZgotmplZ") {
				t.Error("the template refused something")
			}
		})
	}
}

// section is the part of a page about one experiment.
func section(html, name string) string {
	_, rest, _ := strings.Cut(html, `<article id="`+name+`"`)
	part, _, _ := strings.Cut(rest, "</article>")
	return part
}

// wellFormed reads the page as XML, which is stricter than HTML: everything that is opened is closed.
func wellFormed(t *testing.T, html string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(html))
	decoder.Entity = xml.HTMLEntity
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("not well formed: %v", err)
		}
	}
}

func TestASpanishPageHasNothingInEnglish(t *testing.T) {
	if html := rendered(t, report.HTML, page(measured(t), report.Spanish)); strings.Contains(html, `lang="en"`) {
		at := strings.Index(html, `lang="en"`)
		t.Errorf("something is in English: …%s…", html[max(at-200, 0):min(at+200, len(html))])
	}
}

func TestASurpriseIsSaidInWordsAndWithItsPrediction(t *testing.T) {
	r := one(experiment.Cell{Scheme: "session-memory", Predicted: "10/30", Observed: "12/30"})
	for lang, says := range map[string][]string{
		report.English: {"1 experiment with a surprise", "Predicted: 10/30", "(a surprise)", "✗"},
		report.Spanish: {"1 experimento con sorpresa", "Predicción: 10/30", "(sorpresa)", "✗"},
	} {
		html := rendered(t, report.HTML, page(r, lang))
		for _, want := range says {
			if !strings.Contains(html, want) {
				t.Errorf("%s: %q is not on the page", lang, want)
			}
		}
	}
}

func TestAnErrorIsToldOnce(t *testing.T) {
	r := one(experiment.Cell{Scheme: "session-memory", Predicted: "10/30", Observed: "not measured: log in: 503"})
	r.Experiments[0].Cells = append(r.Experiments[0].Cells, experiment.Cell{Scheme: "session-redis", Predicted: "30/30", Observed: "not measured: log in: 503"})
	for name, text := range map[string]string{
		"html": rendered(t, report.HTML, page(r, report.English)), "markdown": rendered(t, report.Markdown, page(r, report.English)),
	} {
		if strings.Count(text, "log in: 503") != 1 || strings.Count(text, "not measured") < 2 {
			t.Errorf("%s: the error is there %d times", name, strings.Count(text, "log in: 503"))
		}
	}
}

func TestAnIncompletePageSaysWhatIsMissing(t *testing.T) {
	p := page(one(experiment.Cell{Scheme: "session-memory", Predicted: "10/30", Observed: "10/30", AsPredicted: true}), report.English)
	p.Missing = []string{"sticky", "logout"}
	for name, text := range map[string]string{"html": rendered(t, report.HTML, p), "markdown": rendered(t, report.Markdown, p)} {
		for _, want := range []string{"Incomplete", "stopped after 1 of 3 experiments", "Not run: sticky, logout"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is not there", name, want)
			}
		}
	}
}

func TestHostileTextStaysText(t *testing.T) {
	const evil = `</td><script>alert(1)</script>"'|` + "`[x](javascript:1)\n| a | b |\n# h"
	r := one(experiment.Cell{Scheme: evil, Predicted: evil, Observed: evil, Measures: map[string]float64{evil: 1}})
	r.Target, r.Experiments[0].Question, r.Experiments[0].Lesson = evil, evil, evil
	for _, name := range []string{evil, "http-forgets"} { // the second has a plot
		r.Experiments[0].Name = name
		r.Experiments[0].Cells[0].Measures["page_ms"] = 1
		html := rendered(t, report.HTML, page(r, report.English))
		wellFormed(t, html)
		if strings.Contains(html, "<script") {
			t.Errorf("%.20q: there is a script on the page", name)
		}
		markdown := rendered(t, report.Markdown, page(r, report.English))
		if strings.Contains(markdown, "<script") || strings.Contains(markdown, "\n# h") || regexp.MustCompile(`[^\\]\]\(javascript`).MatchString(markdown) {
			t.Errorf("%.20q: something came through:\n%s", name, markdown)
		}
		tables(t, markdown)
	}
}

var cellBorder = regexp.MustCompile(`(^|[^\\])\|`)

// tables checks that all rows of each table have as many cells as its head.
func tables(t *testing.T, markdown string) (count int) {
	t.Helper()
	width := 0
	for line := range strings.Lines(markdown) {
		if !strings.HasPrefix(line, "|") {
			width = 0
			continue
		}
		n := len(cellBorder.FindAllString(strings.ReplaceAll(line, `\\`, ""), -1))
		if width == 0 {
			width = n
			count++
		}
		if n != width {
			t.Errorf("%d borders, and the head has %d: %s", n, width, line)
		}
	}
	return count
}

func TestMarkdownTablesAreWellFormed(t *testing.T) {
	r := measured(t)
	for _, lang := range report.Languages() {
		markdown := rendered(t, report.Markdown, page(r, lang))
		if n := tables(t, markdown); n != 1+2*len(r.Experiments) {
			t.Errorf("%s: %d tables of %d experiments", lang, n, len(r.Experiments))
		}
		for _, e := range r.Experiments {
			if !strings.Contains(markdown, "["+e.Name+"](#"+e.Name+")") || !strings.Contains(markdown, "\n## "+e.Name+"\n") {
				t.Errorf("%s: %s has no section that is linked to", lang, e.Name)
			}
		}
	}
}

func TestWithoutAllItsMeasuresThereIsNoPlot(t *testing.T) {
	r := measured(t)
	for i, e := range r.Experiments {
		for j := range e.Cells {
			for name := range e.Cells[j].Measures {
				if name == "page_ms" || name == "step_2" || name == "median_1ms" || name == "bytes_10" || name == "own_2" || name == "hash_moved" {
					delete(r.Experiments[i].Cells[j].Measures, name)
				}
			}
		}
	}
	if html := rendered(t, report.HTML, page(r, report.English)); strings.Contains(html, "<figure") {
		t.Error("a plot was drawn of what was not measured")
	}
}

func TestALanguageThatIsNotThereIsAnError(t *testing.T) {
	if err := report.HTML(io.Discard, page(measured(t), "fr")); err == nil {
		t.Error("there is no error")
	}
	if !slices.Contains(report.Languages(), report.Spanish) {
		t.Error("there is no Spanish")
	}
}
