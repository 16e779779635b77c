package compose_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"authlab/lab/compose"
	"authlab/lab/contract"
	"authlab/lab/testkit"
)

func TestEachFaultIsTheCommandThatAPersonWouldType(t *testing.T) {
	s := newStand(t)
	s.up = true
	target := s.open()
	ctx := t.Context()
	s.commands()
	killed, silent := contract.OfReplica(contract.ReplicaKilled, "app-2"), contract.OfReplica(contract.ReplicaSilent, "app-2")
	stopped, cut := contract.Fault{Name: contract.RedisStopped}, contract.Fault{Name: contract.HomeCut}
	slow := contract.Fault{Name: contract.RedisSlow, By: time.Millisecond}
	guarded := contract.Fault{Name: contract.RedisGuarded}
	const (
		sentinel = "docker compose --profile sentinel "
		guards   = "redis-primary redis-replica sentinel-1 sentinel-2 sentinel-3"
	)
	const start = "docker compose up -d --no-deps --no-build --no-recreate "
	for _, tt := range []struct {
		name string
		do   func() error
		want []string
	}{
		{"kill", func() error { return target.Break(ctx, killed) }, []string{"docker compose kill app-2"}},
		{"start", func() error { return target.Mend(ctx, killed) }, []string{start + "app-2"}},
		{"silence", func() error { return target.Break(ctx, silent) }, []string{"docker compose pause app-2"}},
		{"end of the silence", func() error { return target.Mend(ctx, silent) }, []string{"docker compose unpause app-2"}},
		{"distant store", func() error { return target.Break(ctx, slow) }, []string{"POST /lab/faults/redis-slow/break"}},
		{"stop store", func() error { return target.Break(ctx, stopped) }, []string{"docker compose stop redis"}},
		{"flush a stopped store", func() error { return target.Flush(ctx) }, nil},
		{"start store", func() error { return target.Mend(ctx, stopped) }, []string{start + "redis", "POST /lab/redis/flush"}},
		{"flush", func() error { return target.Flush(ctx) }, []string{"POST /lab/redis/flush"}},
		{"scale out", func() error { return target.Scale(ctx, 4) }, []string{start + "--scale app-4=1 app-4"}},
		{"scale back", func() error { return target.Scale(ctx, 3) }, []string{"docker compose rm -s -f app-4"}},
		{"stop home", func() error { return target.Break(ctx, cut) }, []string{"docker network disconnect authlab_home r1"}},
		{"stop home again", func() error { return target.Break(ctx, cut) }, nil},
		{"start home", func() error { return target.Mend(ctx, cut) }, []string{"docker network connect authlab_home r1"}},
		{"rotate gently", func() error { return target.RotateKeys(ctx, true) }, []string{
			"docker compose run --rm --no-deps -T setup keys rotate --keys /keys/keys.json --overlap", "docker compose kill -s HUP app-1 app-2 app-3",
		}},
		{"rotate", func() error { return target.RotateKeys(ctx, false) }, []string{
			"docker compose run --rm --no-deps -T setup keys rotate --keys /keys/keys.json", "docker compose kill -s HUP app-1 app-2 app-3",
		}},
		{"boot keys", func() error { return target.Break(ctx, contract.Fault{Name: contract.BootKeys}) }, []string{"AUTHLAB_KEYS= docker compose up -d --no-deps --no-build app-1 app-2 app-3"}},
		{"guard the store", func() error { return target.Break(ctx, guarded) }, []string{sentinel + "up -d --wait --no-deps --no-build --force-recreate " + guards, "POST /lab/faults/redis-guarded/break"}},
		{"guard it again", func() error { return target.Break(ctx, guarded) }, nil},
		{"end of the guard", func() error { return target.Mend(ctx, guarded) }, []string{"POST /lab/faults/redis-guarded/mend", sentinel + "rm -s -f -v " + guards}},
		{"reset", func() error { return target.Reset(ctx) }, []string{"docker compose up -d --no-deps --no-build app-1 app-2 app-3", "POST /lab/reset"}},
		{"reset again", func() error { return target.Reset(ctx) }, []string{"POST /lab/reset"}},
	} {
		if err := tt.do(); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if got := s.commands(); !slices.Equal(got, tt.want) {
			t.Errorf("%s: typed\n%s\nwant\n%s", tt.name, strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
		}
	}
	for name, err := range map[string]error{
		"5 replicas": target.Scale(ctx, 5), "2 replicas": target.Scale(ctx, 2),
	} {
		if !errors.Is(err, contract.ErrNotOnTarget) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALabIsFoundAlsoIfSomeOfItIsPaused(t *testing.T) {
	s := newStand(t)
	s.up, s.paused = true, []string{"app-2", "redis"}
	s.open()
	typed := s.commands()
	unpause, up := slices.Index(typed, "docker compose unpause app-2 redis"), slices.Index(typed, "docker compose up -d --no-recreate")
	if unpause < 0 || up < unpause || len(s.paused) > 0 {
		t.Errorf("typed %q, and still paused are %q", typed, s.paused)
	}
}

func TestResetMendsAlsoWhatOthersHaveBroken(t *testing.T) {
	s := newStand(t)
	s.up = true
	target := s.open()
	s.commands()
	s.mu.Lock()
	s.replicas, s.redis, s.ownKeys, s.late = []string{"app-1", "app-3", "app-4"}, false, true, 0
	s.paused = []string{"app-3"}
	s.mu.Unlock()
	testkit.Must(t, target.Reset(t.Context()))
	if !slices.Equal(s.replicas, []string{"app-1", "app-2", "app-3"}) || !s.redis || s.ownKeys || len(s.paused) > 0 {
		t.Errorf("there are %v, Redis %t, own keys %t; typed %q", s.replicas, s.redis, s.ownKeys, s.commands())
	}
}

func TestTheGuardedRedisEndsWhenNoReplicaIsThereAlsoIfOthersHaveStartedIt(t *testing.T) {
	s := newStand(t)
	s.up = true
	target := s.open()
	const end = "docker compose --profile sentinel rm -s -f -v redis-primary redis-replica sentinel-1 sentinel-2 sentinel-3"
	for name, tt := range map[string]struct {
		before func() error
		want   []string
	}{
		"by this target": {func() error { return target.Break(t.Context(), contract.Fault{Name: contract.RedisGuarded}) }, []string{"POST /lab/reset", end, "POST /lab/reset"}},
		"by others":      {func() error { s.mu.Lock(); defer s.mu.Unlock(); s.guarded = true; return nil }, []string{"POST /lab/reset", end, "POST /lab/reset"}},
		"by none":        {func() error { return nil }, []string{"POST /lab/reset"}},
	} {
		testkit.Must(t, tt.before())
		s.commands()
		testkit.Must(t, target.Reset(t.Context()))
		if typed := s.commands(); !slices.Equal(typed, tt.want) {
			t.Errorf("broken %s: typed %q, want %q", name, typed, tt.want)
		}
	}
}

func TestTheClockOfTheSecondServiceIsFoundAgainAfterARestart(t *testing.T) {
	s := newStand(t)
	s.up = true
	first, second := httptest.NewServer(s), httptest.NewServer(s)
	t.Cleanup(first.Close)
	t.Cleanup(second.Close)
	address := func(server *httptest.Server) string { return strings.TrimPrefix(server.URL, "http://") }
	s.clock = address(first)
	target := s.open()
	testkit.Must(t, target.Reset(t.Context()))
	first.Close()
	s.mu.Lock()
	s.clock = address(second)
	s.mu.Unlock()
	testkit.Must(t, target.Reset(t.Context()))
	if want := []string{address(first), address(first), address(second)}; !slices.Equal(s.moved, want) {
		t.Errorf("the clock was moved at %q, want %q", s.moved, want)
	}
}

func TestWhatWasUpStaysUpAndWhatWasNotIsTakenDown(t *testing.T) {
	for name, up := range map[string]bool{"up before": true, "not up before": false} {
		s := newStand(t)
		s.up = up
		target := s.open()
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // as after Ctrl-C
		if err := target.Close(ctx); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		typed := s.commands()
		if s.up != up || slices.Contains(typed, "docker compose up -d --build") == up {
			t.Errorf("%s: it is up: %t; typed %q", name, s.up, typed)
		}
	}
}

func TestALabThatIsThereIsLeftAloneUnlessThatIsConfirmed(t *testing.T) {
	refused := errors.New("no")
	for name, tt := range map[string]struct {
		up    bool
		err   error
		asked int
	}{
		"it is there, and may be reset": {true, nil, 1},
		"it is there, and may not":      {true, refused, 1},
		"there is none":                 {false, nil, 0},
	} {
		s := newStand(t)
		s.up = tt.up
		asked := 0
		target, err := compose.Open(t.Context(), compose.Config{Dir: s.dir, Run: s.run, Confirm: func(context.Context) error {
			asked++
			return tt.err
		}})
		if !errors.Is(err, tt.err) || asked != tt.asked {
			t.Errorf("%s: %v, asked %d times", name, err, asked)
		}
		if typed := s.commands(); tt.err != nil && len(typed) > 0 {
			t.Errorf("%s: typed %q", name, typed)
		}
		if target != nil {
			if err := target.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestVolumesThatSomebodyHasKeptAreKept(t *testing.T) {
	s := newStand(t)
	s.volumes = "authlab_postgres\n"
	testkit.Must(t, s.open().Close(t.Context()))
	if typed := s.commands(); !s.up || slices.ContainsFunc(typed, func(c string) bool { return strings.Contains(c, "down") }) {
		t.Errorf("it is up: %t; typed %q", s.up, typed)
	}
}

func TestATargetThatCannotBeBroughtUpIsTakenDownAgain(t *testing.T) {
	s := newStand(t)
	s.fails = map[string]string{"up -d --build": "it does not build"}
	if _, err := compose.Open(t.Context(), compose.Config{Dir: s.dir, Run: s.run}); err == nil || !strings.Contains(err.Error(), "it does not build") {
		t.Errorf("%v", err)
	}
	if typed := s.commands(); !slices.Contains(typed, "docker compose --profile sentinel down -v") {
		t.Errorf("typed %q", typed)
	}
}

func TestTheServersBesideTheContainersAreServedOnLoopbackForAsLongAsTheTarget(t *testing.T) {
	s := newStand(t)
	s.up = true
	target := s.open()
	view, err := target.View(t.Context())
	services := view.Services
	if err != nil || !strings.HasPrefix(services.Naive, "http://127.0.0.1:") || services.Reports != s.server.URL {
		t.Fatalf("%+v, %v", services, err)
	}
	if testkit.Send(t, http.MethodGet, services.Naive+"/", "").Header.Get("X-Naive") != "true" {
		t.Error("it is not the naive twin")
	}
	if status := testkit.Send(t, http.MethodGet, services.Issuer+"/authorize", "").StatusCode; status != http.StatusBadRequest {
		t.Errorf("the login server says %d to a stranger", status)
	}
	testkit.Must(t, target.Close(t.Context()))
	for _, address := range []string{services.Naive, services.Issuer} {
		if _, err := http.Get(address); err == nil {
			t.Errorf("%s is still there", address)
		}
	}
}

// TestWhatIsMissingIsSaid runs an executable called docker that says what docker says.
func TestWhatIsMissingIsSaid(t *testing.T) {
	stand := newStand(t)
	for name, tt := range map[string]struct{ script, want string }{
		"no docker":      {"", "docker is not installed"},
		"no plugin":      {"echo \"docker: 'compose' is not a docker command.\" >&2; exit 1", "docker compose is not"},
		"no engine":      {"echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?' >&2; exit 1", "its engine does not run"},
		"no right":       {"echo 'permission denied while trying to connect to the Docker daemon socket' >&2; exit 1", "in the group docker"},
		"a taken port":   {`case "$*" in *" config "*) echo '{"name":"authlab"}';; *" up "*) echo 'driver failed: Bind for 127.0.0.1:8080 failed: port is already allocated' >&2; exit 1;; esac`, "AUTHLAB_PORT"},
		"something else": {"echo first >&2; echo 'no space left on device' >&2; exit 1", "docker compose ps --all --format json: no space left on device"},
		"nothing said":   {"exit 3", "docker compose ps --all --format json: exit status 3"},
	} {
		t.Run(name, func(t *testing.T) {
			path := t.TempDir()
			if tt.script != "" {
				testkit.Must(t, os.WriteFile(filepath.Join(path, "docker"), []byte("#!/bin/sh\n"+tt.script+"\n"), 0o700))
			}
			t.Setenv("PATH", path)
			_, err := compose.Open(t.Context(), compose.Config{Dir: stand.dir})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q in it", err, tt.want)
			}
		})
	}
	if _, err := compose.Open(t.Context(), compose.Config{Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "no docker-compose.yml here") {
		t.Errorf("without a compose file: %v", err)
	}
}
