package report

import (
	"fmt"
	"slices"

	"authlab/lab/experiment"
)

// plots are the experiments that say more as a plot than in words, and how each is drawn. A way of drawing returns nil
// if a measure is missing, unless that scheme is not on the target. The titles stand in the catalogue under report.plots.
var plots = map[string]func(experiment.Result, names) *chart{
	"http-forgets":   bars("page_ms"),
	"rolling-deploy": steps("step_"),
	"scale-out":      moved,
	"one-address":    spread,
	"latency":        lines("median_%gms", 0, 1, 5),
	"size":           lines("bytes_%g", 1, 10, 100, 300),
}

// names says what something in the plot is called.
type names func(key string) string

// plotOf draws a result, if there is a plot for it and everything that it needs was measured. Otherwise nil.
func plotOf(r experiment.Result, l language) *figure {
	plot, ok := plots[r.Name]
	if !ok {
		return nil
	}
	name := func(key string) string { return l.T("plots." + r.Name + "." + key) }
	c := plot(r, name).orNothing()
	if c == nil {
		return nil
	}
	c.title = name("title")
	if c.kind == lineChart {
		c.xTitle = name("x")
	}
	return c.draw(l)
}

// bars is one bar for each scheme.
func bars(measure string) func(experiment.Result, names) *chart {
	return func(r experiment.Result, _ names) *chart {
		c := &chart{kind: barChart}
		for _, cell := range r.Cells {
			value, ok := cell.Measures[measure]
			if !ok {
				return nil
			}
			c.add(cell.Scheme, []float64{value})
		}
		return c
	}
}

// lines is one line for each scheme, over values that are in the names of the measures.
func lines(format string, xs ...float64) func(experiment.Result, names) *chart {
	return func(r experiment.Result, _ names) *chart {
		c := &chart{kind: lineChart, xs: xs}
		for _, cell := range r.Cells {
			if cell.Excused() {
				continue
			}
			var values []float64
			for i, x := range xs {
				value, ok := cell.Measures[fmt.Sprintf(format, x)]
				if breaks := cell.Measures["breaks_at"]; !ok && breaks > 0 && breaks <= x && i > 0 {
					break // there is nothing to measure where a scheme has come to its end
				}
				if !ok {
					return nil
				}
				values = append(values, value)
			}
			c.add(cell.Scheme, values)
		}
		return c
	}
}

// steps is one line for each scheme over as many steps as were measured: step_1, step_2 and so on. Before the first step
// nothing had happened.
func steps(prefix string) func(experiment.Result, names) *chart {
	return func(r experiment.Result, _ names) *chart {
		c := &chart{kind: lineChart}
		for _, cell := range r.Cells {
			values := append([]float64{0}, counted(cell, prefix)...)
			if len(values) == 1 || len(c.series) > 0 && len(values) != len(c.xs) {
				return nil
			}
			c.xs = c.xs[:0]
			for x := range values {
				c.xs = append(c.xs, float64(x))
			}
			c.add(cell.Scheme, values)
		}
		return c
	}
}

// counted are the measures of a cell that are called prefix1, prefix2 and so on.
func counted(c experiment.Cell, prefix string) (values []float64) {
	for {
		value, ok := c.Measures[fmt.Sprint(prefix, len(values)+1)]
		if !ok {
			return values
		}
		values = append(values, value)
	}
}

// spread is how many people each replica had, once with addresses of their own and once from behind one.
func spread(r experiment.Result, name names) *chart {
	c := &chart{kind: barChart}
	if len(r.Cells) == 0 {
		return nil
	}
	// The balancer does not look at the scheme, so that the first speaks for all.
	own, one := counted(r.Cells[0], "own_"), counted(r.Cells[0], "one_")
	if len(own) != len(one) {
		return nil
	}
	for i, group := range [][]float64{own, one} {
		for n, value := range group {
			c.addNamed(fmt.Sprintf("%s, app-%d", name([]string{"own", "one"}[i]), n+1), i+1, value)
		}
	}
	return c
}

// moved is how many people another replica more sends elsewhere, and what that costs those with a session in memory.
func moved(r experiment.Result, name names) *chart {
	c := &chart{kind: barChart}
	i := slices.IndexFunc(r.Cells, func(cell experiment.Cell) bool { return cell.Scheme == experiment.SessionMemory })
	if i < 0 {
		return nil
	}
	for place, policy := range []string{"hash", "sticky"} {
		for _, what := range []string{"moved", "logged_out"} {
			value, ok := r.Cells[i].Measures[policy+"_"+what]
			if !ok {
				return nil
			}
			c.addNamed(policy+": "+name(what), place+1, value)
		}
	}
	return c
}
