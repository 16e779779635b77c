package main

import (
	"fmt"
	"strings"
)

// plots writes the series as charts of Mermaid, which GitHub draws, and the numbers below each.
func plots(all []*series) string {
	var b strings.Builder
	if len(all) == 0 {
		return ""
	}
	b.WriteString("\n## How costs grow\n\nSteepest is how much the cost grew for each time that the size grew, in the step where that was most: 1 is linear,\n" +
		"less is better. Sizes go up by steps, so the axis is not to scale.\n")
	for _, s := range all {
		var sizes, costs, shown []string
		for _, p := range s.points {
			sizes = append(sizes, fmt.Sprintf("%q", number(p.size)))
			costs = append(costs, fmt.Sprintf("%.4g", p.cost))
			shown = append(shown, fmt.Sprintf("%s: %.4g", number(p.size), p.cost))
		}
		fmt.Fprintf(&b, "\n```mermaid\nxychart-beta\n  title %q\n  x-axis %q [%s]\n  y-axis %q 0 --> %.4g\n  line [%s]\n```\n\n%s; %s. Steepest: %.2f.\n",
			s.title, s.size, strings.Join(sizes, ", "), s.cost, 1.2*s.highest(), strings.Join(costs, ", "), s.cost, strings.Join(shown, ", "), s.steepest())
	}
	return b.String()
}

func (s *series) highest() (most float64) {
	for _, p := range s.points {
		most = max(most, p.cost)
	}
	return most
}

// number writes 1000000 as 1,000,000.
func number(n float64) string {
	text := fmt.Sprintf("%.0f", n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
