package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"authlab/lab/experiment"
	"authlab/lab/experiment/texts"
	"authlab/lab/report"
)

// measured is what a run measured once.
func measured(t *testing.T) experiment.Report {
	t.Helper()
	text, err := os.ReadFile("../experiment/testdata/measured.json")
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

// one is a report with one experiment of these cells.
func one(cells ...experiment.Cell) experiment.Report {
	return experiment.Report{Target: "embedded", Replicas: 3, Experiments: []experiment.Result{{
		Name: "round-robin", AsPredicted: !slices.ContainsFunc(cells, func(c experiment.Cell) bool { return !c.AsPredicted }), Cells: cells,
	}}}
}

// known is an outcome: so many of 30 requests.
func known(n float64, means experiment.Meaning) experiment.Outcome {
	return experiment.Outcome{Key: "known", Means: means, Args: map[string]float64{"known": n, "total": 30}}
}

func asPredicted() experiment.Cell {
	lost := known(10, experiment.Lost)
	return experiment.Cell{Scheme: experiment.SessionMemory, Status: experiment.Measured, Prediction: lost, Outcome: &lost, AsPredicted: true}
}

func surprising() experiment.Cell {
	c := asPredicted()
	c.Prediction, c.AsPredicted = known(12, experiment.Lost), false
	return c
}

func failed(scheme, why string) experiment.Cell {
	return experiment.Cell{Scheme: scheme, Status: experiment.Failed, Failure: why, Prediction: known(30, experiment.Kept)}
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
	for _, lang := range texts.Languages() {
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

func TestAPageIsInItsLanguage(t *testing.T) {
	r := measured(t)
	for _, lang := range texts.Languages() {
		text := html.UnescapeString(rendered(t, report.HTML, page(r, lang)))
		for _, e := range r.Experiments {
			for _, other := range texts.Languages() {
				told := e.In(texts.Must(other))
				for _, sentence := range []string{told.Question, told.Claim, told.Lesson} {
					if strings.Contains(text, sentence) != (other == lang) {
						t.Errorf("%s: %q is of the page in %s: %v", e.Name, sentence, lang, other != lang)
					}
				}
			}
		}
	}
}

// TestEveryTextOfTheReportIsOnAPage fails on a text that is missing, that no page shows, or whose placeholders stay empty.
func TestEveryTextOfTheReportIsOnAPage(t *testing.T) {
	notHere := experiment.Cell{Scheme: experiment.SessionCookie, Status: experiment.NotOnTarget, Prediction: known(30, experiment.Kept), AsPredicted: true}
	missing := page(one(surprising(), failed(experiment.SessionRedis, "log in: 503"), notHere), "")
	missing.Missing, missing.OwnRedis, missing.Films = []string{"sticky"}, true, "index.html"
	record(t, missing.Report)
	for _, lang := range texts.Languages() {
		all := ""
		for _, p := range []report.Page{page(measured(t), lang), missing} {
			p.Lang = lang
			all += html.UnescapeString(rendered(t, report.HTML, p))
		}
		if found := regexp.MustCompile(`\b(report|shared|experiments)\.[a-z-]+|\{[^{}\s]*\}`).FindAllString(text(all), -1); len(found) > 0 {
			t.Errorf("%s: there is no text or no number for %q", lang, found)
		}
		l := texts.Must(lang)
		for _, key := range l.Keys() {
			if strings.HasPrefix(key, "report.") && !pattern(l.Text(key)).MatchString(all) {
				t.Errorf("%s: no page says %s: %q", lang, key, l.Text(key))
			}
		}
	}
}

// text is a page without its style.
func text(html string) string {
	head, rest, _ := strings.Cut(html, "<style>")
	_, body, _ := strings.Cut(rest, "</style>")
	if strings.Contains(body, "<style>") {
		body = text(body)
	}
	return head + body
}

// pattern matches a text with any numbers for its placeholders.
func pattern(text string) *regexp.Regexp {
	text = regexp.QuoteMeta(text)
	text = regexp.MustCompile(`\\\{[a-z]+\\\|([^|]*)\\\|([^|}]*)\\\}`).ReplaceAllString(text, "($1|$2)")
	return regexp.MustCompile(regexp.MustCompile(`\\\{[a-z]+\\\}`).ReplaceAllString(text, `\d+`))
}

func TestASurpriseIsSaidInWordsAndWithItsPrediction(t *testing.T) {
	for lang, says := range map[string][]string{
		texts.English: {"≠ 1 experiment with a surprise", "Predicted: 12/30", "a surprise"},
		texts.Spanish: {"≠ 1 experimento con sorpresa", "Predicción: 12/30", "sorpresa"},
	} {
		for name, form := range map[string]func(io.Writer, report.Page) error{"html": report.HTML, "markdown": report.Markdown} {
			surprise, not := rendered(t, form, page(one(surprising()), lang)), rendered(t, form, page(one(asPredicted()), lang))
			for _, want := range says[:2] {
				if !strings.Contains(surprise, want) || strings.Contains(not, want) {
					t.Errorf("%s, %s: %q is not where it should be", lang, name, want)
				}
			}
			if strings.Count(surprise, "≠") <= strings.Count(not, "≠") || strings.Count(surprise, says[2]) <= strings.Count(not, says[2]) {
				t.Errorf("%s, %s: the cell does not say that it is a surprise", lang, name)
			}
		}
	}
}

// TestNoNameOfAMeasureIsShown looks for the names that programs use, in what people read.
func TestNoNameOfAMeasureIsShown(t *testing.T) {
	r := measured(t)
	names := map[string]bool{}
	for _, e := range r.Experiments {
		for _, c := range e.Cells {
			for name := range c.Measures {
				if strings.Contains(name, "_") {
					names[name] = true
				}
			}
		}
	}
	if len(names) < 100 {
		t.Fatalf("only %d measures have such names", len(names))
	}
	for _, lang := range texts.Languages() {
		for name, form := range map[string]func(io.Writer, report.Page) error{"html": report.HTML, "markdown": report.Markdown} {
			shown := strings.ReplaceAll(rendered(t, form, page(r, lang)), `\_`, "_")
			for _, word := range regexp.MustCompile(`[a-z0-9]+(_[a-z0-9]+)+`).FindAllString(shown, -1) {
				if names[word] {
					t.Errorf("%s, %s: the page says %q", lang, name, word)
				}
			}
		}
	}
}

func TestTheSummaryCountsAnswers(t *testing.T) {
	notHere := experiment.Cell{Scheme: experiment.SessionCookie, Status: experiment.NoBrowser, AsPredicted: true}
	for name, tt := range map[string]struct {
		cells     []experiment.Cell
		want, not []string
	}{
		"all as predicted": {[]experiment.Cell{asPredicted(), asPredicted()}, []string{"2 answers over", "2 of 2", "none."}, []string{"1 could not be measured", "with a surprise"}},
		"one is not":       {[]experiment.Cell{asPredicted(), surprising()}, []string{"2 answers over", "1 of 2", "session-memory: 10/30 (Predicted: 12/30)"}, []string{"none."}},
		"one broke off":    {[]experiment.Cell{asPredicted(), failed(experiment.SessionRedis, "503")}, []string{"1 answer over", "1 of 2", "session-redis: not measured"}, nil},
		"one cannot be":    {[]experiment.Cell{asPredicted(), notHere}, []string{"1 answer over", "1 of 1", "none.", "1 could not be measured here"}, nil},
	} {
		shown := rendered(t, report.HTML, page(one(tt.cells...), texts.English))
		for _, want := range tt.want {
			if !strings.Contains(shown, want) {
				t.Errorf("%s: %q is not there", name, want)
			}
		}
		for _, not := range tt.not {
			if strings.Contains(shown, not) {
				t.Errorf("%s: %q is there", name, not)
			}
		}
	}
}

// record gives the first experiment a recording. A report needs to know only that there is one.
func record(t *testing.T, r experiment.Report) {
	t.Helper()
	if err := json.Unmarshal([]byte(`{"recording":{}}`), &r.Experiments[0]); err != nil {
		t.Fatal(err)
	}
}

func TestAnExperimentLinksToItsFilmWhereThereIsOne(t *testing.T) {
	for name, tt := range map[string]struct {
		films    string
		recorded bool
		want     int
	}{
		"a page plays it":     {"index.html", true, 1},
		"there is no page":    {"", true, 0},
		"nothing is recorded": {"index.html", false, 0},
	} {
		p := page(one(asPredicted()), texts.English)
		p.Films = tt.films
		if tt.recorded {
			record(t, p.Report)
		}
		shown := rendered(t, report.HTML, p)
		if n := strings.Count(shown, `href="index.html#round-robin"`); n != tt.want || strings.Count(shown, "See its film") != tt.want {
			t.Errorf("%s: %d links", name, n)
		}
	}
}

func TestACellShowsWhatItMeans(t *testing.T) {
	for means, want := range map[experiment.Meaning]struct{ class, symbol, says string }{
		experiment.Kept:      {"kept", "●", "login kept"},
		experiment.Lost:      {"lost", "✕", "lost: the login, or what was saved"},
		experiment.CantTell:  {"cant-tell", "?", "no answer now"},
		experiment.Dangerous: {"dangerous", "▲", "good when it should not be"},
		experiment.Costs:     {"costs", "◆", "at a cost"},
		"":                   {"difference", "·", "only a difference"},
	} {
		c := asPredicted()
		c.Outcome.Means = means
		html := rendered(t, report.HTML, page(one(c), texts.English))
		if n := strings.Count(html, `<td class="`+want.class+`">`); n != 1 {
			t.Errorf("%q: %d cells of the summary have the class %q", means, n, want.class)
		}
		sign := `<span class="sign ` + want.class + `" aria-hidden="true">` + want.symbol + `</span>`
		if n := strings.Count(html, sign); n != 2 { // in the summary, and in the experiment's own table
			t.Errorf("%q: the sign %q is there %d times", means, want.symbol, n)
		}
		if n := strings.Count(html, want.says); n != 3 { // in the legend as well
			t.Errorf("%q: its meaning is said %d times", means, n)
		}
		if markdown := rendered(t, report.Markdown, page(one(c), texts.English)); strings.Count(markdown, "| "+want.symbol+" 10/30 |") != 2 {
			t.Errorf("%q: the sign %q is not in\n%s", means, want.symbol, markdown)
		}
	}
}

func TestAnErrorIsToldOnce(t *testing.T) {
	r := one(failed(experiment.SessionMemory, "log in: 503"), failed(experiment.SessionRedis, "log in: 503"))
	for name, text := range map[string]string{
		"html": rendered(t, report.HTML, page(r, texts.English)), "markdown": rendered(t, report.Markdown, page(r, texts.English)),
	} {
		if strings.Count(text, "log in: 503") != 1 || strings.Count(text, "not measured") < 4 {
			t.Errorf("%s: the error is there %d times", name, strings.Count(text, "log in: 503"))
		}
	}
}

func TestAnIncompletePageSaysWhatIsMissing(t *testing.T) {
	p := page(one(asPredicted()), texts.English)
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
	outcome := experiment.Outcome{Key: evil, Means: evil, Names: map[string]string{evil: evil}}
	r := one(experiment.Cell{
		Scheme: evil, Status: experiment.Measured, Prediction: outcome, Outcome: &outcome, Failure: evil, Measures: map[string]float64{evil: 1},
	}, experiment.Cell{Scheme: experiment.Basic, Status: evil, Prediction: outcome})
	r.Target, r.Experiments[0].Sentences = evil, []string{evil}
	for _, name := range []string{evil, "http-forgets"} { // the second has a plot
		r.Experiments[0].Name = name
		r.Experiments[0].Cells[0].Measures["page_ms"] = 1
		html := rendered(t, report.HTML, page(r, texts.English))
		wellFormed(t, html)
		if strings.Contains(html, "<script") {
			t.Errorf("%.20q: there is a script on the page", name)
		}
		markdown := rendered(t, report.Markdown, page(r, texts.English))
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
	for _, lang := range texts.Languages() {
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
				if name == "page_ms" || name == "step_1" || name == "median_1ms" || name == "bytes_10" || name == "own_2" || name == "hash_moved" {
					delete(r.Experiments[i].Cells[j].Measures, name)
				}
			}
		}
	}
	if html := rendered(t, report.HTML, page(r, texts.English)); strings.Contains(html, "<figure") {
		t.Error("a plot was drawn of what was not measured")
	}
}

func TestASchemeThatIsNotOnTheTargetIsLeftOutOfThePlot(t *testing.T) {
	r := measured(t)
	for _, e := range r.Experiments {
		for j, cell := range e.Cells {
			if cell.Scheme == experiment.SessionPostgres {
				e.Cells[j] = experiment.Cell{Scheme: cell.Scheme, Status: experiment.NotOnTarget, Prediction: cell.Prediction, AsPredicted: true}
			}
		}
	}
	_, plot, _ := strings.Cut(section(rendered(t, report.HTML, page(r, texts.English)), "latency"), "<figure")
	plot, _, _ = strings.Cut(plot, "</figure>")
	if !strings.Contains(plot, experiment.SessionRedis) || strings.Contains(plot, experiment.SessionPostgres) {
		t.Errorf("the plot is %q", plot)
	}
}

func TestALanguageThatIsNotThereIsAnError(t *testing.T) {
	if err := report.HTML(io.Discard, page(measured(t), "fr")); err == nil {
		t.Error("there is no error")
	}
}
