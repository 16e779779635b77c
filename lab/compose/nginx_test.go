package compose_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"authlab/lab/balancer"
	"authlab/web/scheme"
)

// startNginx starts the nginx of docker-compose.yml by itself, with deploy/nginx and the names that its configuration asks
// for. No replica is there. config is a file for it to read in place of nginx.conf. It returns the address of its port 8080.
func startNginx(t *testing.T, config string) string {
	t.Helper()
	if os.Getenv("AUTHLAB_TEST_COMPOSE") == "" {
		leaveOut(t, "AUTHLAB_TEST_COMPOSE is not set, so nginx is not started")
	}
	text, err := os.ReadFile(filepath.Join(repository, "docker-compose.yml"))
	if err != nil {
		t.Fatal(err)
	}
	folder, err := filepath.Abs(filepath.Join(repository, "deploy/nginx"))
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"run", "--rm", "-d", "-p", "127.0.0.1::8080", "-v", folder + ":/etc/nginx:ro", "--add-host", "console:127.0.0.1"}
	for _, name := range []string{"nginx-front", "nginx-home", "nginx-edge"} {
		args = append(args, "--add-host", name+":0.0.0.0")
	}
	args = append(args, regexp.MustCompile(`image: (nginx:\S+)`).FindStringSubmatch(string(text))[1])
	if config != "" {
		args = append(args, "sh", "-c", `echo "$1" >/tmp/nginx.conf && exec nginx -c /tmp/nginx.conf -g "daemon off;"`, "sh", config)
	}
	id, ok := docker(t, args...)
	if !ok {
		t.Fatal(id)
	}
	t.Cleanup(func() {
		_ = exec.Command("docker", "kill", id).Run() // the context of the test has ended
	})
	for range 100 {
		if port, ok := docker(t, "port", id, "8080/tcp"); ok {
			if response, err := http.Get("http://" + port + "/"); err == nil {
				response.Body.Close()
				return "http://" + port
			}
		}
		time.Sleep(50 * time.Millisecond) // until it listens
	}
	log, _ := docker(t, "logs", id)
	t.Fatalf("nginx does not answer: %s", log)
	return ""
}

// What nginx answers by itself has the same members, and the same values in them, as the embedded balancer's answer.
func TestNginxsOwnAnswersAreTheBalancers(t *testing.T) {
	nginx := startNginx(t, "")
	here := httptest.NewServer(balancer.New(balancer.Config{
		Backends: func() []balancer.Backend { return []balancer.Backend{{Name: "app-1"}} },
		SchemeOf: func(path string) string { row, _ := scheme.OfPath(path); return row.Name },
	}))
	defer here.Close()
	ask := func(url, policy string) (int, string, map[string]any) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Balance", policy)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		var problem map[string]any
		if err := json.Unmarshal(text, &problem); err != nil {
			t.Errorf("%s: %v in %s", url, err, text)
		}
		var header []string
		for _, name := range []string{"Content-Type", "X-Served-By", "X-Content-Type-Options", "Cache-Control"} {
			header = append(header, name+": "+strings.Join(response.Header.Values(name), "|"))
		}
		return response.StatusCode, strings.Join(header, "\n"), problem
	}
	paths := []string{"/token/refresh", "/session/nonsense/me"}
	for _, row := range scheme.All() {
		paths = append(paths, row.Base+"/me")
	}
	for _, path := range paths {
		for policy, want := range map[string]int{"hash": 502, "sometimes": 400} {
			status, header, problem := ask(nginx+path, policy)
			statusHere, headerHere, problemHere := ask(here.URL+path, policy)
			if status != want || statusHere != want || header != headerHere {
				t.Errorf("%s by %s: nginx answers %d with\n%s\nand the embedded balancer %d with\n%s", path, policy, status, header, statusHere, headerHere)
			}
			if !maps.Equal(problem, problemHere) {
				t.Errorf("%s by %s: nginx says\n%v\nand the embedded balancer\n%v", path, policy, problem, problemHere)
			}
		}
	}
	for name, tt := range map[string]struct {
		method, path string
		status       int
	}{
		"a method that it refuses": {http.MethodTrace, "/basic/me", 405},
		"a line that is too long":  {http.MethodGet, "/" + strings.Repeat("a", 17<<10), 431},
	} {
		request, _ := http.NewRequestWithContext(t.Context(), tt.method, nginx+tt.path, nil)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != tt.status || response.Header.Get("Content-Type") != "application/problem+json" || response.Header.Get("X-Served-By") != "balancer" {
			t.Errorf("%s: %d %v", name, response.StatusCode, response.Header)
		}
	}
}
