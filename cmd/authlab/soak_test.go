package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"authlab/lab/soak"
)

func TestWrongUsageOfSoakSaysWhatIsWrong(t *testing.T) {
	for name, tt := range map[string]struct {
		args   []string
		stderr string // a part of it
	}{
		"no time":              {[]string{"--for", "0s"}, "--for 0s: it can be 1s to 24h"},
		"a time without unit":  {[]string{"--for", "60"}, "invalid argument"},
		"more than a day":      {[]string{"--for", "25h"}, "--for 25h"},
		"a time that is past":  {[]string{"--for", "-5s"}, "--for -5s"},
		"a seed in words":      {[]string{"--seed", "many"}, "invalid argument"},
		"a negative seed":      {[]string{"--seed", "-1"}, "invalid argument"},
		"no person":            {[]string{"--people", "0"}, "--people 0: it can be 1 to 64"},
		"too many people":      {[]string{"--people", "65"}, "--people 65"},
		"an unknown flag":      {[]string{"--jsno"}, "unknown flag: --jsno"},
		"a word":               {[]string{"session-redis"}, "takes no arguments"},
		"another lab's target": {[]string{"--target", "compose"}, "unknown flag: --target"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := program(t, nil, append([]string{"soak"}, tt.args...)...)
			if code != 2 || !strings.Contains(stderr, tt.stderr) || stdout != "" {
				t.Errorf("exit %d, want 2; stdout %q; stderr %q, want %q in it", code, stdout, stderr, tt.stderr)
			}
		})
	}
	if code, _, stderr := program(t, nil, "soak", "--redis", "redis://127.0.0.1:1"); code != 1 || !strings.Contains(stderr, "redis at 127.0.0.1:1 cannot be reached") {
		t.Errorf("a Redis that is not there: exit %d, %q", code, stderr)
	}
}

func TestSoakPrintsOneObjectOfTheAgreedForm(t *testing.T) {
	code, stdout, stderr := program(t, nil, "soak", "--for", "1s", "--seed", "1", "--people", "2", "--json")
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d, stderr %q, stdout %s", code, stderr, stdout)
	}
	var report map[string]json.RawMessage
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatal(err)
	}
	hasMembers(t, "the report", report, "seed", "people", "duration_ms", "requests", "schemes", "faults", "changes", "slowest_503_ms", "slowest_ms", "late_machine", "broken")
	if string(report["seed"]) != "1" || string(report["broken"]) != "null" {
		t.Errorf("seed %s, broken %s", report["seed"], report["broken"])
	}
}

func TestASoakWithoutASeedSaysWhichItTook(t *testing.T) {
	code, stdout, stderr := program(t, nil, "soak", "--for", "1s", "--people", "1")
	if code != 0 || stderr != "" || !strings.HasPrefix(stdout, "seed ") || !strings.Contains(stdout, "no invariant broken") {
		t.Errorf("exit %d, stderr %q, stdout\n%s", code, stderr, stdout)
	}
}

func TestABrokenInvariantIsPrintedWithWhatCameBefore(t *testing.T) {
	var out bytes.Buffer
	printSoak(&out, soak.Report{
		Seed: 7, People: 2, DurationMS: 1500, Requests: 3, Changes: 1, Faults: map[string]int{"redis-stopped": 1},
		Schemes:      []soak.Figures{{Scheme: "basic", Requests: 3, ByStatus: map[int]int{200: 2, 503: 1}}},
		Slowest503MS: 801.5, SlowestMS: 900,
		Broken: &soak.Broken{Invariant: soak.Valid, What: "user-00001 basic me → 401", Events: []string{"1.000 s  break redis-stopped", "1.400 s  user-00001 basic me → 401"}},
	})
	want := `seed 7: 2 people for 1.5 s; answers by status, 0 is a connection that broke
       requests  200  503

basic         3    2    1

faults: redis-stopped 1
slowest 503 802 ms, slowest answer 900 ms
3 requests, 1 fault, and a broken invariant: a valid login is not refused
  user-00001 basic me → 401
What came before:
  1.000 s  break redis-stopped
  1.400 s  user-00001 basic me → 401
`
	if out.String() != want {
		t.Errorf("printed\n%s\nwant\n%s", out.String(), want)
	}
}

func TestAnInterruptedSoakPrintsItsFigures(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	config := soak.Config{Seed: 1, For: time.Minute, People: 2, Replicas: 3, ResponseTimeout: responseTimeout, Open: openSoakLab("")}
	config.Progress = func(r soak.Report) {
		if r.Requests > 0 {
			cancel()
		}
	}
	var stdout, stderr bytes.Buffer
	err := runSoak(ctx, config, false, &stdout, &stderr)
	if code := exitCode(err, &stderr); code != 130 || stderr.String() != "authlab: stopped early\n" {
		t.Errorf("exit %d, stderr %q", code, stderr.String())
	}
	if !strings.Contains(stdout.String(), "no invariant broken") {
		t.Errorf("printed\n%s", stdout.String())
	}
}
