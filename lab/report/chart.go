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
	schemes []string
	name    string
	place   int // of what has a name: the colour of the scheme at that place
	values  []float64
}

func (s series) label() string {
	if len(s.schemes) > 0 {
		return strings.Join(s.schemes, ", ")
	}
	return s.name
}

// add puts a line that would hide another one together with it.
func (c *chart) add(s series) {
	if c.kind == lineChart {
		for i := range c.series {
			if slices.Equal(c.series[i].values, s.values) {
				c.series[i].schemes = append(c.series[i].schemes, s.schemes...)
				return
			}
		}
	}
	c.series = append(c.series, s)
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

// look is where a series' scheme stands among all: it chooses colour, line and mark.
func (s series) look() int {
	if len(s.schemes) == 0 {
		return s.place
	}
	return max(slices.Index(experiment.Schemes(), s.schemes[0]), 0)
}
