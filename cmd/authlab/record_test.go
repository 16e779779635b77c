//go:build !replica

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authlab/lab/contract"
	"authlab/lab/testkit"
)

func TestRecordWritesWhatHappenedInEachExperiment(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "recordings")
	for range 2 { // the second run replaces the files of the first
		if code, _, stderr := program(t, nil, "run", "--record", dir, "redis-down", "reference-or-value"); code != 0 || stderr != "" {
			t.Fatalf("exit %d, stderr %q", code, stderr)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 2 || files[0].Name() != "redis-down.json" || files[1].Name() != "reference-or-value.json" {
		t.Fatalf("%v, %v", files, err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "redis-down.json"))
	testkit.Must(t, err)
	var recording contract.Recording
	if err := json.Unmarshal(text, &recording); err != nil || recording.Replicas != 3 || len(recording.Beats) < 20 || len(recording.Totals) != 7 {
		t.Errorf("%v, %s", err, text)
	}
}

func TestWhereNothingCanBeRecordedNothingRuns(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	testkit.Must(t, os.WriteFile(file, []byte("mine"), 0o600))
	for _, dir := range []string{file, filepath.Join(file, "below"), "/proc/nothing"} {
		code, stdout, stderr := program(t, nil, "run", "--record", dir, "redis-down")
		if code != 1 || stdout != "" || !strings.Contains(stderr, "--record") || !strings.Contains(stderr, dir) {
			t.Errorf("%s: exit %d, stdout %q, stderr %q", dir, code, stdout, stderr)
		}
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "mine" {
		t.Errorf("the file is %q, %v", text, err)
	}
}
