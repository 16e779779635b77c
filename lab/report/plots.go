package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"authlab/lab/experiment"
)

// plotOf draws what says more as a plot than in words, if every measure that it needs is there. Otherwise nil.
func plotOf(r experiment.Result, t words) (*figure, error) {
	var c *chart
	switch r.Name {
	case "http-forgets":
		c = bars(r, t.PageTime, "page_ms")
	case "rolling-deploy":
		c = steps(r, t)
	case "latency":
		c = lines(r, t.MedianTime, t.StoreDistance, "median_", "ms", 0, 1, 5)
	case "size":
		c = lines(r, t.RequestBytes, t.Permissions, "bytes_", "", 1, 10, 100, 300)
	case "one-address":
		c = spread(r, t)
	case "scale-out":
		c = moved(r, t)
	}
	if c == nil {
		return nil, nil
	}
	return c.draw(t)
}

// bars is one bar for each scheme.
func bars(r experiment.Result, title, name string) *chart {
	c := &chart{kind: barChart, title: title}
	for _, cell := range r.Cells {
		value, ok := cell.Measures[name]
		if !ok {
			return nil
		}
		c.add(series{schemes: []string{cell.Scheme}, values: []float64{value}})
	}
	return c.orNothing()
}

// lines is one line for each scheme, over values that are in the names of the measures.
func lines(r experiment.Result, title, xTitle, prefix, suffix string, xs ...float64) *chart {
	c := &chart{kind: lineChart, title: title, xTitle: xTitle, xs: xs}
	for _, cell := range r.Cells {
		var values []float64
		for i, x := range xs {
			value, ok := cell.Measures[fmt.Sprintf("%s%g%s", prefix, x, suffix)]
			if breaks := cell.Measures["breaks_at"]; !ok && breaks > 0 && breaks <= x && i > 0 {
				break // there is nothing to measure where a scheme has come to its end
			}
			if !ok {
				return nil
			}
			values = append(values, value)
		}
		c.add(series{schemes: []string{cell.Scheme}, values: values})
	}
	return c.orNothing()
}

// steps is one line for each scheme over step_1, step_2 and so on. Before the first step nothing had happened.
func steps(r experiment.Result, t words) *chart {
	c := &chart{kind: lineChart, title: t.LogInAgain, xTitle: t.ReplicasRestarted, xs: []float64{0}}
	most := 0
	for _, cell := range r.Cells {
		for name := range cell.Measures {
			if digits, rest := number(strings.TrimPrefix(name, "step_")); strings.HasPrefix(name, "step_") && rest == "" {
				n, _ := strconv.Atoi(digits)
				most = max(most, n)
			}
		}
	}
	if most == 0 || most > 100 {
		return nil
	}
	for n := range most {
		c.xs = append(c.xs, float64(n+1))
	}
	for _, cell := range r.Cells {
		values := []float64{0}
		for _, n := range c.xs[1:] {
			value, ok := cell.Measures[fmt.Sprintf("step_%g", n)]
			if !ok {
				return nil
			}
			values = append(values, value)
		}
		c.add(series{schemes: []string{cell.Scheme}, values: values})
	}
	return c.orNothing()
}

// spread is how many people each replica had, once with addresses of their own and once from behind one.
func spread(r experiment.Result, t words) *chart {
	c := &chart{kind: barChart, title: t.Load}
	if len(r.Cells) == 0 {
		return nil
	}
	// The balancer does not look at the scheme, so that the first speaks for all.
	for place, group := range []struct{ prefix, name string }{{"own_", t.OwnAddresses}, {"one_", t.OneAddress}} {
		n := 0
		for {
			value, ok := r.Cells[0].Measures[fmt.Sprintf("%s%d", group.prefix, n+1)]
			if !ok {
				break
			}
			n++
			c.add(series{name: fmt.Sprintf("%s, app-%d", group.name, n), place: place + 1, values: []float64{value}})
		}
		if n == 0 || len(c.series) != n*(place+1) {
			return nil
		}
	}
	return c.orNothing()
}

// moved is how many people another replica more sends elsewhere, and what that costs those with a session in memory.
func moved(r experiment.Result, t words) *chart {
	c := &chart{kind: barChart, title: t.OneReplicaMore}
	for place, policy := range []string{"hash", "sticky"} {
		for _, what := range []struct{ measure, name string }{{"moved", t.Moved}, {"logged_out", t.LoggedOut}} {
			i := slices.IndexFunc(r.Cells, func(cell experiment.Cell) bool { return cell.Scheme == experiment.SessionMemory })
			if i < 0 {
				return nil
			}
			value, ok := r.Cells[i].Measures[policy+"_"+what.measure]
			if !ok {
				return nil
			}
			c.add(series{name: policy + ": " + what.name, place: place + 1, values: []float64{value}})
		}
	}
	return c.orNothing()
}
