package report

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
)

// The size of a plot in the page's CSS pixels where there is room: small enough that its letters can be read on a telephone.
const (
	plotWidth  = 420.0
	lineHeight = 250.0
	barHeight  = 26.0
	letters    = 12.0
	letter     = 0.57 * letters // about the width of one, in the fonts that the page names
)

// dashes and marks tell lines apart where colours cannot. A mark is drawn around 0,0.
var (
	dashes = []string{"", "", "7 3", "2 3", "", "8 3 2 3", "4 2"}
	marks  = []string{
		`<path d="M-4 0H4M0-4V4"/>`,
		`<circle r="4" fill="currentColor"/>`,
		`<path d="M-4-4H4V4H-4Z" fill="currentColor"/>`,
		`<path d="M0-5 4.5 3.5H-4.5Z" fill="currentColor"/>`,
		`<circle r="3.5"/>`,
		`<path d="M-3.5-3.5H3.5V3.5H-3.5Z"/>`,
		`<path d="M0-4.5 4 3H-4Z"/>`,
	}
)

// A drawing is what is within an svg element. Its colours are names for what is meant; the page says what they look like,
// in light, in dark and on paper.
type drawing struct{ strings.Builder }

func (d *drawing) add(format string, values ...any) { fmt.Fprintf(d, format, values...) }

// text writes words at a point. anchor is start, middle or end.
func (d *drawing) text(x, y float64, anchor, words string) {
	d.add(`<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`, x, y, anchor, template.HTMLEscapeString(words))
}

func (d *drawing) rule(x1, y1, x2, y2 float64) {
	d.add(`<path d="M%.1f %.1fL%.1f %.1f" stroke="var(--grid)"/>`, x1, y1, x2, y2)
}

// line draws a line through points, and marks, in the colour, the dashes and the shape of a series' place.
func (d *drawing) line(place int, points, marked [][2]float64) {
	d.add(`<g fill="none" stroke="currentColor" stroke-width="2" style="color:var(--series-%d)"><polyline stroke-dasharray="%s" points="`, place, dashes[place%len(dashes)])
	for _, p := range points {
		d.add("%.1f,%.1f ", p[0], p[1])
	}
	d.add(`"/>`)
	for _, p := range marked {
		d.add(`<g transform="translate(%.1f %.1f)">%s</g>`, p[0], p[1], marks[place%len(marks)])
	}
	d.add("</g>")
}

// done returns the drawing with its size. All words in it are escaped.
func (d *drawing) done(width, height float64) (viewBox string, body template.HTML) {
	return fmt.Sprintf("0 0 %g %g", width, height), template.HTML(d.String())
}

func (c *chart) draw(l language) *figure {
	f := &figure{Title: c.title, Alt: c.alt(l)}
	var d drawing
	d.add(`<g font-size="%g" fill="currentColor">`, letters)
	height := lineHeight
	switch c.kind {
	case lineChart:
		c.drawLines(&d, f, l)
	case barChart:
		height = barHeight*float64(len(c.series)) + 12
		c.drawBars(&d, l)
	}
	d.add("</g>")
	f.ViewBox, f.SVG = d.done(plotWidth, height)
	return f
}

func (c *chart) drawLines(d *drawing, f *figure, l language) {
	most := 1e-9
	for _, s := range c.series {
		most = max(most, slices.Max(s.values))
	}
	step := niceStep(most)
	most *= 1.05
	const top, bottom, right = 10.0, lineHeight - 40, plotWidth - 16
	left := 14.0
	for y := 0.0; y <= most; y += step {
		left = max(left, width(l.Number(rounded(y)))+8)
	}
	first, last := c.xs[0], c.xs[len(c.xs)-1]
	atX := func(x float64) float64 { return left + 8 + (x-first)/max(last-first, 1e-9)*(right-left-8) }
	atY := func(y float64) float64 { return bottom - y/most*(bottom-top) }
	for y := 0.0; y <= most; y += step {
		d.rule(left, atY(y), right, atY(y))
		d.text(left-6, atY(y)+letters/3, "end", l.Number(rounded(y)))
	}
	free := math.Inf(-1) // where the next number does not touch the one before
	for _, x := range c.xs {
		d.rule(atX(x), bottom, atX(x), bottom+4)
		if half := width(l.Number(x)) / 2; atX(x)-half >= free {
			d.text(atX(x), bottom+17, "middle", l.Number(x))
			free = atX(x) + half + letter
		}
	}
	d.text((left+right)/2, lineHeight-6, "middle", c.xTitle)
	for _, s := range c.series {
		var points [][2]float64
		for i, y := range s.values {
			points = append(points, [2]float64{atX(c.xs[i]), atY(y)})
		}
		d.line(s.place, points, points)
		var sample drawing
		sample.line(s.place, [][2]float64{{0, 6}, {30, 6}}, [][2]float64{{15, 6}})
		key := entry{Label: s.label()}
		key.ViewBox, key.SVG = sample.done(30, 12)
		f.Legend = append(f.Legend, key)
	}
}

// drawBars draws them lying, because their names are long. Each says its number.
func (c *chart) drawBars(d *drawing, l language) {
	const thick = 14.0
	names, numbers, most := 0.0, 0.0, 1e-9
	for _, s := range c.series {
		names, numbers = max(names, width(s.label())), max(numbers, width(l.Number(s.values[0])))
		most = max(most, s.values[0])
	}
	left := names + 8
	for i, s := range c.series {
		middle, length := 6+barHeight*(float64(i)+0.5), s.values[0]/most*(plotWidth-left-numbers-8)
		d.text(names, middle+letters/3, "end", s.label())
		d.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="%g" fill="var(--series-%d)"/>`, left, middle-thick/2, length, thick, s.place)
		d.text(left+length+5, middle+letters/3, "start", l.Number(s.values[0]))
	}
}

// width is about how wide a text is.
func width(text string) float64 { return letter * float64(len([]rune(text))) }

// niceStep is 1, 2 or 5 times a power of ten: the least with which five or fewer reach most.
func niceStep(most float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(most/5)))
	for _, factor := range []float64{1, 2, 5} {
		if power*factor*5 >= most {
			return power * factor
		}
	}
	return power * 10
}

// rounded takes away what adding up has left far behind the point.
func rounded(value float64) float64 { return math.Round(value*1e9) / 1e9 }
