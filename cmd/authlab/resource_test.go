package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
)

func TestTheSecondServiceAsksTheFirstForACookieAndNotForAToken(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "keys.json")
	home := serving(t, "--redis", "redis://"+miniredis.RunT(t).Addr(), "--keys", keys)
	second := starting(t, "resource", "--home", home, "--name", "reports-1")

	_, header, _ := call(t, http.MethodPost, home+"/session/redis/login", alice, nil)
	cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
	_, _, pair := call(t, http.MethodPost, home+"/authenticate", alice, nil)
	bearer := http.Header{"Authorization": {"Bearer " + pair["access_token"].(string)}}
	for _, tt := range []struct {
		path   string
		header http.Header
		status int
		calls  float64
	}{
		{"/reports/session/redis", http.Header{"Cookie": {cookie}}, 200, 1},
		{"/reports/session/redis", nil, 401, 1},
		{"/reports/token", bearer, 200, 1}, // home's keys, once
		{"/reports/token", bearer, 200, 0},
		{"/reports/revocable", bearer, 200, 1},
		{"/reports/token", nil, 401, 0},
	} {
		status, _, body := call(t, http.MethodGet, second+tt.path, "", tt.header)
		if status != tt.status || body["home_calls"] != tt.calls || body["service"] != "reports-1" {
			t.Errorf("%s: %d %v, want %d after %.0f calls home", tt.path, status, body, tt.status, tt.calls)
		}
	}
	if status, _, problem := call(t, http.MethodPost, home+"/token/logout", "", bearer); status != http.StatusNoContent {
		t.Fatalf("log out: %d %v", status, problem)
	}
	for path, want := range map[string]int{"/reports/token": 200, "/reports/revocable": 401} {
		if status, _, body := call(t, http.MethodGet, second+path, "", bearer); status != want {
			t.Errorf("%s with a token that was taken back: %d %v, want %d", path, status, body, want)
		}
	}
}

func TestTheSecondServiceRefusesWrongUsage(t *testing.T) {
	for want, args := range map[string][]string{
		"should look like http": {"resource", "--home", "127.0.0.1:8080"},
		"is not an origin":      {"resource", "--allowed-origins", "*"},
		"takes no arguments":    {"reports", "yet"}, // the name that it had before
	} {
		if code, stdout, stderr := program(t, nil, args...); code != 2 || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%v: exit %d, %q, %q", args, code, stdout, stderr)
		}
	}
	env := map[string]string{"AUTHLAB_HOME": "home"}
	if code, _, stderr := program(t, env, "resource"); code != 2 || !strings.Contains(stderr, `"home"`) {
		t.Errorf("home of the environment: exit %d, %q", code, stderr)
	}
}
