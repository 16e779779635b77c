package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authlab/lab/testkit"

	"github.com/alicebob/miniredis/v2"
)

func TestAKeyFileOfAllUsersIsToldOrRefused(t *testing.T) {
	redis := "redis://" + miniredis.RunT(t).Addr()
	for mode, want := range map[os.FileMode]struct {
		code   int
		stderr string // a part of it; empty: no word about the file
	}{
		0o600: {0, ""},
		0o440: {0, ""}, // as Kubernetes mounts it here
		0o444: {0, "chmod o-rwx "},
		0o644: {0, "every user of this machine can read the keys"},
		0o666: {1, "every user of this machine can put keys into"},
		0o602: {1, "chmod o-rwx "},
	} {
		path := filepath.Join(t.TempDir(), "keys.json")
		if _, err := makeKeys(path); err != nil {
			t.Fatal(err)
		}
		testkit.Must(t, os.Chmod(path, mode))
		link := filepath.Join(t.TempDir(), "link.json")
		testkit.Must(t, os.Symlink(path, link))
		for _, keys := range []string{path, link} {
			code, stderr := startsAndEnds(t, "serve", "--listen", "127.0.0.1:0", "--redis", redis, "--keys", keys)
			said := strings.Contains(stderr, want.stderr) && (want.stderr != "" || !strings.Contains(stderr, "chmod"))
			if code != want.code || !said {
				t.Errorf("%o: exit %d, want %d; stderr %q, want %q in it", mode, code, want.code, stderr, want.stderr)
			}
		}
		if code, _, stderr := program(t, nil, "keys", "rotate", "--keys", path); code != want.code {
			t.Errorf("%o: rotate: exit %d, want %d: %s", mode, code, want.code, stderr)
		}
	}
}

// startsAndEnds runs the program until it says on stdout that it serves, or ends by itself.
func startsAndEnds(t *testing.T, args ...string) (code int, stderr string) {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	var errs strings.Builder
	err := run(ctx, args, func(string) string { return "" }, endsWith{end}, &errs)
	return exitCode(err, &errs), errs.String()
}

// endsWith ends what it is the stdout of at the first word.
type endsWith struct{ end func() }

func (e endsWith) Write(text []byte) (int, error) {
	e.end()
	return len(text), nil
}

func TestALabKeyThatCanBeGuessedIsRefused(t *testing.T) {
	for _, args := range [][]string{
		{"--lab-key", "x"}, {"--lab-key", "fifteen chars.."}, {"console", "--agents", "app-1:8079", "--lab-key", "x"},
	} {
		code, stdout, stderr := program(t, nil, args...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, "can be guessed; take 16 or more") || strings.Contains(stderr, "fifteen") {
			t.Errorf("%q: exit %d, %q, %q", args, code, stdout, stderr)
		}
	}
	if code, stderr := startsAndEnds(t, "--listen", "127.0.0.1:0", "--lab-key", "a key for a room"); code != 0 {
		t.Errorf("a key of 16 characters: exit %d, %s", code, stderr)
	}
}
