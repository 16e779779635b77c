//go:build !replica

package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"authlab/lab/experiment/texts"
	"authlab/lab/measure"
)

// printBench prints a table for each part that was measured, and then the machine.
func printBench(w io.Writer, report measure.Report, asJSON bool) error {
	if asJSON {
		return printJSON(w, report)
	}
	for _, t := range []table{requestTable(report), loginTable(report), algorithmTable(report), distanceTable(report)} {
		t.print(w)
	}
	m := report.Machine
	_, err := fmt.Fprintf(w, "%s/%s, %s, %s: up to %s of each scheme, in %.1f s\n",
		m.OS, m.Arch, plural(m.CPUs, "CPU"), m.Go, plural(report.Requests, "request"), float64(report.DurationMS)/1000)
	return err
}

func requestTable(report measure.Report) table {
	t := table{
		title: "one request: GET {base}/me of a user who is logged in, with Redis near; × is how many times " + report.Baseline,
		heads: []string{"", "median|µs", "|×", "p99|µs", "|allocs", "allocated|bytes", "wire|bytes", "store|cmds"},
	}
	for _, r := range report.OneRequest {
		t.add(r.Scheme, number(r.MedianUS), number(r.TimesBaseline), number(r.P99US), counted(r.Allocs), counted(r.AllocBytes),
			count(r.WireBytes), strconv.Itoa(r.StoreCommands))
	}
	return t
}

func loginTable(report measure.Report) table {
	t := table{
		title: "one login: the password hash, which is the same for all, and the rest; and what the replica and Redis keep of it",
		heads: []string{"", "hash|ms", "rest|µs", "|×", "wire|bytes", "store|cmds", "replica|bytes", "Redis|bytes"},
	}
	for _, l := range report.OneLogin {
		t.add(l.Scheme, fmt.Sprintf("%.1f", l.HashUS/1000), number(l.RestUS), number(l.TimesBaseline), count(l.WireBytes),
			strconv.Itoa(l.StoreCommands), count(l.KeptReplica), count(l.KeptRedis))
	}
	return t
}

func algorithmTable(report measure.Report) table {
	t := table{
		title: "algorithms: a token signed, and one verified that was never seen before; then a request of token-stateless with one that was",
		heads: []string{"", "sign|µs", "|allocs", "verify|µs", "|allocs", "token|bytes", "request|µs", "|×"},
	}
	for _, a := range report.Algorithms {
		t.add(a.Algorithm, number(a.SignUS), count(a.SignAllocs), number(a.VerifyUS), count(a.VerifyAllocs),
			count(a.TokenBytes), number(a.RequestUS), number(a.TimesBaseline))
	}
	return t
}

// distanceTable has a row for each scheme and two columns for each distance.
func distanceTable(report measure.Report) table {
	t := table{title: "distance of the store: one request, as Redis moves away", heads: []string{""}}
	if len(report.Distances) == 0 {
		return t
	}
	for _, d := range report.Distances {
		t.heads = append(t.heads, fmt.Sprintf("%d ms|µs", d.StoreMS), "|×")
	}
	for i, first := range report.Distances[0].Requests {
		row := []string{first.Scheme}
		for _, d := range report.Distances {
			if i < len(d.Requests) {
				row = append(row, number(d.Requests[i].MedianUS), number(d.Requests[i].TimesBaseline))
			}
		}
		t.add(row...)
	}
	return t
}

// A table has a title, two lines of heads (what, and in which unit), and rows. The first column is left-aligned.
type table struct {
	title string
	heads []string
	rows  [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// print prints the table, or nothing if it has no rows.
func (t *table) print(w io.Writer) {
	if len(t.rows) == 0 {
		return
	}
	above, below := make([]string, len(t.heads)), make([]string, len(t.heads))
	for i, head := range t.heads {
		above[i], below[i], _ = strings.Cut(head, "|")
	}
	lines := append([][]string{above, below}, t.rows...)
	widths := make([]int, len(t.heads))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	fmt.Fprint(w, wrapped(t.title, ""))
	for _, line := range lines {
		text := fmt.Sprintf("%-*s", widths[0], line[0])
		for i, cell := range line[1:] {
			text += fmt.Sprintf("  %*s", widths[i+1], cell)
		}
		fmt.Fprintln(w, strings.TrimRight(text, " "))
	}
	fmt.Fprintln(w)
}

func count[N int | int64](n N) string { return texts.Must(texts.English).Integer(float64(n)) }

// counted writes a count, and a dash for 0: it was not counted.
func counted(n int64) string {
	if n == 0 {
		return "–"
	}
	return count(n)
}

// number writes a number with one decimal below 10 and none above, and a dash for 0: it was not measured.
func number(n float64) string {
	switch {
	case n == 0:
		return "–"
	case n < 10:
		return fmt.Sprintf("%.1f", n)
	}
	return count(int64(n + 0.5))
}
