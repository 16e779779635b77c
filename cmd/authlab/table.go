//go:build !replica

package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"authlab/lab/experiment"
	"authlab/lab/experiment/texts"
	"authlab/lab/report"
)

// columns is how wide a line may be.
const columns = 80

// printReport prints each experiment as a question, its answers with the schemes that gave them, and its lesson.
func printReport(w io.Writer, r experiment.Report, asJSON bool) error {
	if asJSON {
		return printJSON(w, r)
	}
	surprises := 0
	for _, e := range r.Experiments {
		mark := "✓"
		if !e.AsPredicted {
			mark = "✗"
			surprises++
		}
		fmt.Fprintf(w, "%s %s\n%s", mark, e.Name, wrapped(e.Question, "  "))
		printCells(w, e.Cells)
		fmt.Fprintf(w, "%s\n", wrapped("→ "+e.Lesson, "  "))
	}
	printSigns(w, r)
	verdict := "all as predicted"
	if surprises > 0 {
		verdict = fmt.Sprintf("%d with a surprise", surprises)
	}
	_, err := fmt.Fprintf(w, "%s on %s with %s in %.1f s: %s\n",
		plural(len(r.Experiments), "experiment"), r.Target, plural(r.Replicas, "replica"), float64(r.DurationMS)/1000, verdict)
	return err
}

// printCells puts schemes with the same answer in one row, which begins with the sign of what it means. A surprise is
// marked in the margin.
func printCells(w io.Writer, cells []experiment.Cell) {
	type row struct {
		margin, answer string
		schemes        []string
	}
	var rows []row
	width := 0
next:
	for _, c := range cells {
		margin, answer := "    ", experiment.SignOf(c).Symbol+" "+c.Observed
		if !c.AsPredicted {
			margin, answer = "  "+report.Surprise+" ", fmt.Sprintf("%s (predicted: %s)", answer, c.Predicted)
		}
		width = max(width, min(utf8.RuneCountInString(answer), 34))
		for i := range rows {
			if rows[i].answer == answer {
				rows[i].schemes = append(rows[i].schemes, c.Scheme)
				continue next
			}
		}
		rows = append(rows, row{margin, answer, []string{c.Scheme}})
	}
	for _, r := range rows {
		hang := strings.Repeat(" ", len("    ")+width+len("  "))
		lead := fmt.Sprintf("%s%-*s  ", r.margin, width, r.answer)
		if utf8.RuneCountInString(lead) > len(hang) {
			fmt.Fprint(w, r.margin+strings.TrimPrefix(wrapped(r.answer, "    "), "    "))
			lead = hang
		}
		fmt.Fprint(w, lead+strings.TrimPrefix(wrapped(strings.Join(r.schemes, ", "), hang), hang))
	}
}

// printSigns says what the signs mean that were printed.
func printSigns(w io.Writer, r experiment.Report) {
	english := texts.Must(texts.English)
	printed, surprised := map[experiment.Sign]bool{}, false
	for _, e := range r.Experiments {
		for _, c := range e.Cells {
			printed[experiment.SignOf(c)] = true
			surprised = surprised || !c.AsPredicted
		}
	}
	for _, sign := range experiment.Signs() {
		if printed[sign] {
			fmt.Fprintf(w, "  %s %s\n", sign.Symbol, sign.In(english))
		}
	}
	if surprised {
		fmt.Fprintf(w, "  %s a surprise\n", report.Surprise)
	}
	fmt.Fprintln(w)
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
