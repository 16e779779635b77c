// Package report makes of what was measured one page: to hand in, to print, to keep.
//
//	experiment.Report ─┐
//	machine, date ─────┼──▶ Page ──▶ view (in one language) ──▶ HTML with plots
//	catalogue ─────────┘                                   └──▶ Markdown
//
// The page needs nothing but itself: its style and its plots are in it, and no script is.
package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"authlab/lab/experiment"
	"authlab/lab/experiment/texts"
)

// How the predictions came out.
const (
	Surprise = "≠" // something was not as predicted
	good     = "✓" // everything was
)

// A Page is what is to be told, before it has a form.
type Page struct {
	Report  experiment.Report
	Machine Machine
	Date    time.Time
	Lang    string // English if empty
	Users   int    // how many simulated users a population had; 0 if that is not known
	// OwnRedis says that the session store was a Redis of the caller's, and not the embedded one. The page does not show
	// its address: there may be a password in it.
	OwnRedis bool
	Missing  []string // experiments that should have run and did not: they make the page incomplete
	// Films is the address of the page that plays the recording of an experiment by its name behind a #. Empty: there is none.
	Films string
}

// A view is a page in its language, in the order in which it is read.
type view struct {
	Page
	language
	Date      date
	Facts     []fact
	Signs     []experiment.Sign
	Schemes   []string
	Sections  []section
	Surprises []section
	Measured  int // answers
	NotHere   int // answers that something is missing for here, which is no surprise
	Right     int // answers that were as predicted, of those that could be measured here
	Wrong     int
}

// A date is written for people and for machines.
type date struct{ Human, Machine string }

// Planned is how many experiments there should have been.
func (v view) Planned() int { return len(v.Sections) + len(v.Missing) }

// Answers is how many there are of those that could be measured here.
func (v view) Answers() int { return v.Right + v.Wrong }

// A fact is a line about where and with what it was measured.
type fact struct{ Name, Value string }

// A section is one experiment. What it says is in the language of the page.
type section struct {
	experiment.Result
	Took     string
	Cells    []cell // of the schemes that it concerns
	Row      []cell // one for each scheme, empty where it does not concern it
	Measures []measure
	Failures []string // the errors that kept schemes from being measured, in English
	Plot     *figure  // nil: words are enough
}

// A cell is one scheme's result, as it is shown. It has no sign if the experiment does not concern the scheme.
type cell struct {
	experiment.Cell
	Sign  experiment.Sign
	Means string // what the sign means
}

// Concerned tells whether the experiment concerns the scheme.
func (c cell) Concerned() bool { return c.Sign.Symbol != "" }

// Surprise tells whether the cell was predicted otherwise.
func (c cell) Surprise() bool { return c.Concerned() && !c.AsPredicted }

// A measure is one number in words, for each scheme of a section; empty where it was not measured.
type measure struct {
	Text   string
	Values []string
}

func newView(p Page) (view, error) {
	catalogue, err := texts.In(cmp.Or(p.Lang, texts.English))
	if err != nil {
		return view{}, err
	}
	p.Lang = catalogue.Name
	l := language{catalogue}
	v := view{
		Page: p, language: l, Date: date{l.Date(p.Date), p.Date.Format(time.RFC3339)},
		Facts: facts(p, l), Signs: experiment.Signs(), Schemes: experiment.Schemes(),
	}
	for _, r := range p.Report.Experiments {
		s := newSection(r, l)
		v.Sections = append(v.Sections, s)
		if !r.AsPredicted {
			v.Surprises = append(v.Surprises, s)
		}
		for _, c := range r.Cells {
			v.count(c)
		}
	}
	return v, nil
}

func (v *view) count(c experiment.Cell) {
	if c.Status == experiment.Measured {
		v.Measured++
	}
	switch {
	case c.Excused():
		v.NotHere++
	case c.AsPredicted:
		v.Right++
	default:
		v.Wrong++
	}
}

func newSection(r experiment.Result, l language) section {
	s := section{
		Result: r.In(l.Language), Took: l.Seconds(r.DurationMS), Row: make([]cell, len(experiment.Schemes())),
		Measures: measures(r, l), Plot: plotOf(r, l),
	}
	for _, c := range s.Result.Cells {
		sign := experiment.SignOf(c)
		shown := cell{c, sign, sign.In(l.Language)}
		s.Cells = append(s.Cells, shown)
		if i := slices.Index(experiment.Schemes(), c.Scheme); i >= 0 {
			s.Row[i] = shown
		}
		// An error is long, and often the same for all schemes: it is told once, below the table.
		if c.Failure != "" && !slices.Contains(s.Failures, c.Failure) {
			s.Failures = append(s.Failures, c.Failure)
		}
	}
	return s
}

// measures lists the numbers of a result that there are words for, by name, in the order that people expect.
func measures(r experiment.Result, l language) []measure {
	names := map[string]bool{}
	for _, c := range r.Cells {
		for name := range c.Measures {
			names[name] = true
		}
	}
	var all []measure
	for _, name := range slices.SortedFunc(maps.Keys(names), compareNatural) {
		said, ok := experiment.MeasureIn(l.Language, r.Name, name)
		if !ok {
			continue
		}
		m := measure{Text: said.Text, Values: make([]string, len(r.Cells))}
		for i, c := range r.Cells {
			if value, ok := c.Measures[name]; ok {
				m.Values[i] = said.Say(value)
			}
		}
		all = append(all, m)
	}
	return all
}
