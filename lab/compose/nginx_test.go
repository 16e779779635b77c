package compose_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"authlab/lab/balancer"
	"authlab/lab/contract"
	"authlab/lab/testkit"
	"authlab/web/scheme"
)

// startNginx starts the nginx of docker-compose.yml by itself, with deploy/nginx, in a network of its own, and returns its
// address. Its one replica is another nginx: it answers with the X-Forwarded-For and the Cache-Control that it was sent, until
// it is killed.
func startNginx(t *testing.T) (url string, kill func()) {
	t.Helper()
	needContainers(t)
	text, err := os.ReadFile(filepath.Join(repository, "docker-compose.yml"))
	testkit.Must(t, err)
	image := regexp.MustCompile(`image: (nginx:\S+)`).FindStringSubmatch(string(text))[1]
	folder, err := filepath.Abs(filepath.Join(repository, "deploy/nginx"))
	testkit.Must(t, err)
	must := func(args ...string) string {
		t.Helper()
		out, ok := docker(t, args...)
		if !ok {
			t.Fatal(out)
		}
		return out
	}
	later := func(args ...string) {
		t.Cleanup(func() { _ = exec.Command("docker", args...).Run() }) // the context of the test has ended by then
	}
	network := fmt.Sprintf("authlab-nginx-test-%d", os.Getpid())
	must("network", "create", network)
	later("network", "rm", network)
	const replica = `events {} http { server {
		listen 8080;
		location / { add_header Cache-Control $http_x_cache; return 200 $http_x_forwarded_for; }
		location /silent { return 444; }
	} }`
	app := must("run", "--rm", "-d", "--network", network, "--network-alias", "app-1", image,
		"sh", "-c", `echo "$1" >/tmp/replica.conf && exec nginx -c /tmp/replica.conf -g "daemon off;"`, "sh", replica)
	later("kill", app)
	nginx := must("run", "--rm", "-d", "--network", network, "-p", "127.0.0.1::8080", "-v", folder+":/etc/nginx:ro",
		"--add-host", "console:127.0.0.1", "--add-host", "nginx-front:0.0.0.0", "--add-host", "nginx-home:0.0.0.0", "--add-host", "nginx-edge:0.0.0.0", image)
	later("kill", nginx)
	for range 200 {
		if port, ok := docker(t, "port", nginx, "8080/tcp"); ok {
			if response, err := http.Get("http://" + port + "/livez"); err == nil {
				response.Body.Close()
				if response.StatusCode == http.StatusOK {
					return "http://" + port, func() { must("kill", app) }
				}
			}
		}
		time.Sleep(50 * time.Millisecond) // until it has found its replica
	}
	t.Fatalf("nginx does not answer: %s", must("logs", nginx))
	return "", nil
}

// startBalancer starts the embedded balancer in front of a replica like that of startNginx.
func startBalancer(t *testing.T) (url string, kill func()) {
	t.Helper()
	replica := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/silent" {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Cache-Control", r.Header.Get("X-Cache"))
		_, _ = io.WriteString(w, r.Header.Get("X-Forwarded-For"))
	}))
	t.Cleanup(replica.Close)
	b := balancer.New(balancer.Config{
		Backends: func() []balancer.Backend {
			return []balancer.Backend{{Name: "app-1", Addr: replica.Listener.Addr().String()}}
		},
		SchemeOf: func(path string) string { row, _ := scheme.OfPath(path); return row.Name },
	})
	t.Cleanup(b.Close)
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	return server.URL, replica.Close
}

// ask sends a request with the given header lines ("Name: value") and reads the whole answer.
func ask(t *testing.T, method, url string, lines ...string) (*http.Response, string) {
	t.Helper()
	var headers []string
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		headers = append(headers, name, value)
	}
	answer := testkit.Send(t, method, url, "", headers...)
	return answer.Response, answer.Text
}

// nginx and the embedded balancer are asked the same, and answer the same.
func TestNginxIsTheEmbeddedBalancer(t *testing.T) {
	nginx, killThere := startNginx(t)
	embedded, killHere := startBalancer(t)
	t.Run("in which answers a shared cache may keep", func(t *testing.T) { sameCaching(t, nginx, embedded) })
	t.Run("in whom they take for the caller", func(t *testing.T) { sameCaller(t, nginx, embedded) })
	t.Run("in what they answer by themselves", func(t *testing.T) {
		sameProblems(t, nginx, embedded, "sometimes")
		sameProblem(t, nginx, embedded, http.MethodPost, "/silent", contract.RoundRobin)
		killThere()
		killHere()
		sameProblems(t, nginx, embedded, contract.Sticky)
	})
}

func sameProblem(t *testing.T, nginx, embedded, method, path, policy string) {
	t.Helper()
	members := func(url string) (string, map[string]any) {
		response, text := ask(t, method, url+path, "X-Balance: "+policy)
		said := fmt.Sprint(response.StatusCode)
		for _, name := range []string{"Content-Type", "X-Served-By", "X-Content-Type-Options", "Cache-Control"} {
			said += fmt.Sprintf("\n%s: %s", name, strings.Join(response.Header.Values(name), "|"))
		}
		var problem map[string]any
		if err := json.Unmarshal([]byte(text), &problem); err != nil {
			t.Errorf("%s %s%s: %v in %s", method, url, path, err, text)
		}
		return said, problem
	}
	there, problem := members(nginx)
	here, problemHere := members(embedded)
	if there != here {
		t.Errorf("%s: nginx answers %s\nand the embedded balancer %s", path, there, here)
	}
	if !maps.Equal(problem, problemHere) {
		t.Errorf("%s: nginx says\n%v\nand the embedded balancer\n%v", path, problem, problemHere)
	}
}

func sameProblems(t *testing.T, nginx, embedded, policy string) {
	t.Helper()
	paths := []string{"/token/refresh", "/session/nonsense/me"}
	for _, row := range scheme.All() {
		paths = append(paths, row.Base+"/me")
	}
	for _, path := range paths {
		sameProblem(t, nginx, embedded, http.MethodGet, path, policy)
	}
	for name, tt := range map[string]struct {
		method, path string
		status       int
	}{
		"a method that it refuses": {http.MethodTrace, "/basic/me", 405},
		"a line that is too long":  {http.MethodGet, "/" + strings.Repeat("a", 17<<10), 431},
	} {
		response, _ := ask(t, tt.method, nginx+tt.path)
		if response.StatusCode != tt.status || response.Header.Get("Content-Type") != "application/problem+json" || response.Header.Get("X-Served-By") != "balancer" {
			t.Errorf("%s: %d %v", name, response.StatusCode, response.Header)
		}
	}
}

func sameCaching(t *testing.T, nginx, embedded string) {
	for _, sent := range []string{"public, max-age=60", "max-age=60, Public", "no-store", "republic", ""} {
		for _, policy := range []string{"sticky", "round-robin", "hash"} {
			there, _ := ask(t, http.MethodGet, nginx+"/livez", "X-Balance: "+policy, "X-Cache: "+sent)
			here, _ := ask(t, http.MethodGet, embedded+"/livez", "X-Balance: "+policy, "X-Cache: "+sent)
			got, want := there.Header.Get("Cache-Control"), here.Header.Get("Cache-Control")
			if got != want {
				t.Errorf("%s: a replica says %q, nginx %q, and the embedded balancer %q", policy, sent, got, want)
			}
			if pins := len(there.Cookies()) > 0; pins != (policy == "sticky") || pins && strings.Contains(strings.ToLower(got), "max-age") && !strings.Contains(got, "private") {
				t.Errorf("%s: nginx sets %v in an answer with Cache-Control %q", policy, there.Cookies(), got)
			}
		}
	}
}

func sameCaller(t *testing.T, nginx, embedded string) {
	nobody := ""
	for _, tt := range []struct {
		want string // the address that the replica is told of; nobody: the one that the request came from
		sent []string
	}{
		{"10.0.0.7", []string{"10.0.0.7"}},
		{"10.0.0.7", []string{"10.0.0.7, 10.0.0.8"}},
		{"10.0.0.7", []string{"10.0.0.7", "10.0.0.8"}},
		{"10.0.0.7", []string{" , ,\t10.0.0.7 ,"}},
		{"10.0.0.8", []string{"unknown, _hidden, 999.0.0.1, 1.2.3, 01.2.3.4, 10.0.0.7:x, 10.0.0.7:65536, 10.0.0.7:, 10.0.0.8"}},
		{"10.0.0.8", []string{"[10.0.0.7, 10.0.0.7], [10.0.0.7], [10.0.0.7]:9, 10.0.0.7 10.0.0.9, 10.0.0.8"}},
		{"10.0.0.8", []string{strings.Repeat("x,", 4000), "10.0.0.8"}},
		{"10.0.0.8", []string{strings.Repeat("1:", 4000), "10.0.0.8"}},
		{"10.0.0.7", []string{"10.0.0.7:99"}},
		{"10.0.0.7", []string{"10.0.0.7:65535"}},
		{"255.255.255.255", []string{"255.255.255.255"}},
		{"0.0.0.0", []string{"0.0.0.0"}},
		{"2001:db8::7", []string{"2001:db8::7"}},
		{"2001:db8::7", []string{"[2001:db8::7]"}},
		{"2001:db8::7", []string{"[2001:db8::7]:99, 10.0.0.8"}},
		{"2001:db8:1:2:3:4:5:6", []string{"2001:db8:1:2:3:4:5:6"}},
		{"1:2:3:4:5:6:7:8", []string{"[1:2:3:4:5:6:7:8]:80"}},
		{"::", []string{"::"}},
		{"1::", []string{"1::"}},
		{"::8", []string{"::8"}},
		{"10.0.0.8", []string{"1:2:3:4:5:6:7, 1:2:3:4:5:6:7:8:9, 1::2::3, 1:2:3:4::5:6:7:8, :::, 1:, :1, 12345::, g::, 10.0.0.8"}},
		{"10.0.0.8", []string{"[2001:db8::7, 2001:db8::7], [2001:db8::7]99, [2001:db8::7]:x, [], 10.0.0.8"}},
		{"fe80::1", []string{"fe80::1%eth0"}},
		{"fe80::1", []string{"[fe80::1%eth0]:9"}},
		{"10.0.0.7", []string{"::ffff:10.0.0.7"}},
		{"10.0.0.7", []string{"[::ffff:10.0.0.7]:99"}},
		{nobody, []string{"unknown"}},
		{nobody, []string{""}},
		{nobody, nil},
	} {
		var lines []string
		for _, value := range tt.sent {
			lines = append(lines, "X-Forwarded-For: "+value)
		}
		for by, url := range map[string]string{"nginx": nginx, "the embedded balancer": embedded} {
			_, told := ask(t, http.MethodGet, url+"/livez", lines...)
			caller, proxy, found := strings.Cut(told, ", ")
			if !found {
				caller = nobody
			}
			if _, err := netip.ParseAddr(cmp.Or(proxy, told)); err != nil || caller != tt.want {
				t.Errorf("%.200q: %s tells the replica of %q, want %q", tt.sent, by, told, tt.want)
			}
		}
	}
	// Pieces of addresses in any order. The two may spell an address differently: nginx leaves it as it was sent.
	pieces := []string{"0", "1", "10", "255", "256", "a", "db8", "ffff", "2001", ":", ":", "::", "::ffff:", ".", ".", "[", "]", "]:", "%", "%e", ",", " ", "10.0.0.7", "2001:db8::7", ":80", "x"}
	random := rand.New(rand.NewPCG(1, 2))
	addresses := 0
	for range 3000 {
		var sent strings.Builder
		for range 1 + random.IntN(12) {
			sent.WriteString(pieces[random.IntN(len(pieces))])
		}
		callerBy := func(url string) netip.Addr {
			_, told := ask(t, http.MethodGet, url+"/livez", "X-Forwarded-For: "+sent.String())
			caller, _, found := strings.Cut(told, ", ")
			if !found {
				return netip.Addr{}
			}
			address, err := netip.ParseAddr(caller)
			if err != nil {
				t.Errorf("%q: the replica is told of %q", sent.String(), told)
			}
			return address.Unmap()
		}
		there, here := callerBy(nginx), callerBy(embedded)
		if there != here {
			t.Errorf("%q: the caller is %s by nginx, and %s by the embedded balancer", sent.String(), there, here)
		}
		if here.IsValid() {
			addresses++
		}
	}
	t.Logf("of 3000 texts, %d had an address in them", addresses)
}
