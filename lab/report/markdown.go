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
	var out strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&out, format+"\n", args...) }

	line("# Authlab: %s\n\n%s\n", plain(v.T("title")), plain(v.T("intro")))
	verdict := good + " " + v.T("all-as-predicted")
	if n := len(v.Surprises); n > 0 {
		var names []string
		for _, s := range v.Surprises {
			names = append(names, s.Name)
		}
		verdict = Surprise + " " + v.T("surprises", "n", n) + ": " + strings.Join(names, ", ")
	}
	line("**%s** · %s: %s · %s · %s · %s\n", plain(verdict), v.T("how-many"), v.T("right", "right", v.Right, "all", v.Answers()),
		v.T("experiments", "n", len(v.Sections)), v.Seconds(p.Report.DurationMS), v.Date.Human)
	if len(v.Missing) > 0 {
		line("> **%s.** %s %s: %s.\n", v.T("incomplete"), v.T("stopped-after", "done", len(v.Sections), "planned", v.Planned()),
			v.T("not-run"), plain(strings.Join(v.Missing, ", ")))
	}

	line("## %s\n", v.T("summary"))
	for _, s := range v.Signs {
		line("- %s %s", s.Symbol, s.In(v.Language))
	}
	line("- %s %s\n\n%s\n", Surprise, v.T("hint.surprise"), v.T("hint.empty"))
	rows := [][]string{append([]string{v.T("experiment")}, v.Schemes...)}
	for _, s := range v.Sections {
		row := []string{fmt.Sprintf("[%s](#%s)", plain(s.Name), anchor(s.Name))}
		for _, c := range s.Row {
			text := result(c)
			if c.Surprise() {
				text += fmt.Sprintf(" (%s: %s)", v.T("predicted"), plain(c.Predicted))
			}
			row = append(row, text)
		}
		rows = append(rows, row)
	}
	table(&out, rows)

	line("## %s\n", v.T("where.title"))
	for _, f := range v.Facts {
		line("- %s: %s", plain(f.Name), plain(f.Value))
	}
	line("")
	for _, s := range v.Sections {
		s.markdown(&out, v.language)
	}
	_, err = io.WriteString(w, strings.TrimRight(out.String(), "\n")+"\n")
	return err
}

func (s section) markdown(out *strings.Builder, l language) {
	fmt.Fprintf(out, "## %s\n\n**%s**\n\n", plain(s.Name), plain(s.Question))
	fmt.Fprintf(out, "%s: *%s*\n\n", l.T("claim"), plain(s.Claim))
	rows := [][]string{{l.T("scheme"), l.T("predicted"), l.T("observed")}}
	for _, c := range s.Cells {
		rows = append(rows, []string{plain(c.Scheme), plain(c.Predicted), result(c)})
	}
	table(out, rows)
	fmt.Fprintf(out, "> **%s.** %s\n\n", l.T("lesson"), plain(s.Lesson))
	for _, failure := range s.Failures {
		fmt.Fprintf(out, "**%s.** %s\n\n", l.T("broken"), plain(failure))
	}
	if len(s.Measures) == 0 {
		return
	}
	rows = [][]string{{l.T("measure")}}
	for _, c := range s.Cells {
		rows[0] = append(rows[0], plain(c.Scheme))
	}
	for _, m := range s.Measures {
		rows = append(rows, append([]string{plain(m.Text)}, m.Values...))
	}
	table(out, rows)
}

// result is what was measured, marked if it is a surprise. It is empty if the experiment does not concern the scheme.
func result(c cell) string {
	switch {
	case !c.Concerned():
		return ""
	case c.Surprise():
		return c.Sign.Symbol + " " + plain(c.Observed) + " " + Surprise
	}
	return c.Sign.Symbol + " " + plain(c.Observed)
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
