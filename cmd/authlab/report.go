//go:build !replica

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authlab/lab/experiment"
	"authlab/lab/experiment/texts"
	"authlab/lab/report"
)

// A format is a form that a report can have.
type format struct {
	endings []string // of the names of its files; the first is its own
	write   func(io.Writer, report.Page) error
}

var formats = map[string]format{
	"html":     {[]string{".html", ".htm"}, report.HTML},
	"markdown": {[]string{".md", ".markdown"}, report.Markdown},
	"json":     {[]string{".json"}, func(w io.Writer, p report.Page) error { return printJSON(w, p.Report) }},
}

type reportOptions struct {
	output, format, lang string
	run                  runOptions
}

// newReportCommand is authlab report: run everything and write a page to hand in.
func newReportCommand() *cobra.Command {
	o := reportOptions{run: runOptions{target: "embedded"}}
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Run everything and write one page with tables and plots",
		Long: `Run all experiments on the embedded cluster and write what was measured as one page
that needs nothing else: to hand in, to print, to keep. Exits with 1 if a prediction
was wrong, after writing the page. Ctrl-C writes what was measured so far.`,
		Example: "  authlab report\n  authlab report -o informe.html --lang es\n  authlab report -o - --format markdown",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return writeReport(cmd.Context(), o, experiment.All(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.output, "output", "o", "", "file to write, - for standard output (default report.html, .md or .json)")
	flags.StringVar(&o.format, "format", "", "html, markdown or json; without it, what the file's name ends with says")
	flags.StringVar(&o.lang, "lang", texts.English, "language of the page: "+strings.Join(texts.Languages(), " or "))
	o.run.bind(flags, "a Redis of your own, like redis://127.0.0.1:6379; only keys that begin with authlab: are touched")
	return cmd
}

// check finds what is wrong with the flags, and fills in what they leave open.
func (o *reportOptions) check() error {
	if o.format == "" {
		o.format = formatOf(o.output)
	}
	switch {
	case o.format == "":
		return usageError{fmt.Errorf("-o %s: a report ends in .html, .md or .json; or say which it is with --format", o.output)}
	case formats[o.format].write == nil:
		return usageError{fmt.Errorf("--format %q: it can be html, markdown or json", o.format)}
	case !slices.Contains(texts.Languages(), o.lang):
		return usageError{fmt.Errorf("--lang %q: it can be %s", o.lang, strings.Join(texts.Languages(), " or "))}
	case o.format == "json" && o.lang != texts.English:
		return usageError{errors.New("--lang is for html and markdown; json is for programs, and always the same")}
	}
	if o.output == "" {
		o.output = "report" + formats[o.format].endings[0]
	}
	return o.run.checkBounds()
}

// formatOf is what a file's name says about its form, or nothing.
func formatOf(file string) string {
	if file == "" || file == "-" {
		return "html"
	}
	ending := strings.ToLower(filepath.Ext(file))
	for name, f := range formats {
		if slices.Contains(f.endings, ending) {
			return name
		}
	}
	return ""
}

// writeReport runs experiments, and writes what they measured as a page. If the run was stopped, the page says so.
func writeReport(ctx context.Context, o reportOptions, experiments []experiment.Experiment, stdout, stderr io.Writer) error {
	if err := checkOutput(o.output); err != nil { // now, and not when everything has been measured
		return err
	}
	measured, ended := measureAll(ctx, o.run, experiments, stderr)
	if len(measured.Experiments) == 0 {
		return ended
	}
	page := pageOf(measured, o.lang, o.run.users)
	page.OwnRedis = o.run.redis != ""
	for _, e := range experiments[len(page.Report.Experiments):] {
		page.Missing = append(page.Missing, e.Name)
	}
	var whole bytes.Buffer
	if err := formats[o.format].write(&whole, page); err != nil {
		return err
	}
	if o.output == "-" {
		if _, err := whole.WriteTo(stdout); err != nil {
			return err
		}
		return ended
	}
	if err := replaceFile(o.output, whole.Bytes()); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %s\n", o.output, summary(page))
	return ended
}

// pageOf is a page of what was measured here and now.
func pageOf(measured experiment.Report, lang string, users int) report.Page {
	return report.Page{Report: measured, Machine: report.ThisMachine(), Date: time.Now(), Lang: lang, Users: users}
}

// summary is a line that says how it went.
func summary(p report.Page) string {
	var surprises []string
	for _, e := range p.Report.Experiments {
		if !e.AsPredicted {
			surprises = append(surprises, e.Name)
		}
	}
	text := fmt.Sprintf("%s in %.1f s, ", plural(len(p.Report.Experiments), "experiment"), float64(p.Report.DurationMS)/1000)
	if len(surprises) == 0 {
		text += "all as predicted"
	} else {
		text += fmt.Sprintf("%d with a surprise (%s)", len(surprises), strings.Join(surprises, ", "))
	}
	if len(p.Missing) > 0 {
		text += fmt.Sprintf("; incomplete, %d not run", len(p.Missing))
	}
	return text
}
