package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"authlab/lab/experiment"
	"authlab/lab/testkit"
)

// program runs the whole program and returns what its user would see.
func program(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	err := run(t.Context(), args, func(name string) string { return env[name] }, &out, &errs)
	return exitCode(err, &errs), out.String(), errs.String()
}

func TestWrongUsageSaysWhatIsWrongAndExitsWith2(t *testing.T) {
	for name, tt := range map[string]struct {
		args   []string
		env    map[string]string
		code   int
		stderr string // a part of it
	}{
		"an unknown command":         {[]string{"rnu"}, nil, 2, `authlab has no such command; did you mean "run"?`},
		"a word of no command":       {[]string{"wonderland"}, nil, 2, "authlab has no such command"},
		"an unknown flag":            {[]string{"run", "--jsno"}, nil, 2, "unknown flag: --jsno"},
		"an unknown experiment":      {[]string{"run", "round-robbin"}, nil, 2, `did you mean "round-robin"?`},
		"another unknown experiment": {[]string{"run", "sticky-dies"}, nil, 2, `did you mean "sticky`},
		"a target that is none":      {[]string{"run", "--target", "nowhere"}, nil, 2, "it should look like http://127.0.0.1:8080"},
		"replicas of another target": {[]string{"run", "--target", "http://127.0.0.1:1", "--replicas", "4"}, nil, 2, "for the embedded target"},
		"no replica":                 {[]string{"run", "--replicas", "0"}, nil, 2, "--replicas"},
		"too many replicas":          {[]string{"--replicas", "99"}, nil, 2, "--replicas"},
		"replicas in words":          {[]string{"run", "--replicas", "three"}, nil, 2, "invalid argument"},
		"no user":                    {[]string{"run", "--users", "0"}, nil, 2, "--users 0: it can be 1 to 10000"},
		"too many users":             {[]string{"run", "--users", "10001"}, nil, 2, "--users 10001"},
		"users in words":             {[]string{"run", "--users", "many"}, nil, 2, "invalid argument"},
		"users of the lab itself":    {[]string{"--users", "5"}, nil, 2, "unknown flag: --users"},
		"a Redis that is no address": {[]string{"run", "--redis", "localhost"}, nil, 1, "it should look like redis://127.0.0.1:6379"},
		"a Redis that is not there":  {[]string{"run", "--redis", "redis://127.0.0.1:1"}, nil, 1, "redis at 127.0.0.1:1 cannot be reached"},
		"a lab that is not there":    {[]string{"run", "--target", "http://127.0.0.1:1"}, nil, 1, "look at the target"},
		"serve without its Redis":    {[]string{"serve", "--redis", "redis://127.0.0.1:1"}, nil, 1, "redis at 127.0.0.1:1 cannot be reached"},
		"serve with a bad address":   {[]string{"serve", "--redis", "127.0.0.1"}, nil, 2, "redis address"},
		"serve without its services": {[]string{"serve", "--services", "no-such-file"}, nil, 2, "--services: open no-such-file"},
		"serve with other services":  {[]string{"serve", "--services", "main_test.go"}, nil, 2, `the file should be like {"reports":"a secret"}`},
		"resource without a secret":  {[]string{"resource", "--secret", "no-such-file"}, nil, 2, "--secret: open no-such-file"},
		"serve with old sessions":    {[]string{"serve", "--stale-sessions", "2m"}, nil, 2, "--stale-sessions 2m0s: it can be 0s to 1m0s"},
		"serve without sessions":     {[]string{"serve", "--max-sessions", "0"}, nil, 2, "--max-sessions 0: it can be 1 to 1000"},
		"serve with other accounts":  {[]string{"serve", "--accounts", "postgres://x"}, nil, 2, "memory:"},
		"serve with a word":          {[]string{"serve", "now"}, nil, 2, "authlab serve takes no arguments, only flags"},
		"a bad environment":          {[]string{"serve"}, map[string]string{"AUTHLAB_SECURE_COOKIES": "maybe"}, 2, "AUTHLAB_SECURE_COOKIES"},
		"the Redis of the environment": {[]string{"serve"}, map[string]string{"AUTHLAB_REDIS": "redis://127.0.0.1:1"}, 1,
			"redis at 127.0.0.1:1 cannot be reached"},
		"a flag before the environment": {[]string{"serve", "--redis", "redis://127.0.0.1:2"},
			map[string]string{"AUTHLAB_REDIS": "redis://127.0.0.1:1"}, 1, "redis at 127.0.0.1:2 cannot be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := program(t, tt.env, tt.args...)
			if code != tt.code || !strings.Contains(stderr, tt.stderr) {
				t.Errorf("exit %d, want %d; stderr %q, want %q in it", code, tt.code, stderr, tt.stderr)
			}
			if stdout != "" {
				t.Errorf("stdout %q, want nothing", stdout)
			}
		})
	}
}

// A word that stands in a command line by mistake may be a password: of an address without its quotes, say.
func TestAStrayWordIsNotRepeated(t *testing.T) {
	for command, want := range map[string]string{
		"": "authlab has no such command", "keys": "authlab keys has no such command", "keys rotate": "authlab keys rotate takes no arguments",
		"serve": "authlab serve takes no arguments", "resource": "takes no arguments", "console": "takes no arguments",
		"setup": "takes no arguments", "report": "takes no arguments", "bench": "takes no arguments",
	} {
		code, stdout, stderr := program(t, nil, append(strings.Fields(command), "s3cr3t")...)
		if code != 2 || !strings.Contains(stderr, want) || strings.Contains(stdout+stderr, "s3cr3t") {
			t.Errorf("authlab %s s3cr3t: exit %d, %q, %q; want %q", command, code, stdout, stderr, want)
		}
	}
}

func TestATakenPortSaysSo(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	testkit.Must(t, err)
	defer listener.Close()
	code, _, stderr := program(t, nil, "--listen", listener.Addr().String())
	if code != 1 || !strings.Contains(stderr, "another program listens there; choose another port") {
		t.Errorf("exit %d, stderr %q", code, stderr)
	}
}

func TestListNamesEveryExperiment(t *testing.T) {
	code, stdout, stderr := program(t, nil, "run", "--list")
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d, stderr %q", code, stderr)
	}
	for _, e := range experiment.All() {
		if !strings.Contains(stdout, e.Name+"\n    ") {
			t.Errorf("%s is not listed", e.Name)
		}
	}
	_, stdout, _ = program(t, nil, "run", "--list", "--json", "sticky")
	var items []map[string]string
	if err := json.Unmarshal([]byte(stdout), &items); err != nil || len(items) != 1 || items[0]["name"] != "sticky" {
		t.Errorf("--list --json: %v, %q", err, stdout)
	}
}

func TestJSONIsOneObjectOfTheAgreedForm(t *testing.T) {
	code, stdout, stderr := program(t, nil, "run", "--json", "round-robin", "redis-down")
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d, stderr %q", code, stderr)
	}
	var report map[string]any
	testkit.Must(t, json.Unmarshal([]byte(stdout), &report))
	members := func(what string, object any, want ...string) map[string]any {
		got := object.(map[string]any)
		if len(got) != len(want) {
			t.Errorf("%s has %d members, want %v", what, len(got), want)
		}
		for _, name := range want {
			if _, ok := got[name]; !ok {
				t.Errorf("%s has no %q", what, name)
			}
		}
		return got
	}
	members("the report", report, "target", "replicas", "duration_ms", "experiments")
	experiments := report["experiments"].([]any)
	if len(experiments) != 2 {
		t.Fatalf("%d experiments", len(experiments))
	}
	first := members("an experiment", experiments[0], "name", "question", "claim", "lesson", "sentences", "as_predicted", "duration_ms", "cells")
	if first["name"] != "round-robin" || first["as_predicted"] != true {
		t.Errorf("first is %v", first)
	}
	cell := members("a cell", first["cells"].([]any)[0], "scheme", "status", "prediction", "outcome", "predicted", "observed", "as_predicted", "measures")
	if cell["scheme"] != "session-memory" || cell["observed"] != "10/30" {
		t.Errorf("first cell is %v", cell)
	}
	measures := cell["measures"].(map[string]any)
	if measures["ok"] != 10.0 || measures["total"] != 30.0 {
		t.Errorf("measures %v", measures)
	}
}

func TestAnInterruptEndsTheLabCleanly(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out := &notifying{wrote: make(chan struct{}, 8)}
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, []string{"--listen", "127.0.0.1:0"}, func(string) string { return "" }, out, &bytes.Buffer{})
	}()
	<-out.wrote
	cancel()
	if err := <-done; err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestAnInterruptedRunTellsWhatItMeasured(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	experiments, err := experiment.Named("reference-or-value", "round-robin", "sticky")
	testkit.Must(t, err)
	first := experiments[1].Run
	experiments[1].Run = func(ctx context.Context, b *experiment.Trial) error {
		cancel()
		return first(ctx, b)
	}
	var out bytes.Buffer
	err = runExperiments(ctx, runOptions{target: "embedded", replicas: 3}, experiments, &out, &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "stopped after 1 of 3 experiments") {
		t.Errorf("error %v", err)
	}
	if !strings.Contains(out.String(), "✓ reference-or-value") || strings.Contains(out.String(), "round-robin") {
		t.Errorf("printed\n%s", out.String())
	}
}

func TestReplicasThatStartAtOnceShareOneKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	ids := make(chan string, 8)
	for range cap(ids) {
		go func() {
			keys, err := loadKeys(path)
			if err != nil {
				t.Error(err)
				ids <- ""
				return
			}
			ids <- keys.tokens.Signing().ID()
		}()
	}
	first := <-ids
	for range cap(ids) - 1 {
		if id := <-ids; id != first {
			t.Errorf("one signs with %q and another with %q", first, id)
		}
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".new-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

type notifying struct {
	wrote chan struct{}
}

func (n *notifying) Write(b []byte) (int, error) {
	n.wrote <- struct{}{}
	return len(b), nil
}
