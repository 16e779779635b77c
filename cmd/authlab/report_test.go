package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authlab/lab/experiment"
	"authlab/lab/testkit"
)

// quick are experiments that take little time.
func quick(t *testing.T) []experiment.Experiment {
	t.Helper()
	experiments, err := experiment.Named("reference-or-value", "round-robin", "sticky")
	testkit.Must(t, err)
	return experiments
}

// reporting writes a report of some experiments and returns what its user would see.
func reporting(t *testing.T, ctx context.Context, experiments []experiment.Experiment, o reportOptions) (code int, stdout, stderr string) { //nolint:revive // a test's first is t
	t.Helper()
	o.run = runOptions{target: "embedded", users: 20, replicas: 3}
	if o.lang == "" {
		o.lang = "en"
	}
	testkit.Must(t, o.check())
	var out, errs bytes.Buffer
	err := writeReport(ctx, o, experiments, &out, &errs)
	return exitCode(err, &errs), out.String(), errs.String()
}

// names lists what is in a directory, hidden or not.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	testkit.Must(t, err)
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestAReportIsWrittenInTheFormOfItsName(t *testing.T) {
	t.Chdir(t.TempDir())
	for file, tt := range map[string]struct {
		options reportOptions
		want    string
	}{
		"report.html": {reportOptions{}, "<!doctype html>"},
		"report.md":   {reportOptions{format: "markdown"}, "# Authlab"},
		"a.md":        {reportOptions{output: "a.md", lang: "es"}, "Sesiones y tokens"},
		"a.json":      {reportOptions{output: "a.json"}, `"target": "embedded"`},
		"a.txt":       {reportOptions{output: "a.txt", format: "html", lang: "es"}, `<html lang="es">`},
	} {
		code, stdout, stderr := reporting(t, t.Context(), quick(t)[:1], tt.options)
		if code != 0 || stderr != "" || !strings.HasPrefix(stdout, file+": 1 experiment in ") {
			t.Errorf("%s: exit %d, stdout %q, stderr %q", file, code, stdout, stderr)
		}
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), tt.want) {
			t.Errorf("%s: %q is not in it, %v", file, tt.want, err)
		}
		if strings.Contains(string(text), "index.html#") || strings.Contains(string(text), "es.html#") {
			t.Errorf("%s links to a film that is not beside it", file)
		}
	}
	if left := names(t, "."); len(left) != 5 {
		t.Errorf("there are %q", left)
	}
}

func TestAReportToStandardOutputIsNothingElse(t *testing.T) {
	_, stdout, stderr := reporting(t, t.Context(), quick(t)[:1], reportOptions{output: "-", format: "json"})
	var r experiment.Report
	if err := json.Unmarshal([]byte(stdout), &r); err != nil || len(r.Experiments) != 1 || stderr != "" {
		t.Errorf("%v, %d experiments, stderr %q", err, len(r.Experiments), stderr)
	}
}

func TestASurpriseIsWrittenAndExitsWith1(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.html")
	experiments := quick(t)[:1]
	wrong := experiment.Predictions{}
	for scheme := range experiments[0].Predict(3) {
		wrong[scheme] = experiment.Outcome{Key: "a <miracle>"}
	}
	experiments[0].Predicted, experiments[0].PredictedFor = wrong, nil
	code, stdout, stderr := reporting(t, t.Context(), experiments, reportOptions{output: path})
	if code != 1 || stderr != "" || !strings.Contains(stdout, "1 with a surprise (reference-or-value)") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	if page, err := os.ReadFile(path); err != nil || !strings.Contains(string(page), "a &lt;miracle&gt;") {
		t.Errorf("the page does not tell: %v", err)
	}
}

func TestAnInterruptedReportIsMarkedAsIncomplete(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	path := filepath.Join(t.TempDir(), "r.md")
	experiments := quick(t)
	second := experiments[1].Run
	experiments[1].Run = func(ctx context.Context, b *experiment.Trial) error {
		cancel()
		return second(ctx, b)
	}
	code, stdout, stderr := reporting(t, ctx, experiments, reportOptions{output: path})
	if code != 130 || !strings.Contains(stdout, "incomplete, 2 not run") || stderr != "authlab: stopped after 1 of 3 experiments\n" {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	if page, err := os.ReadFile(path); err != nil || !strings.Contains(string(page), "Not run: round-robin, sticky") {
		t.Errorf("the page does not tell: %v", err)
	}
	if left := names(t, filepath.Dir(path)); len(left) != 1 {
		t.Errorf("there are %q", left)
	}
}

func TestTheOldReportStaysWhenSomethingFails(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	path := filepath.Join(t.TempDir(), "r.html")
	testkit.Must(t, os.WriteFile(path, []byte("old"), 0o640))
	experiments := quick(t)
	experiments[0].Run = func(context.Context, *experiment.Trial) error {
		cancel() // before anything is measured
		return errors.New("stopped")
	}
	if code, _, _ := reporting(t, ctx, experiments, reportOptions{output: path}); code != 130 {
		t.Errorf("exit %d", code)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "old" {
		t.Errorf("the old report is %q, %v", text, err)
	}
	if left := names(t, filepath.Dir(path)); len(left) != 1 {
		t.Errorf("there are %q", left)
	}
}

func TestReplaceFileKeepsLinksAndRights(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "r.html"), filepath.Join(dir, "latest.html")
	testkit.Must(t, os.WriteFile(path, []byte("old"), 0o640))
	if err := os.Symlink("r.html", link); err != nil {
		testkit.Missing(t, err)
	}
	testkit.Must(t, replaceFile(link, []byte("new")))
	if text, err := os.ReadFile(path); err != nil || string(text) != "new" {
		t.Errorf("the file is %q, %v", text, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is none any more, %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the rights are %v, %v", info.Mode(), err)
	}
	if err := replaceFile(os.DevNull, []byte("new")); err != nil {
		t.Errorf("%s: %v", os.DevNull, err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Errorf("%s was replaced, %v", os.DevNull, err)
	}
	if left := names(t, dir); len(left) != 2 {
		t.Errorf("there are %q", left)
	}
}

func TestAReportThatCannotBeWrittenIsRefusedBeforeTheRun(t *testing.T) {
	dir := t.TempDir()
	for name, tt := range map[string]struct {
		args   []string
		code   int
		stderr string
	}{
		"a directory":                {[]string{"-o", dir, "--format", "html"}, 2, "is a directory; name a file"},
		"a directory that is none":   {[]string{"-o", filepath.Join(dir, "none", "r.html")}, 1, "no such file or directory"},
		"a form that is none":        {[]string{"-o", "r.html", "--format", "pdf"}, 2, "it can be html, markdown or json"},
		"a name that says nothing":   {[]string{"-o", "r.pdf"}, 2, "say which it is with --format"},
		"a language that is none":    {[]string{"--lang", "fr"}, 2, "it can be en or es"},
		"a language for programs":    {[]string{"--lang", "es", "--format", "json"}, 2, "json is for programs"},
		"too many users":             {[]string{"--users", "10001"}, 2, "--users 10001"},
		"no replicas":                {[]string{"--replicas", "0"}, 2, "--replicas 0"},
		"an experiment":              {[]string{"round-robin"}, 2, "takes no arguments"},
		"a Redis that is not there":  {[]string{"-o", filepath.Join(dir, "r.html"), "--redis", "redis://127.0.0.1:1"}, 1, "cannot be reached"},
		"a Redis that is no address": {[]string{"-o", filepath.Join(dir, "r.html"), "--redis", "localhost"}, 1, "redis://127.0.0.1:6379"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := program(t, nil, append([]string{"report"}, tt.args...)...)
			if code != tt.code || !strings.Contains(stderr, tt.stderr) || stdout != "" {
				t.Errorf("exit %d, want %d; stdout %q; stderr %q, want %q in it", code, tt.code, stdout, stderr, tt.stderr)
			}
		})
	}
	if left := names(t, dir); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}
