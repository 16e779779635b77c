package report

import (
	"bytes"
	"fmt"
	"html/template"
	"image/color"
	"math"
	"regexp"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// The size of a plot in points, which are the page's CSS pixels where there is room: small enough that its letters can
// be read on a telephone.
const (
	plotWidth  = 420
	lineHeight = 250
	barHeight  = 26
	letters    = 12
)

// The plot library writes fixed colours. Ours are names for what is meant, and the page says what they look like, in
// light, in dark and on paper.
var (
	inkColor  = color.RGBA{R: 0x10, G: 0x10, B: 0x10, A: 0xff}
	gridColor = color.RGBA{R: 0x20, G: 0x20, B: 0x20, A: 0xff}
)

func seriesColor(place int) color.Color {
	return color.RGBA{R: 0x30, G: 0x30, B: uint8(0x10 + place), A: 0xff} //nolint:gosec // there are eight schemes
}

var fixedColour = regexp.MustCompile(`#[0-9A-F]{6}`)

// named puts the page's colours in place of the library's.
func named(svg []byte) []byte {
	return fixedColour.ReplaceAllFunc(svg, func(found []byte) []byte {
		var r, g, b int
		if _, err := fmt.Sscanf(string(found), "#%02X%02X%02X", &r, &g, &b); err == nil {
			switch near := func(x, want int) bool { return x == want || x == want-1 }; { // the library rounds down
			case near(r, 0x20):
				return []byte("var(--grid)")
			case near(r, 0x30):
				return fmt.Appendf(nil, "var(--series-%d)", max(b-0x10, 0))
			}
		}
		return []byte("currentColor")
	})
}

// dashes and marks tell lines apart where colours cannot.
var (
	dashes = [][]vg.Length{nil, nil, {7, 3}, {2, 3}, nil, {8, 3, 2, 3}, {4, 2}}
	marks  = []draw.GlyphDrawer{
		draw.PlusGlyph{}, draw.CircleGlyph{}, draw.SquareGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{}, draw.BoxGlyph{}, draw.TriangleGlyph{},
	}
)

func (c *chart) draw(l language) (*figure, error) {
	f := &figure{Title: c.title, Alt: c.alt(l)}
	p := plot.New()
	p.BackgroundColor = nil
	style(p)
	var err error
	height := vg.Length(lineHeight)
	switch c.kind {
	case lineChart:
		err = c.drawLines(p, f, l)
	case barChart:
		err = c.drawBars(p, l)
		height = vg.Length(barHeight*len(c.series) + 12)
	}
	if err != nil {
		return nil, fmt.Errorf("draw %q: %w", c.title, err)
	}
	f.ViewBox, f.SVG, err = svgOf(plotWidth, height, func(dc draw.Canvas) { p.Draw(dc) })
	return f, err
}

func style(p *plot.Plot) {
	sans := font.Font{Typeface: "Liberation", Variant: "Sans", Size: letters}
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		for _, s := range []*text.Style{&axis.Label.TextStyle, &axis.Tick.Label} {
			s.Font, s.Color = sans, inkColor
		}
		axis.Color, axis.Tick.Color = gridColor, gridColor
		axis.Width, axis.Tick.Width = 1, 1
		axis.Tick.Length, axis.Padding = 4, 0
		axis.Label.Padding = 4
	}
}

func (c *chart) drawLines(p *plot.Plot, f *figure, l language) error {
	p.X.Label.Text = c.xTitle
	p.Add(horizontalGrid())
	most := 0.0
	for _, s := range c.series {
		points := make(plotter.XYs, len(s.values))
		for i, value := range s.values {
			points[i] = plotter.XY{X: c.xs[i], Y: value}
			most = max(most, value)
		}
		line, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return err
		}
		line.Color, line.Width, line.Dashes = seriesColor(s.place), 2, dashes[s.place%len(dashes)]
		dots.Color, dots.Radius, dots.Shape = seriesColor(s.place), 4, marks[s.place%len(marks)]
		p.Add(line, dots)
		key := entry{Label: s.label()}
		if key.ViewBox, key.SVG, err = svgOf(30, 12, func(dc draw.Canvas) { line.Thumbnail(&dc); dots.Thumbnail(&dc) }); err != nil {
			return err
		}
		f.Legend = append(f.Legend, key)
	}
	p.Y.Min, p.Y.Max = 0, max(most*1.05, 1e-9)
	p.Y.Tick.Marker = inWords{plot.DefaultTicks{}, l}
	var ticks plot.ConstantTicks
	least := (c.xs[len(c.xs)-1] - c.xs[0]) / 24 // nearer, a number would lie on the one before
	labelled := math.Inf(-1)
	for _, x := range c.xs {
		tick := plot.Tick{Value: x, Label: " "}
		if x-labelled >= least {
			tick.Label, labelled = l.Number(x), x
		}
		ticks = append(ticks, tick)
	}
	p.X.Tick.Marker = ticks
	return nil
}

// drawBars draws them lying, because their names are long. The first is on top.
func (c *chart) drawBars(p *plot.Plot, l language) error {
	var names []string
	most := 1e-9
	for _, s := range slices.Backward(c.series) {
		value, y := s.values[0], float64(len(names))
		names, most = append(names, s.label()), max(most, value)
		bar, err := plotter.NewBarChart(plotter.Values{value}, 14)
		if err != nil {
			return err
		}
		bar.Horizontal, bar.XMin, bar.Color, bar.LineStyle.Width = true, y, seriesColor(s.place), 0
		label, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{{X: value, Y: y}}, Labels: []string{l.Number(value)}})
		if err != nil {
			return err
		}
		label.TextStyle[0] = p.X.Tick.Label
		label.TextStyle[0].XAlign, label.TextStyle[0].YAlign = draw.XLeft, draw.YCenter
		label.Offset = vg.Point{X: 5}
		p.Add(bar, label)
	}
	p.NominalY(names...)
	p.X.Min, p.X.Max = 0, most
	p.Y.Padding = 5
	p.Y.Min, p.Y.Max = -0.5, float64(len(names))-0.5
	p.X.Tick.Marker, p.X.Width, p.X.Tick.Length = plot.ConstantTicks{}, 0, 0 // every bar says its number
	p.Y.Width, p.Y.Tick.Length = 0, 0
	return nil
}

func horizontalGrid() *plotter.Grid {
	grid := plotter.NewGrid()
	grid.Vertical.Color = nil
	grid.Horizontal = draw.LineStyle{Color: gridColor, Width: 1}
	return grid
}

// inWords are ticks whose numbers are written as the language does.
type inWords struct {
	plot.Ticker
	l language
}

func (w inWords) Ticks(least, most float64) []plot.Tick {
	ticks := w.Ticker.Ticks(least, most)
	for i := range ticks {
		if !ticks[i].IsMinor() {
			ticks[i].Label = w.l.Number(math.Round(ticks[i].Value*1e9) / 1e9)
		}
	}
	return slices.DeleteFunc(ticks, func(tick plot.Tick) bool { return tick.IsMinor() })
}

var svgBody = regexp.MustCompile(`(?s)<svg[^>]*>(.*)</svg>`)

// svgOf draws and returns what is within the svg element, so that the page can say what the element is.
func svgOf(width, height vg.Length, drawOn func(draw.Canvas)) (viewBox string, body template.HTML, err error) {
	canvas := &measuring{Canvas: vgsvg.New(width, height)}
	drawOn(draw.New(canvas))
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return "", "", err
	}
	found := svgBody.FindSubmatch(out.Bytes())
	if found == nil {
		return "", "", fmt.Errorf("no svg element in %d bytes", out.Len())
	}
	// The library has escaped the words in it.
	return fmt.Sprintf("0 0 %g %g", width.Points(), height.Points()), template.HTML(canvas.fitted(named(found[1]))), nil
}

// A measuring canvas notes how wide each text is in the letters that the library counts with. A browser may not have
// them, and is told to make its own fit; without that, wider ones would run into what is beside them.
type measuring struct {
	*vgsvg.Canvas
	widths []float64
}

func (m *measuring) FillString(face font.Face, at vg.Point, text string) {
	m.widths = append(m.widths, face.Width(text).Points())
	m.Canvas.FillString(face, at, text)
}

var textStart = regexp.MustCompile(`<text `)

// fitted says of each text how wide it is. They come in the order in which they were drawn.
func (m *measuring) fitted(svg []byte) []byte {
	return textStart.ReplaceAllFunc(svg, func(start []byte) []byte {
		if len(m.widths) == 0 {
			return start
		}
		width := m.widths[0]
		m.widths = m.widths[1:]
		return fmt.Appendf(nil, `<text textLength="%.1f" lengthAdjust="spacingAndGlyphs" `, width)
	})
}
