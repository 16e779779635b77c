package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"authlab/account"
	"authlab/account/postgres/postgrestest"
	"authlab/lab/testkit"
)

// serving starts `authlab serve` and returns its address. It ends with the test.
func serving(t *testing.T, args ...string) string {
	t.Helper()
	return starting(t, append([]string{"serve"}, args...)...)
}

// starting starts a command that serves, on a free port, and returns its address. It ends with the test.
func starting(t *testing.T, args ...string) string {
	t.Helper()
	address, end := startingWith(t, &bytes.Buffer{}, args...)
	t.Cleanup(end)
	return address
}

// startingWith starts a command as starting does, and ends it when end is called.
func startingWith(t *testing.T, stderr io.Writer, args ...string) (address string, end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, append(args, "--listen", "127.0.0.1:0"), os.Getenv, in, stderr)
		in.CloseWithError(io.EOF)
		done <- err
	}()
	line := make([]byte, 200)
	n, err := out.Read(line)
	address = regexp.MustCompile(`http://\S+`).FindString(string(line[:n]))
	if err != nil || address == "" {
		cancel()
		t.Fatalf("%s said %q, %v, and ended with %v", args[0], line[:n], err, <-done)
	}
	return address, func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("%s ended with %v", args[0], err)
		}
	}
}

func call(t *testing.T, method, address, body string, header http.Header) (int, http.Header, map[string]any) {
	t.Helper()
	var headers []string
	for name := range header {
		headers = append(headers, name, header.Get(name))
	}
	response := testkit.Send(t, method, address, body, headers...)
	var decoded map[string]any
	if response.StatusCode != http.StatusNoContent {
		response.JSON(t, &decoded)
	}
	return response.StatusCode, response.Header, decoded
}

const alice = `{"username":"alice","password":"wonderland"}`

func TestTwoReplicasShareSessionsAndTokens(t *testing.T) {
	for name, redisAt := range map[string]func(t *testing.T) string{
		"embedded": func(t *testing.T) string { return "redis://" + miniredis.RunT(t).Addr() },
		"real":     func(t *testing.T) string { return testkit.Named(t, "AUTHLAB_TEST_REDIS") },
	} {
		t.Run(name, func(t *testing.T) {
			address := redisAt(t)
			keys := filepath.Join(t.TempDir(), "keys.json")
			one := serving(t, "--name", "app-1", "--redis", address, "--keys", keys)
			two := serving(t, "--name", "app-2", "--redis", address, "--keys", keys)

			for scheme, want := range map[string]int{"redis": 200, "cookie": 200, "memory": 401} {
				status, header, _ := call(t, http.MethodPost, one+"/session/"+scheme+"/login", alice, nil)
				if status != http.StatusOK {
					t.Fatalf("%s: login %d", scheme, status)
				}
				cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
				status, _, body := call(t, http.MethodGet, two+"/session/"+scheme+"/me", "", http.Header{"Cookie": {cookie}})
				if status != want || body["replica"] != "app-2" {
					t.Errorf("%s: the other replica answers %d %v, want %d", scheme, status, body, want)
				}
			}
			_, _, pair := call(t, http.MethodPost, one+"/authenticate", alice, nil)
			bearer := http.Header{"Authorization": {"Bearer " + pair["access_token"].(string)}}
			for _, path := range []string{"/token/stateless/me", "/token/revocable/me"} {
				if status, _, body := call(t, http.MethodGet, two+path, "", bearer); status != http.StatusOK {
					t.Errorf("%s: the other replica answers %d %v", path, status, body)
				}
			}

			stranger := serving(t, "--name", "app-3", "--redis", address)
			if status, _, _ := call(t, http.MethodGet, stranger+"/token/stateless/me", "", bearer); status != http.StatusUnauthorized {
				t.Errorf("a replica with keys of its own answers %d, want 401", status)
			}
		})
	}
}

func TestReplicasShareAUsersDatabase(t *testing.T) {
	redis, accounts := "redis://"+miniredis.RunT(t).Addr(), postgrestest.Address(t)
	password := http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("alice:wonderland"))}}
	replica := func() string { return serving(t, "--redis", redis, "--accounts", accounts, "--demo-accounts") }
	admin := func(replica string, want int) {
		t.Helper()
		if status, _, body := call(t, http.MethodGet, replica+"/basic/admin", "", password); status != want {
			t.Errorf("%d %v, want %d", status, body, want)
		}
	}
	one, two := replica(), replica()
	admin(one, http.StatusOK)
	admin(two, http.StatusOK)
	postgrestest.Exec(t, accounts, `UPDATE authlab_users SET roles = '{user}' WHERE name = 'alice'`)
	admin(one, http.StatusForbidden)
	admin(two, http.StatusForbidden)
	admin(replica(), http.StatusForbidden) // one that starts later leaves users as they are
}

func TestAUsersDatabaseThatCannotBeUsedIsToldWithoutItsPassword(t *testing.T) {
	redis := "redis://" + miniredis.RunT(t).Addr()
	for name, tt := range map[string]struct {
		accounts string
		code     int
		stderr   string // a part of it
	}{
		"another scheme":     {"mysql://root:s3cr3t@127.0.0.1/users", 2, "it can be memory: or postgres://"},
		"no scheme":          {"s3cr3t", 2, "it can be memory: or postgres://"},
		"a bad address":      {"postgres://user:s3cr3t/x@127.0.0.1/users", 2, "postgres address cannot be read: it should look like postgres://"},
		"no database":        {"postgres://user:s3cr3t@127.0.0.1", 2, "postgres address names no database"},
		"nobody there":       {"postgres://user:s3cr3t@127.0.0.1:1/users", 1, "postgres at 127.0.0.1:1 cannot be reached"},
		"the longer scheme":  {"postgresql://user:s3cr3t@127.0.0.1:1/users", 1, "postgres at 127.0.0.1:1 cannot be reached"},
		"memory with a path": {"memory:users", 2, "it can be memory: or postgres://"},
	} {
		t.Run(name, func(t *testing.T) {
			for how, env := range map[string]map[string]string{"flag": nil, "environment": {"AUTHLAB_ACCOUNTS": tt.accounts}} {
				args := []string{"serve", "--redis", redis}
				if env == nil {
					args = append(args, "--accounts", tt.accounts)
				}
				code, stdout, stderr := program(t, env, args...)
				if code != tt.code || !strings.Contains(stderr, tt.stderr) || strings.Count(stderr, "\n") > 2 {
					t.Errorf("%s: exit %d, want %d; stderr %q, want %q in it", how, code, tt.code, stderr, tt.stderr)
				}
				if strings.Contains(stdout+stderr, "s3cr3t") {
					t.Errorf("%s: the password is shown: %q", how, stdout+stderr)
				}
			}
		})
	}
}

func TestAKeyFileThatCannotBeUsedIsRefusedAtStart(t *testing.T) {
	redis := "redis://" + miniredis.RunT(t).Addr()
	for name, content := range map[string]string{
		"not JSON":          "secret",
		"no keys":           `{"token_keys":{"keys":[]},"session_cookie_keys":["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]}`,
		"a weak key":        `{"token_keys":{"keys":[{"kty":"oct","k":"c2VjcmV0","alg":"HS256","kid":"a"}]},"session_cookie_keys":["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]}`,
		"a weak cookie key": `{"token_keys":{"keys":[{"kty":"oct","k":"QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE","alg":"HS256","kid":"a"}]},"session_cookie_keys":["c2VjcmV0"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "keys.json")
			testkit.Must(t, os.WriteFile(path, []byte(content), 0o600))
			code, _, stderr := program(t, nil, "serve", "--listen", "127.0.0.1:0", "--redis", redis, "--keys", path)
			if code != 1 || stderr == "" {
				t.Errorf("exit %d, stderr %q", code, stderr)
			}
			if kept, err := os.ReadFile(path); err != nil || string(kept) != content {
				t.Errorf("the file became %q, %v", kept, err)
			}
		})
	}
}

func TestAUsersDatabaseGetsTheDemoAccountsOnlyWithTheFlag(t *testing.T) {
	hasher := account.NewHasher(1)
	for name, tt := range map[string]struct {
		o    serveOptions
		want bool
		says string
	}{
		"a database":               {serveOptions{accounts: "postgres://127.0.0.1/users"}, false, "no demo accounts are made"},
		"a database, and the flag": {serveOptions{accounts: "postgres://127.0.0.1/users", demoAccounts: true}, true, "published passwords"},
		"this process":             {serveOptions{accounts: "memory:"}, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			directory := account.NewMemory() // in the place of any
			testkit.Must(t, createDemos(t.Context(), directory, hasher, tt.o, slog.New(slog.NewTextHandler(&log, nil))))
			for _, demo := range account.Demos() {
				if _, err := directory.User(t.Context(), demo.Name); (err == nil) != tt.want {
					t.Errorf("%s: %v, want one: %t", demo.Name, err, tt.want)
				}
			}
			if !strings.Contains(log.String(), tt.says) || (tt.says == "") != (log.Len() == 0) {
				t.Errorf("the log says %q, want %q", log.String(), tt.says)
			}
		})
	}
}
