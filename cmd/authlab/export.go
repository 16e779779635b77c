//go:build !replica

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authlab/lab/embedded"
	"authlab/lab/experiment"
	"authlab/lab/experiment/api"
	"authlab/lab/experiment/texts"
	"authlab/lab/report"
	"authlab/web"
)

// exportedUsers is how many simulated users a population of an exported run has, as in a run that a page starts.
const exportedUsers = 50

// newExportCommand is authlab export: run everything, and write the walkthrough with it.
func newExportCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "export DIR",
		Short: "Run everything and write the walkthrough as a site that needs no server",
		Long: `Run all experiments on the embedded cluster and write the walkthrough with what happened:
index.html in English and es.html in Spanish, and the report of the same run, which links to
its films: report.html and report.es.html. They can be opened as files, or put on any web
server. Predictions, films and lessons work; what needs a lab says so.`,
		Example: "  authlab export lesson",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("export takes one folder to write to")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return export(cmd.Context(), args[0], experiment.All(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
}

// export writes only when all has been measured. The folder has to be new or empty, so that nothing is lost.
func export(ctx context.Context, folder string, experiments []experiment.Experiment, stdout, stderr io.Writer) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return usageError{fmt.Errorf("make the folder to write to: %w", err)}
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 {
		return usageError{errors.Join(err, fmt.Errorf("%s is not an empty folder", folder))}
	}
	const replicas = 3
	lab, err := embedded.Start(ctx, embedded.Config{
		Replicas: replicas, ResponseTimeout: responseTimeout, Experiments: func(url string) http.Handler { return api.For(url).Handler() },
	})
	if err != nil {
		return err
	}
	start := time.Now()
	answers, err := answersOf(ctx, lab.URL(), experiments, stderr)
	took := time.Since(start)
	if err = errors.Join(err, lab.Close()); err != nil {
		return err
	}
	results, err := resultsIn(answers[texts.English], experiments)
	if err != nil {
		return err
	}
	site := map[string][]byte{}
	for lang, byPath := range answers {
		if site[lang], err = json.Marshal(byPath); err != nil {
			return err
		}
	}
	if err := web.WriteSite(folder, site); err != nil {
		return err
	}
	measured := experiment.Report{Target: "embedded", Replicas: replicas, DurationMS: took.Milliseconds(), Experiments: results}
	if err := writeReports(folder, measured); err != nil {
		return err
	}
	for _, written := range []string{"index.html", "report.html"} {
		fmt.Fprintln(stdout, filepath.Join(folder, written))
	}
	return nil
}

// labAnswers are what the lab has answered, by method and path.
type labAnswers map[string]json.RawMessage

// answersOf runs experiments as a page does, and returns what the lab has answered, by language.
func answersOf(ctx context.Context, url string, experiments []experiment.Experiment, stderr io.Writer) (map[string]labAnswers, error) {
	kept := map[string]labAnswers{}
	keep := func(lang, as, method, path string) error {
		body, err := labAnswer(ctx, method, url+path)
		if kept[lang] == nil {
			kept[lang] = labAnswers{}
		}
		kept[lang][as] = body
		return err
	}
	for _, lang := range texts.Languages() {
		list := "/lab/experiments?lang=" + lang
		if err := errors.Join(keep(lang, "GET /lab/cluster", http.MethodGet, "/lab/cluster"), keep(lang, "GET "+list, http.MethodGet, list)); err != nil {
			return nil, err
		}
	}
	progress, clear := progressOn(stderr)
	defer clear()
	for i, e := range experiments {
		progress(i, len(experiments), e.Name)
		method := http.MethodPost // it runs once, and is then told in each language
		for _, lang := range texts.Languages() {
			path := runPath(e, lang)
			if err := keep(lang, "POST "+path, method, path); err != nil {
				return nil, fmt.Errorf("%s: %w", e.Name, err)
			}
			method = http.MethodGet
		}
	}
	return kept, nil
}

func runPath(e experiment.Experiment, lang string) string {
	return "/lab/experiments/" + e.Name + "?lang=" + lang
}

// resultsIn reads what experiments measured from the answers that the pages play, so that both tell the same.
func resultsIn(english labAnswers, experiments []experiment.Experiment) ([]experiment.Result, error) {
	results := make([]experiment.Result, len(experiments))
	for i, e := range experiments {
		if err := json.Unmarshal(english["POST "+runPath(e, texts.English)], &results[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name, err)
		}
	}
	return results, nil
}

// exportedReports are the reports by language, each with the page of web.WriteSite that plays the films.
var exportedReports = map[string]struct{ file, films string }{
	texts.English: {"report.html", "index.html"},
	texts.Spanish: {"report.es.html", "es.html"},
}

func writeReports(folder string, measured experiment.Report) error {
	for lang, written := range exportedReports {
		page := pageOf(measured, lang, exportedUsers)
		page.Films = written.films
		var whole bytes.Buffer
		if err := report.HTML(&whole, page); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, written.file), whole.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func labAnswer(ctx context.Context, method, url string) (json.RawMessage, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(fmt.Sprintf(`{"users":%d}`, exportedUsers)))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, body)
	}
	return body, err
}
