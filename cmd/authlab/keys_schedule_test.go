package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"authlab/account"
	"authlab/lab/testkit"
	"authlab/token"
)

// A signer is a replica as far as its keys go.
type signer struct {
	*replicaKeys
	tokens *token.Service
}

func newSigner(t *testing.T, path string) signer {
	t.Helper()
	keys, err := loadKeys(path)
	testkit.Must(t, err)
	return signer{keys, token.NewService(token.Config{Keys: keys.tokens})}
}

func (s signer) follow(t *testing.T) {
	t.Helper()
	testkit.Must(t, s.reload(t.Context(), nil))
}

func TestReplicasThatRotateByAScheduleAcceptEachOthersTokensAllTheTime(t *testing.T) {
	const every = 24 * time.Hour
	path, start := filepath.Join(t.TempDir(), "keys.json"), time.Now()
	one, two := newSigner(t, path), newSigner(t, path)
	agree := func(when string) {
		t.Helper()
		for _, pair := range [][2]signer{{one, two}, {two, one}} {
			text, _, err := pair[0].tokens.Issue(account.User{Name: "alice"})
			testkit.Must(t, err)
			if _, err := pair[1].tokens.Verify(text); err != nil {
				t.Errorf("%s: %v", when, err)
			}
		}
	}
	old, _, err := one.tokens.Issue(account.User{Name: "alice"})
	testkit.Must(t, err)
	signing := []string{one.replicaKeys.tokens.Signing().ID()}
	for i := range 4 {
		for _, due := range []time.Duration{0, every - time.Second} { // the first rotates, and the second is too early
			before, _ := os.ReadFile(path)
			testkit.Must(t, rotateIfDue(path, every, start.Add(time.Duration(i)*every+due)))
			if after, _ := os.ReadFile(path); bytes.Equal(before, after) != (due > 0) {
				t.Errorf("after %s the file has changed: %t", due, due == 0)
			}
		}
		one.follow(t)
		agree("only one has read the new file")
		two.follow(t)
		agree("both have read it")
		signing = append(signing, two.replicaKeys.tokens.Signing().ID())
		_, err := one.tokens.Verify(old)
		if gone := i > 1; (err != nil) != gone {
			t.Errorf("%d: a token of the first key: %v", i, err)
		}
	}
	if signing[0] != signing[1] || signing[1] == signing[2] || signing[2] == signing[3] {
		t.Errorf("the first time, the key is only made, and then each has its turn: %v", signing)
	}

	// Both see at once that it is time.
	text, err := os.ReadFile(path)
	testkit.Must(t, err)
	for _, s := range []signer{one, two} {
		testkit.Must(t, os.WriteFile(path, text, 0o600))
		testkit.Must(t, rotateIfDue(path, every, start.Add(4*every)))
		s.follow(t)
	}
	agree("both have written it")

	// By hand, in between.
	if code, _, stderr := program(t, nil, "keys", "rotate", "--keys", path, "--overlap"); code != 0 {
		t.Fatal(stderr)
	}
	for range 2 {
		testkit.Must(t, rotateIfDue(path, every, start.Add(4*every)))
		one.follow(t)
	}
	two.follow(t)
	agree("rotated by hand")
}

func TestServeRotatesByTheSchedule(t *testing.T) {
	redis, path := "redis://"+miniredis.RunT(t).Addr(), filepath.Join(t.TempDir(), "keys.json")
	if _, err := loadKeys(path); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{2, 3} {
		address := serving(t, "--redis", redis, "--keys", path, "--rotate-keys-every", "24h")
		_, _, set := call(t, http.MethodGet, address+"/.well-known/jwks.json", "", nil)
		if keys := set["keys"].([]any); len(keys) != want {
			t.Errorf("start %d: it publishes %d keys, want %d", i, len(keys), want)
		}
		text, err := os.ReadFile(path)
		testkit.Must(t, err)
		yesterday := time.Now().Add(-25 * time.Hour).Format(time.DateOnly)
		text = bytes.Replace(text, []byte(time.Now().Format(time.DateOnly)+"T"), []byte(yesterday+"T"), 1)
		testkit.Must(t, os.WriteFile(path, text, 0o600))
	}
}

func TestAScheduleThatCannotWorkIsRefused(t *testing.T) {
	redis, keys := "redis://"+miniredis.RunT(t).Addr(), filepath.Join(t.TempDir(), "keys.json")
	for want, args := range map[string][]string{
		"needs --keys": {"--rotate-keys-every", "24h"},
		"at least 8h":  {"--rotate-keys-every", "1h", "--keys", keys},
		"at least  8h": {"--rotate-keys-every", "-24h", "--keys", keys},
		"cannot write": {"--rotate-keys-every", "24h", "--keys", filepath.Join(keys, "nowhere")},
	} {
		code, _, stderr := program(t, nil, append([]string{"serve", "--listen", "127.0.0.1:0", "--redis", redis}, args...)...)
		if code != 2 || !strings.Contains(stderr, strings.ReplaceAll(want, "  ", " ")) {
			t.Errorf("%v: exit %d: %q", args, code, stderr)
		}
	}
}
