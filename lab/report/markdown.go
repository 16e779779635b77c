package report

import (
	"fmt"
	"io"
	"strings"
)

// Markdown writes the page without its plots, as GitHub reads it.
func Markdown(w io.Writer, p Page) error {
	v, err := newView(p)
	if err != nil {
		return err
	}
	t := v.T
	var out strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&out, format+"\n", args...) }

	line("# Authlab: %s\n\n%s\n", plain(t.Title), plain(t.Intro))
	verdict := predicted + " " + t.AllAsPredicted
	if len(v.Surprises) > 0 {
		verdict = surprised + " " + t.Surprises(len(v.Surprises)) + ": " + strings.Join(v.Surprises, ", ")
	}
	line("**%s** · %s · %s · %s\n", plain(verdict), t.Experiments(len(v.Sections)), t.Seconds(p.Report.DurationMS), v.Date.Human)
	if len(v.Missing) > 0 {
		line("> **%s.** %s %s: %s.\n", t.Incomplete, t.StoppedAfter(len(v.Sections), v.Planned()), t.NotRun, plain(strings.Join(v.Missing, ", ")))
	}

	line("## %s\n\n%s\n", t.Summary, t.SummaryHint)
	rows := [][]string{append([]string{t.Experiment}, v.Schemes...)}
	for _, s := range v.Sections {
		row := []string{fmt.Sprintf("[%s](#%s)", plain(s.Name), anchor(s.Name))}
		for _, c := range s.Row {
			row = append(row, result(c, t))
		}
		rows = append(rows, row)
	}
	table(&out, rows)

	line("## %s\n", t.Where)
	for _, f := range v.Facts {
		line("- %s: %s", plain(f.Name), plain(f.Value))
	}
	line("")

	for _, s := range v.Sections {
		line("## %s\n\n**%s**\n", plain(s.Name), plain(s.Text.Question))
		if s.Text.Claim != "" {
			line("%s: *%s*\n", t.Said, plain(s.Text.Claim))
		}
		rows := [][]string{{t.Scheme, t.Predicted, t.Observed}}
		for _, c := range s.Cells {
			rows = append(rows, []string{plain(c.Scheme), plain(c.Predicted), c.Mark + " " + plain(c.Observed)})
		}
		table(&out, rows)
		line("> **%s.** %s\n", t.Lesson, plain(s.Text.Lesson))
		for _, note := range s.Notes {
			line("%s **%s.** %s\n", surprised, t.Broken, plain(note))
		}
		if len(s.Measures) == 0 {
			continue
		}
		head := []string{t.Measure}
		for _, c := range s.Cells {
			head = append(head, plain(c.Scheme))
		}
		rows = [][]string{head}
		for _, m := range s.Measures {
			rows = append(rows, append([]string{plain(m.Name)}, m.Values...))
		}
		table(&out, rows)
	}
	_, err = io.WriteString(w, strings.TrimRight(out.String(), "\n")+"\n")
	return err
}

// result is a cell of the summary.
func result(c cell, t words) string {
	switch {
	case c.Mark == "":
		return ""
	case c.Surprise():
		return fmt.Sprintf("%s %s (%s: %s)", c.Mark, plain(c.Observed), t.Predicted, plain(c.Predicted))
	}
	return c.Mark + " " + plain(c.Observed)
}

func table(out *strings.Builder, rows [][]string) {
	for i, row := range rows {
		out.WriteString("| " + strings.Join(row, " | ") + " |\n")
		if i == 0 {
			out.WriteString("|" + strings.Repeat(" --- |", len(row)) + "\n")
		}
	}
	out.WriteString("\n")
}

// plain is text that Markdown leaves as it is, in one line.
func plain(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return escape.Replace(text)
}

var escape = strings.NewReplacer(`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`,
	"<", "&lt;", ">", "&gt;", "&", "&amp;", "#", `\#`, "~", `\~`, "$", `\$`)

// anchor is the name that GitHub gives a heading.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(heading))
}
