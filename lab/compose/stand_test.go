package compose_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"authlab/lab/compose"
	"authlab/lab/contract"
	"authlab/lab/testkit"
)

// A stand takes the place of Docker, nginx and the console: each command changes the answers, a little later.
type stand struct {
	t      *testing.T
	server *httptest.Server
	dir    string

	mu       sync.Mutex
	ran      []string
	up       bool
	replicas []string // alive, in their order
	redis    bool
	home     bool
	paused   []string
	volumes  string // of an earlier run
	key      int    // that signs
	ownKeys  bool
	guarded  bool
	clock    string   // where the second service's clock is moved, if it is not the server
	moved    []string // where it was
	turn     int
	late     int               // so many looks are answered as before the last change
	before   []string          // replicas alive before it
	fails    map[string]string // what docker says on stderr, by a part of the command
}

func newStand(t *testing.T) *stand {
	s := &stand{t: t, dir: t.TempDir(), redis: true, home: true, replicas: []string{"app-1", "app-2", "app-3"}}
	s.server = httptest.NewServer(s)
	t.Cleanup(s.server.Close)
	testkit.Must(t, os.WriteFile(filepath.Join(s.dir, "docker-compose.yml"), nil, 0o600))
	return s
}

func (s *stand) open() *compose.Target {
	s.t.Helper()
	target, err := compose.Open(s.t.Context(), compose.Config{Dir: s.dir, Run: s.run})
	testkit.Must(s.t, err)
	s.t.Cleanup(func() {
		if err := target.Close(context.WithoutCancel(s.t.Context())); err != nil {
			s.t.Error(err)
		}
	})
	return target
}

// commands are those that were run since the last time, without those that only look.
func (s *stand) commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	typed := slices.DeleteFunc(s.ran, func(c string) bool {
		return strings.HasPrefix(c, "docker compose ps") || strings.HasPrefix(c, "docker compose port") ||
			strings.HasPrefix(c, "docker compose config") || strings.HasPrefix(c, "docker volume ls")
	})
	s.ran = nil
	return typed
}

// run is docker.
func (s *stand) run(_ context.Context, env []string, args ...string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	command := strings.Join(append(slices.Clone(env), append([]string{"docker"}, args...)...), " ")
	s.ran = append(s.ran, command)
	for part, stderr := range s.fails {
		if strings.Contains(command, part) {
			return "", fmt.Errorf("%s", stderr)
		}
	}
	last := args[len(args)-1]
	s.before, s.late = slices.Clone(s.replicas), 2
	switch {
	case strings.Contains(command, "compose ps"):
		if !s.up {
			return "", nil
		}
		lines := ""
		for _, name := range s.paused {
			lines += fmt.Sprintf(`{"ID":"%[1]s","Service":"%[1]s","State":"paused","Networks":"authlab_edge"}`, name)
		}
		return lines + `{"ID":"n1","Service":"nginx","State":"running","Networks":"authlab_edge,authlab_front,authlab_home"}
			{"ID":"r1","Service":"reports","State":"running","Networks":"authlab_home,authlab_reports"}`, nil
	case strings.Contains(command, "compose config"):
		return `{"name":"authlab"}`, nil
	case strings.Contains(command, "volume ls"):
		return s.volumes, nil
	case strings.Contains(command, "compose port reports") && s.clock != "":
		return s.clock, nil
	case strings.Contains(command, "compose port"):
		return strings.TrimPrefix(s.server.URL, "http://") + "\n", nil
	case strings.Contains(command, " kill -s HUP"): // the file has changed by now
	case strings.Contains(command, " kill "), strings.Contains(command, " rm "):
		s.replicas = slices.DeleteFunc(s.replicas, func(name string) bool { return name == last })
	case strings.Contains(command, " pause "):
		s.paused = append(s.paused, last)
	case strings.Contains(command, " unpause "):
		s.paused = slices.DeleteFunc(s.paused, func(name string) bool { return slices.Contains(args, name) })
	case strings.Contains(command, "stop redis"):
		s.redis = false
	case strings.HasSuffix(command, " redis"):
		s.redis = true
	case strings.Contains(command, "rotate"):
		s.key++
	case strings.Contains(command, "network"):
		s.home = args[1] == "connect"
	case strings.Contains(command, " down "):
		s.up = false
	case strings.Contains(command, " up "):
		s.up = true
		s.ownKeys = len(env) > 0
		for _, arg := range args {
			if strings.HasPrefix(arg, "app-") && !strings.Contains(arg, "=") && !slices.Contains(s.replicas, arg) {
				s.replicas = append(s.replicas, arg)
			}
		}
		slices.Sort(s.replicas)
	}
	return "", nil
}

// ServeHTTP is nginx, the console and the second service.
func (s *stand) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	alive := s.replicas
	if s.late > 0 && r.URL.Path != "/lab/reset" {
		alive, s.late = s.before, s.late-1
	}
	switch r.URL.Path {
	case "/lab/cluster":
		view := contract.View{Redis: contract.RedisView{Alive: s.redis}, Services: contract.ServicesView{Reports: s.server.URL}}
		for i := range 4 {
			name := fmt.Sprintf("app-%d", i+1)
			if up := slices.Contains(alive, name); up || i < 3 {
				view.Replicas = append(view.Replicas, contract.ReplicaView{Name: name, Alive: up, Silent: slices.Contains(s.paused, name)})
			}
		}
		if s.ownKeys {
			view.Faults = append(view.Faults, "boot-keys")
		}
		if s.guarded {
			view.Faults = append(view.Faults, "redis-guarded")
		}
		_ = json.NewEncoder(w).Encode(view)
	case "/reports/session/redis":
		w.WriteHeader(map[bool]int{true: http.StatusUnauthorized, false: http.StatusServiceUnavailable}[s.home])
	case "/conditions": // of the second service
		s.moved = append(s.moved, r.Host)
		w.WriteHeader(http.StatusNoContent)
	case "/lab/reset", "/lab/redis/flush", "/lab/faults/redis-slow/break", "/lab/faults/redis-guarded/break", "/lab/faults/redis-guarded/mend":
		s.ran = append(s.ran, "POST "+r.URL.Path)
		s.guarded = strings.HasSuffix(r.URL.Path, "guarded/break") || s.guarded && r.URL.Path != "/lab/reset" && !strings.HasSuffix(r.URL.Path, "guarded/mend")
		w.WriteHeader(http.StatusNoContent)
	default:
		alive = slices.DeleteFunc(slices.Clone(alive), func(name string) bool { return slices.Contains(s.paused, name) })
		s.turn++
		name := alive[s.turn%len(alive)]
		w.Header().Set("X-Served-By", name)
		if r.Header.Get("X-Balance") == "sticky" {
			http.SetCookie(w, &http.Cookie{Name: "authlab_replica", Value: name})
		}
		fmt.Fprintf(w, `{"keys":[{"kid":"key-%d"}]}`, s.key)
	}
}
