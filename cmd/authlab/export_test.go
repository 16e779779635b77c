//go:build !replica

package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authlab/lab/experiment"
	"authlab/lab/experiment/browser"
	"authlab/lab/experiment/texts"
	"authlab/lab/testkit"
)

func exported(t *testing.T, names ...string) string {
	t.Helper()
	experiments, err := experiment.Named(names...)
	testkit.Must(t, err)
	folder := filepath.Join(t.TempDir(), "lesson")
	testkit.Must(t, export(t.Context(), folder, experiments, io.Discard, io.Discard))
	return folder
}

func TestAnExportHoldsAllThatItsPagesLoad(t *testing.T) {
	folder := exported(t, "redis-down")
	for page, answers := range map[string]string{"index.html": "answers.en.js", "es.html": "answers.es.js"} {
		text, err := os.ReadFile(filepath.Join(folder, page))
		testkit.Must(t, err)
		for _, outside := range []string{`src="/`, `href="/`, "http-equiv"} {
			if strings.Contains(string(text), outside) {
				t.Errorf("%s asks a server for something: %s", page, outside)
			}
		}
		recorded, err := os.ReadFile(filepath.Join(folder, answers))
		testkit.Must(t, err)
		for _, want := range []string{`"GET /lab/cluster":`, `"POST /lab/experiments/redis-down?lang=`, `"recording":`} {
			if !strings.Contains(string(recorded), want) {
				t.Errorf("%s has no %s", answers, want)
			}
		}
	}
}

// TestAnExportHasTheReportOfTheSameRun compares a time that no second run would measure again.
func TestAnExportHasTheReportOfTheSameRun(t *testing.T) {
	folder := exported(t, "redis-down")
	content := func(name string) string {
		text, err := os.ReadFile(filepath.Join(folder, name))
		testkit.Must(t, err)
		return string(text)
	}
	_, object, _ := strings.Cut(content("answers.en.js"), "= ")
	var answers map[string]json.RawMessage
	testkit.Must(t, json.Unmarshal([]byte(strings.TrimSuffix(strings.TrimSpace(object), ";")), &answers))
	var played experiment.Result
	testkit.Must(t, json.Unmarshal(answers["POST /lab/experiments/redis-down?lang=en"], &played))
	for lang, tt := range map[string]struct{ file, films string }{texts.English: {"report.html", "index.html"}, texts.Spanish: {"report.es.html", "es.html"}} {
		page := content(tt.file)
		took := texts.Must(lang).Number(played.Measure(experiment.SessionRedis, "ms")) + "\u00a0ms"
		for _, want := range []string{`<html lang="` + lang + `">`, `href="` + tt.films + `#redis-down"`, took} {
			if !strings.Contains(page, want) {
				t.Errorf("%s has no %s", tt.file, want)
			}
		}
		if !strings.Contains(content(tt.films), "<html") {
			t.Errorf("%s is no page", tt.films)
		}
	}
}

func TestAnExportLosesNothingThatIsThere(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "thesis.txt")
	testkit.Must(t, os.WriteFile(file, []byte("years of work"), 0o600))
	for _, target := range []string{folder, file} {
		if err := export(t.Context(), target, nil, io.Discard, io.Discard); err == nil {
			t.Errorf("written to %s", target)
		}
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("the folder has %v now", entries)
	}
}

// TestAnExportWorksAsAFile opens the pages as a teacher does who has clicked on the file.
func TestAnExportWorksAsAFile(t *testing.T) {
	folder := exported(t, "redis-down")
	chromium := browser.New(t.Context())
	t.Cleanup(chromium.Close)
	tab, err := chromium.Open(t.Context())
	if err != nil {
		testkit.Missing(t, err)
	}
	defer tab.Close()
	for page, title := range map[string]string{"index.html": "The cabinet burns", "es.html": "Arde el archivador"} {
		testkit.Must(t, tab.Go("file://"+filepath.Join(folder, page)+"#the-cabinet-burns"))
		var seen string
		if err := tab.Evaluate(`document.getElementById("title").textContent`, &seen); err != nil || seen != title {
			t.Errorf("%s: %q, %v", page, seen, err)
		}
		const played = `new Promise((done) => {
			const stage = document.querySelector("lab-stage");
			new MutationObserver(() => stage.dataset.film === "playing" && done(document.getElementById("film").textContent)).observe(stage, { attributes: true });
			document.querySelector(".unsure").click();
		})`
		if err := tab.Evaluate(played, &seen); err != nil || seen == "" {
			t.Errorf("%s plays no film: %q, %v", page, seen, err)
		}
	}
}
