package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"authlab/account"
	"authlab/lab/testkit"
	"authlab/token"
)

func TestSetupMakesSecretsOnceAndForWhoNeedsThem(t *testing.T) {
	dir := t.TempDir()
	keys, password, passfile := filepath.Join(dir, "keys.json"), filepath.Join(dir, "password"), filepath.Join(dir, "pgpass")
	var before []string
	for _, what := range []string{"made", "was there already, and is kept"} {
		code, stdout, stderr := program(t, nil, "setup", "--keys", keys, "--password", password, "--passfile", passfile)
		if code != 0 {
			t.Fatalf("exit %d: %s", code, stderr)
		}
		if want := fmt.Sprintf("%[1]s: %[4]s\n%[2]s: %[4]s\n%[3]s: %[4]s\n", keys, password, passfile, what); stdout != want {
			t.Errorf("it says\n%s\nwant\n%s", stdout, want)
		}
		var now []string
		for path, mode := range map[string]os.FileMode{keys: 0o600, password: 0o444, passfile: 0o400} {
			info, err := os.Stat(path)
			if err != nil || info.Mode().Perm() != mode {
				t.Errorf("%s: %v, %v; want %v", path, info.Mode(), err, mode)
			}
		}
		for _, path := range []string{keys, password, passfile} {
			text, err := os.ReadFile(path)
			testkit.Must(t, err)
			now = append(now, string(text))
		}
		if before != nil && !slices.Equal(before, now) {
			t.Error("the second time, they are others")
		}
		before = now
	}
	if len(before[1]) < 26 || before[2] != "*:*:*:*:"+before[1]+"\n" {
		t.Errorf("the password has %d characters, and the password file fits: %t", len(before[1]), before[2] == "*:*:*:*:"+before[1]+"\n")
	}
	if code, _, stderr := program(t, nil, "setup", "--keys", keys); code != 2 || !strings.Contains(stderr, "--passfile") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

func TestAReplicaThatReadsItsKeysAnewKeepsOrRefusesWhatTheOldOnesSigned(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	keys, err := loadKeys(path)
	testkit.Must(t, err)
	published := func() []string {
		var ids []string
		for _, key := range keys.tokens.JWKS().Keys {
			ids = append(ids, key.KeyID)
		}
		return ids
	}
	var told []account.Event
	audit := func(_ context.Context, event account.Event) { told = append(told, event) }
	rotate := func(want string, args ...string) {
		t.Helper()
		code, stdout, stderr := program(t, nil, append([]string{"keys", "rotate", "--keys", path}, args...)...)
		if code != 0 || !strings.Contains(stdout, want) {
			t.Fatalf("exit %d: %q, %q", code, stdout, stderr)
		}
		testkit.Must(t, keys.reload(t.Context(), audit))
		if want := (account.Event{Kind: account.EventKeyChanged, Key: published()[0]}); len(told) == 0 || told[len(told)-1] != want {
			t.Errorf("the audit was told %v, want %v", told, want)
		}
	}
	first := published()
	rotate("1 is still good", "--overlap")
	second := published()
	if len(second) != 2 || second[1] != first[0] || keys.tokens.Signing().ID() != second[0] {
		t.Errorf("with overlap: %v became %v", first, second)
	}
	rotate("2 are still good", "--overlap")
	rotate("0 are still good")
	if third := published(); len(third) != 1 || slices.Contains(second, third[0]) {
		t.Errorf("without overlap: %v became %v", second, third)
	}
	last := published()
	for _, text := range []string{"", "no JSON", `{"token_keys":{"keys":[]},"session_cookie_keys":["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]}`} {
		testkit.Must(t, os.WriteFile(path, []byte(text), 0o600))
		if err := keys.reload(t.Context(), audit); err == nil || !slices.Equal(published(), last) {
			t.Errorf("a file that says %.20q: %v, and the keys became %v", text, err, published())
		}
	}
	if len(told) != 3 {
		t.Errorf("the audit was told %v, want 3 events", told)
	}
	if _, err := token.ParseKeyring([]byte(`{"keys":[]}`)); err == nil {
		t.Error("a keyring without keys is read")
	}
}

func TestHealthIsAnExitCode(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/livez" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	for address, want := range map[string]int{server.URL + "/livez": 0, server.URL + "/readyz": 1, "http://127.0.0.1:1/": 1} {
		if code, _, stderr := program(t, nil, "health", address); code != want || (stderr == "") != (want == 0) {
			t.Errorf("%s: exit %d: %s", address, code, stderr)
		}
	}
	if code, _, _ := program(t, nil, "health"); code != 2 {
		t.Errorf("without an address: exit %d", code)
	}
}

func TestTheConsoleShowsReplicasThatServeAgents(t *testing.T) {
	redis := "redis://" + miniredis.RunT(t).Addr()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	testkit.Must(t, err)
	agent := free.Addr().String()
	free.Close()
	serving(t, "--name", "127.0.0.1", "--redis", redis, "--lab-listen", agent)
	address := starting(t, "console", "--agents", agent, "--spare-agents", "app-4:1", "--redis", redis, "--log-listen", "127.0.0.1:0")
	status, _, view := call(t, http.MethodGet, address+"/lab/cluster", "", nil)
	if status != http.StatusOK || view["target"] != "compose" {
		t.Fatalf("%d %v", status, view)
	}
	replicas := view["replicas"].([]any)
	if len(replicas) != 1 || replicas[0].(map[string]any)["alive"] != true || !slices.Equal(view["faults"].([]any), []any{"boot-keys"}) {
		t.Errorf("%v", view)
	}
	for action, alive := range map[string]bool{"kill": false, "start": true} {
		if status, _, problem := call(t, http.MethodPost, address+"/lab/replicas/127.0.0.1/"+action, "", nil); status != http.StatusNoContent {
			t.Errorf("%s: %d %v", action, status, problem)
		}
		_, _, view := call(t, http.MethodGet, address+"/lab/cluster", "", nil)
		if replica := view["replicas"].([]any)[0].(map[string]any); replica["alive"] != alive {
			t.Errorf("%s: %v", action, replica)
		}
	}
	status, _, problem := call(t, http.MethodPost, address+"/lab/keys/rotate", `{"overlap":true}`, nil)
	if status != http.StatusNotImplemented || !strings.HasPrefix(problem["command"].(string), "docker compose run ") {
		t.Errorf("%d %v", status, problem)
	}
}

func TestTheConsoleRefusesWrongUsage(t *testing.T) {
	for want, args := range map[string][]string{
		"--agents names no replica": {"console"},
		"is not the address":        {"console", "--agents", "app-1"},
		"is no users database":      {"console", "--agents", "app-1:8079", "--accounts", "mysql://root:s3cr3t@db/users"},
		"redis address":             {"console", "--agents", "app-1:8079", "--redis", "nonsense"},
		"--keys names no file":      {"keys", "rotate"},
	} {
		if code, stdout, stderr := program(t, nil, args...); code != 2 || !strings.Contains(stderr, want) || strings.Contains(stdout+stderr, "s3cr3t") {
			t.Errorf("%v: exit %d: %q", args, code, stderr)
		}
	}
}
