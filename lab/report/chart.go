package report

import (
	"html/template"
	"math"
	"slices"
	"strings"

	"authlab/lab/experiment"
)

// A figure is a plot as it stands on the page.
type figure struct {
	Title   string
	Alt     string // every number of it, in words
	ViewBox string
	SVG     template.HTML // what is within <svg>; drawn by us from numbers and escaped words
	Legend  []entry
}

// An entry of a legend.
type entry struct {
	Label   string
	ViewBox string
	SVG     template.HTML
}

type chartKind int

const (
	lineChart chartKind = iota // one line for each series over xs; one may end before the others
	barChart                   // one bar for each series, which has one value
)

// A chart is what is to be drawn.
type chart struct {
	kind          chartKind
	title, xTitle string
	xs            []float64
	series        []series
}

// A series is what was measured for some schemes that have all the same, or for something else that has a name.
type series struct {
	names  []string
	place  int // of the scheme among all, or another one: it chooses colour, line and mark
	values []float64
}

func (s series) label() string { return strings.Join(s.names, ", ") }

// add adds what was measured for a scheme. A line that would hide another one is put together with it.
func (c *chart) add(scheme string, values []float64) {
	if c.kind == lineChart {
		for i := range c.series {
			if slices.Equal(c.series[i].values, values) {
				c.series[i].names = append(c.series[i].names, scheme)
				return
			}
		}
	}
	c.series = append(c.series, series{[]string{scheme}, max(slices.Index(experiment.Schemes(), scheme), 0), values})
}

// addNamed adds what was measured for something else than a scheme.
func (c *chart) addNamed(name string, place int, value float64) {
	c.series = append(c.series, series{[]string{name}, place, []float64{value}})
}

// orNothing is the chart, if there is something finite in it to draw.
func (c *chart) orNothing() *chart {
	if c == nil || len(c.series) == 0 {
		return nil
	}
	for _, s := range c.series {
		for _, value := range s.values {
			if math.IsNaN(value) || math.IsInf(value, 0) || value < 0 {
				return nil
			}
		}
	}
	return c
}

// alt says the chart in words, for readers who cannot see it.
func (c *chart) alt(l language) string {
	var lines []string
	for _, s := range c.series {
		var values []string
		for i, value := range s.values {
			text := l.Number(value)
			if c.kind == lineChart {
				text = l.Number(c.xs[i]) + " → " + text
			}
			values = append(values, text)
		}
		lines = append(lines, s.label()+": "+strings.Join(values, "; "))
	}
	if c.kind == lineChart {
		return c.xTitle + ". " + strings.Join(lines, ". ") + "."
	}
	return strings.Join(lines, ". ") + "."
}
