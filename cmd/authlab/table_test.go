package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"authlab/lab/experiment"
)

// measuredCell is a cell that says the same in prediction and observation, unless it is given another prediction.
func measuredCell(scheme string, means experiment.Meaning, observed string, predicted ...string) experiment.Cell {
	c := experiment.Cell{
		Scheme: scheme, Status: experiment.Measured, Outcome: &experiment.Outcome{Means: means}, Observed: observed, Predicted: observed, AsPredicted: true,
	}
	if len(predicted) > 0 {
		c.Predicted, c.AsPredicted = predicted[0], false
	}
	return c
}

func table80(t *testing.T, cells ...experiment.Cell) string {
	t.Helper()
	report := experiment.Report{Target: "embedded", Replicas: 3, DurationMS: 1234, Experiments: []experiment.Result{{
		Name: "redis-back", Question: strings.Repeat("Is it long? ", 12), Lesson: strings.Repeat("It is. ", 30), Cells: cells,
	}}}
	var out bytes.Buffer
	if err := printReport(&out, report, false); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > columns {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	return out.String()
}

func TestTheTableFitsIn80ColumnsAlsoWithASurprise(t *testing.T) {
	out := table80(t,
		measuredCell("session-redis", experiment.Kept, "stays"),
		measuredCell("session-memory", experiment.Kept, "stays"),
		measuredCell("token-revocable", experiment.Dangerous, "stays; revoked tokens live again and again", "stays; revoked tokens are 401 for ever"),
	)
	for _, want := range []string{
		"✗ redis-back", "predicted: stays; revoked", "● stays ", "session-redis, session-memory", "≠ ▲ stays; revoked", "1 experiment on embedded", "1 with a surprise",
	} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

func TestTheLastLineCountsAsPeopleDo(t *testing.T) {
	for replicas, want := range map[int]string{1: "0 experiments on embedded with 1 replica in 0.0 s", 2: "0 experiments on embedded with 2 replicas in 0.0 s"} {
		var out bytes.Buffer
		if err := printReport(&out, experiment.Report{Target: "embedded", Replicas: replicas}, false); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("%q, %v; want %q in it", out.String(), err, want)
		}
	}
}

func TestARowBeginsWithTheSignOfWhatItMeans(t *testing.T) {
	failed := experiment.Cell{Scheme: "token-cookie", Status: experiment.Failed, Observed: "not measured: 503", Predicted: "401"}
	out := table80(t,
		measuredCell("session-memory", experiment.Lost, "401"),
		measuredCell("session-redis", experiment.Kept, "401"), // the same words, and something else for the person
		measuredCell("session-cookie", "", "one replica"),
		failed,
	)
	for _, want := range []string{
		"\n    ✕ 401 ", "\n    ● 401 ", "\n    · one replica ", "\n  ≠ ○ not measured: 503 (predicted: 401)",
		"\n  ● login kept", "\n  ✕ lost: the login, or what was saved\n", "\n  · only a difference\n", "\n  ○ not measured\n", "\n  ≠ a surprise\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if strings.Contains(out, "▲") || strings.Contains(out, "◆") {
		t.Errorf("a sign is explained that is not there:\n%s", out)
	}
}
