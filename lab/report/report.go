// Package report makes of what was measured one page: to hand in, to print, to keep.
//
//	experiment.Report ─┐
//	machine, date ─────┼──▶ Page ──▶ view (in one language) ──▶ HTML with plots
//	language ──────────┘                                   └──▶ Markdown
//
// The page needs nothing but itself: its style and its plots are in it, and no script is.
package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"authlab/lab/experiment"
)

// The languages that a page can be in.
const (
	English = "en"
	Spanish = "es"
)

// Languages lists the languages that a page can be in.
func Languages() []string { return []string{English, Spanish} }

// A Page is what is to be told, before it has a form.
type Page struct {
	Report  experiment.Report
	Machine Machine
	Date    time.Time
	Lang    string // English if empty
	Users   int    // how many simulated users a population had; 0 if nobody knows
	// OwnRedis says that the session store was a Redis of the caller's, and not the embedded one. Its address is nobody's
	// business: there may be a password in it.
	OwnRedis bool
	Missing  []string // experiments that should have run and did not: they make the page incomplete
}

// A view is a page in its language, in the order in which it is read.
type view struct {
	Page
	T         words
	Date      date
	Facts     []fact
	Schemes   []string
	Sections  []section
	Surprises []string // names of experiments
}

// A date is written for people and for machines.
type date struct{ Human, Machine string }

// Planned is how many experiments there should have been.
func (v view) Planned() int { return len(v.Sections) + len(v.Missing) }

// A fact is a line about where and with what it was measured.
type fact struct{ Name, Value string }

// A section is one experiment.
type section struct {
	Name        string
	Text        prose
	AsPredicted bool
	Took        string
	Cells       []cell // of the schemes that it concerns
	Row         []cell // one for each scheme, empty where it does not concern it
	Measures    []measure
	Notes       []string // why something could not be measured
	Plot        *figure  // nil: words are enough
}

// A prose is what an experiment says, in one language.
type prose struct {
	Lang                    string // not always the page's: what nobody has translated stays in English
	Question, Claim, Lesson string
}

// A cell is one scheme's result, as it is shown.
type cell struct {
	Scheme, Predicted, Observed string
	Lang                        string // of Predicted and Observed
	Mark                        string // ✓, ✗ or ○; empty: the experiment does not concern this scheme
	Says                        string // what the mark means
}

// In is the language of the cell if it is not that of the page.
func (c cell) In(page string) string { return other(c.Lang, page) }

// In is the language of the prose if it is not that of the page.
func (p prose) In(page string) string { return other(p.Lang, page) }

func other(lang, page string) string {
	if lang == page {
		return ""
	}
	return lang
}

// Surprise tells whether the cell was predicted otherwise.
func (c cell) Surprise() bool { return c.Mark == surprised }

const (
	predicted  = "✓"
	surprised  = "✗"
	unmeasured = "○"
)

// A measure is one number by its name, for each scheme of a section; empty where it was not measured.
type measure struct {
	Name   string
	Values []string
}

func newView(p Page) (view, error) {
	t, ok := languages[p.Lang]
	if p.Lang == "" {
		t, ok = languages[English], true
	}
	if !ok {
		return view{}, fmt.Errorf("there is no report in %q", p.Lang)
	}
	v := view{Page: p, T: t, Date: date{t.Date(p.Date), p.Date.Format(time.RFC3339)}, Facts: facts(p, t), Schemes: experiment.Schemes()}
	for _, r := range p.Report.Experiments {
		s, err := newSection(r, t)
		if err != nil {
			return view{}, err
		}
		v.Sections = append(v.Sections, s)
		if !r.AsPredicted {
			v.Surprises = append(v.Surprises, r.Name)
		}
	}
	return v, nil
}

// notMeasured is what a cell says, with the reason behind it, if an experiment could not be brought to its end.
const notMeasured = "not measured"

func newSection(r experiment.Result, t words) (section, error) {
	s := section{
		Name: r.Name, Text: told(r, t.Lang), AsPredicted: r.AsPredicted, Took: t.Seconds(r.DurationMS),
		Row: make([]cell, len(experiment.Schemes())), Measures: measures(r, t),
	}
	for _, c := range r.Cells {
		// An error is long, and often the same for all schemes: it is told once, below the table.
		if what, why, failed := strings.Cut(c.Observed, notMeasured+": "); failed && what == "" {
			c.Observed = notMeasured
			if !slices.Contains(s.Notes, why) {
				s.Notes = append(s.Notes, why)
			}
		}
		shown := newCell(c, t)
		s.Cells = append(s.Cells, shown)
		if i := slices.Index(experiment.Schemes(), c.Scheme); i >= 0 {
			s.Row[i] = shown
		}
	}
	var err error
	s.Plot, err = plotOf(r, t)
	return s, err
}

func newCell(c experiment.Cell, t words) cell {
	shown := cell{Scheme: c.Scheme, Lang: English, Predicted: c.Predicted, Observed: c.Observed, Mark: predicted, Says: t.AsPredicted}
	if t.Lang == Spanish {
		want, known := inSpanish(c.Predicted)
		got, alsoKnown := inSpanish(c.Observed)
		if known && alsoKnown { // half in each language would be worse than English
			shown.Lang, shown.Predicted, shown.Observed = Spanish, want, got
		}
	}
	switch {
	case !c.AsPredicted:
		shown.Mark, shown.Says = surprised, t.Surprise
	case c.Observed != c.Predicted:
		shown.Mark, shown.Says = unmeasured, t.NotMeasured
	}
	return shown
}

// told finds what an experiment says in a language.
func told(r experiment.Result, lang string) prose {
	if lang == Spanish {
		if es, ok := spanish[r.Name]; ok {
			lesson := "Aquí no se pudo medir."
			if !r.Excused() {
				lesson = es.lesson(measured{r})
			}
			return prose{Spanish, es.question, es.claim, lesson}
		}
	}
	p := prose{Lang: English, Question: r.Question, Lesson: r.Lesson}
	for _, e := range experiment.All() {
		if e.Name == r.Name {
			p.Claim = e.Claim
		}
	}
	return p
}

// measures lists the numbers of a result by name, as they first come.
func measures(r experiment.Result, t words) []measure {
	names := map[string]bool{}
	for _, c := range r.Cells {
		for name := range c.Measures {
			names[name] = true
		}
	}
	var all []measure
	for name := range names {
		m := measure{Name: name, Values: make([]string, len(r.Cells))}
		for i, c := range r.Cells {
			if value, ok := c.Measures[name]; ok {
				m.Values[i] = t.Number(value)
			}
		}
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b measure) int { return compareNatural(a.Name, b.Name) })
	return all
}
