package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnInterruptIsToldInPlainWordsAndExitsWith130(t *testing.T) {
	away := fmt.Errorf("docker compose up: %w", context.Canceled)
	for name, tt := range map[string]struct {
		err    error
		code   int
		stderr string
	}{
		"anywhere":              {away, 130, "authlab: interrupted\n"},
		"after some work":       {stoppedError{"stopped after 3 of 31 experiments", context.Canceled}, 130, "authlab: stopped after 3 of 31 experiments\n"},
		"and more went wrong":   {errors.Join(stoppedError{"stopped early", away}, errors.New("the containers are still there")), 130, "authlab: stopped early\nauthlab: the containers are still there\n"},
		"a time that was up":    {fmt.Errorf("ask: %w", context.DeadlineExceeded), 1, "authlab: ask: context deadline exceeded\n"},
		"something that failed": {errors.New("no room"), 1, "authlab: no room\n"},
	} {
		var stderr bytes.Buffer
		if code := exitCode(tt.err, &stderr); code != tt.code || stderr.String() != tt.stderr {
			t.Errorf("%s: exit %d, %q; want %d, %q", name, code, stderr.String(), tt.code, tt.stderr)
		}
	}
}

// TestEverySubcommandTakesAnInterrupt ends each before it has begun: a server has then done its work, and all others were
// cut short.
func TestEverySubcommandTakesAnInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	report := filepath.Join(t.TempDir(), "r.html")
	for _, tt := range []struct {
		args []string
		code int
	}{
		{[]string{"--listen", "127.0.0.1:0"}, 130}, // it looks for its Redis first
		{[]string{"run"}, 130},
		{[]string{"run", "--target", "http://127.0.0.1:1"}, 130},
		{[]string{"report", "-o", report}, 130},
		{[]string{"bench", "--requests", "1"}, 130},
		{[]string{"soak"}, 130},
		{[]string{"serve", "--listen", "127.0.0.1:0"}, 130}, // as well
		{[]string{"reports", "--listen", "127.0.0.1:0", "--home", "http://127.0.0.1:1"}, 0},
		{[]string{"console", "--listen", "127.0.0.1:0", "--log-listen", "127.0.0.1:0", "--agents", "app-1:1"}, 0},
		{[]string{"health", "http://127.0.0.1:1"}, 130},
	} {
		var stdout, stderr bytes.Buffer
		err := run(ctx, tt.args, func(string) string { return "" }, &stdout, &stderr)
		if code := exitCode(err, &stderr); code != tt.code {
			t.Errorf("%s: exit %d (%v), want %d", tt.args, code, err, tt.code)
		}
		if strings.Contains(stderr.String(), "cancel") {
			t.Errorf("%s: it says %q", tt.args, stderr.String())
		}
	}
}

func TestALabThatIsThereIsResetOnlyIfSomebodySaysSo(t *testing.T) {
	var usage usageError
	if err := confirm(t.Context(), strings.NewReader("y\n"), &bytes.Buffer{}); !errors.As(err, &usage) || !strings.Contains(err.Error(), "--yes") {
		t.Errorf("without a terminal: %v", err)
	}
	for answer, yes := range map[string]bool{"y\n": true, "YES\n": true, "n\n": false, "\n": false, "": false, "yesterday\n": false} {
		if err := readYes(t.Context(), strings.NewReader(answer)); (err == nil) != yes {
			t.Errorf("%q: %v", answer, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := readYes(ctx, silentTerminal{}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

// A silentTerminal is one at which no key is pressed.
type silentTerminal struct{}

func (silentTerminal) Read([]byte) (int, error) { select {} }
