//go:build !replica

package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"authlab/lab/experiment"
)

// columns is how wide a line may be.
const columns = 80

// printReport prints each experiment as a question, its answers with the schemes that gave them, and its lesson.
func printReport(w io.Writer, report experiment.Report, asJSON bool) error {
	if asJSON {
		return printJSON(w, report)
	}
	surprises := 0
	for _, e := range report.Experiments {
		fmt.Fprintf(w, "%s %s\n%s", mark(e.AsPredicted), e.Name, wrapped(e.Question, "  "))
		printCells(w, e.Cells)
		fmt.Fprintf(w, "%s\n", wrapped("→ "+e.Lesson, "  "))
		if !e.AsPredicted {
			surprises++
		}
	}
	verdict := "all as predicted"
	if surprises > 0 {
		verdict = fmt.Sprintf("%d with a surprise", surprises)
	}
	_, err := fmt.Fprintf(w, "%s on %s with %d replicas in %.1f s: %s\n",
		plural(len(report.Experiments), "experiment"), report.Target, report.Replicas, float64(report.DurationMS)/1000, verdict)
	return err
}

// printCells puts schemes with the same answer in one row.
func printCells(w io.Writer, cells []experiment.Cell) {
	type row struct {
		answer  string
		schemes []string
	}
	var rows []row
	width := 0
next:
	for _, c := range cells {
		answer := c.Observed
		if !c.AsPredicted {
			answer = fmt.Sprintf("✗ %s (predicted: %s)", c.Observed, c.Predicted)
		}
		width = max(width, min(utf8.RuneCountInString(answer), 32))
		for i := range rows {
			if rows[i].answer == answer {
				rows[i].schemes = append(rows[i].schemes, c.Scheme)
				continue next
			}
		}
		rows = append(rows, row{answer, []string{c.Scheme}})
	}
	for _, r := range rows {
		lead := fmt.Sprintf("    %s%s  ", r.answer, strings.Repeat(" ", max(width-utf8.RuneCountInString(r.answer), 0)))
		hang := strings.Repeat(" ", 4+width+2)
		if utf8.RuneCountInString(lead) > len(hang) {
			fmt.Fprintf(w, "%s", wrapped(r.answer, "    "))
			lead = hang
		}
		text := wrapped(strings.Join(r.schemes, ", "), hang)
		fmt.Fprint(w, lead+strings.TrimPrefix(text, hang))
	}
}

func mark(asPredicted bool) string {
	if asPredicted {
		return "✓"
	}
	return "✗"
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// wrapped breaks text into indented lines of at most columns characters.
func wrapped(text, indent string) string {
	var out strings.Builder
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(indent+line)+1+utf8.RuneCountInString(word) > columns {
			out.WriteString(indent + line + "\n")
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	out.WriteString(indent + line + "\n")
	return out.String()
}
