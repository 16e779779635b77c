//go:build !replica

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"authlab/lab/embedded"
	"authlab/lab/experiment"
	"authlab/lab/experiment/api"
	"authlab/lab/experiment/texts"
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
index.html in English and es.html in Spanish. It can be opened as a file, or put on any web
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
	lab, err := embedded.Start(ctx, embedded.Config{
		Replicas: 3, ResponseTimeout: responseTimeout, Experiments: func(url string) http.Handler { return api.For(url).Handler() },
	})
	if err != nil {
		return err
	}
	answers, err := answersOf(ctx, lab.URL(), experiments, stderr)
	if err = errors.Join(err, lab.Close()); err != nil {
		return err
	}
	if err := web.WriteSite(folder, answers); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s/index.html\n", strings.TrimSuffix(folder, "/"))
	return nil
}

// answersOf runs experiments as a page does, and returns what the lab has answered, by language.
func answersOf(ctx context.Context, url string, experiments []experiment.Experiment, stderr io.Writer) (map[string][]byte, error) {
	kept := map[string]map[string]json.RawMessage{}
	keep := func(lang, as, method, path string) error {
		body, err := labAnswer(ctx, method, url+path)
		if kept[lang] == nil {
			kept[lang] = map[string]json.RawMessage{}
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
			path := "/lab/experiments/" + e.Name + "?lang=" + lang
			if err := keep(lang, "POST "+path, method, path); err != nil {
				return nil, fmt.Errorf("%s: %w", e.Name, err)
			}
			method = http.MethodGet
		}
	}
	answers := map[string][]byte{}
	for lang, byPath := range kept {
		body, err := json.Marshal(byPath)
		if err != nil {
			return nil, err
		}
		answers[lang] = body
	}
	return answers, nil
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
