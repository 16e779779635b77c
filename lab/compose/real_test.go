package compose_test

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"authlab/lab/compose"
	"authlab/lab/contract"
	"authlab/lab/embedded"
	"authlab/lab/experiment"
	"authlab/lab/testkit"
)

// repository is where docker-compose.yml is.
const repository = "../.."

// real opens the lab out of real containers.
func real(t *testing.T) *compose.Target {
	t.Helper()
	needContainers(t)
	target, err := compose.Open(t.Context(), compose.Config{Dir: repository, Say: func(what string) { t.Log(what) }})
	testkit.Must(t, err)
	t.Cleanup(func() {
		if err := target.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return target
}

// table runs all experiments and returns what each scheme did, by experiment and scheme.
func table(t *testing.T, kind string, target experiment.Target) map[string]string {
	t.Helper()
	report, err := experiment.Run(t.Context(), kind, target, experiment.All(), func(int, int, string) {})
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	t.Logf("%s: %d experiments in %s", kind, len(report.Experiments), time.Duration(report.DurationMS)*time.Millisecond)
	cells := map[string]string{}
	for _, e := range report.Experiments {
		for _, cell := range e.Cells {
			cells[e.Name+" of "+cell.Scheme] = cell.Observed
			if !cell.AsPredicted {
				t.Errorf("%s: %s of %s: %q, predicted %q", kind, e.Name, cell.Scheme, cell.Observed, cell.Predicted)
			}
		}
	}
	return cells
}

func TestTheTableOnComposeIsTheEmbeddedOne(t *testing.T) {
	target := real(t)
	lab, err := embedded.Start(t.Context(), embedded.Config{})
	testkit.Must(t, err)
	defer lab.Close()
	embedded, err := contract.NewRemote(lab.URL())
	testkit.Must(t, err)
	here, there := table(t, "embedded", embedded), table(t, "compose", target)
	missing := 0
	for cell, want := range here {
		switch got := there[cell]; {
		case strings.Contains(got, experiment.ErrNotOnTarget.Error()), strings.Contains(want, experiment.ErrNotOnTarget.Error()):
			missing++
		case got != want:
			t.Errorf("%s: %q on compose, %q embedded", cell, got, want)
		}
	}
	if len(here) != len(there) || missing > len(here)/10 {
		t.Errorf("%d cells embedded and %d on compose, %d of them on one alone", len(here), len(there), missing)
	}
}

// docker runs the docker of this machine in the repository, and returns what it said and whether it succeeded.
func docker(t *testing.T, args ...string) (string, bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "docker", args...)
	cmd.Dir = repository
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return strings.TrimSpace(out.String()), err == nil
}

// TestWhatTheContainersMayDo looks at real containers from inside.
func TestWhatTheContainersMayDo(t *testing.T) {
	real(t)
	t.Run("the second service has a way to nginx and to no other", onlyWayOfReports)
	t.Run("Redis has no rights and owns its volume", redisHasNoRights)
	t.Run("nginx serves as another user than it reads its files as", nginxServesWithoutRights)
}

func inside(t *testing.T, service, script string) string {
	t.Helper()
	out, ok := docker(t, "compose", "exec", "-T", service, "sh", "-c", script)
	if !ok {
		t.Fatalf("%s: %s: %s", service, script, out)
	}
	return strings.Join(strings.Fields(out), " ")
}

// redisHasNoRights: the image, started as root, would first have to be allowed to give root up.
func redisHasNoRights(t *testing.T) {
	if got := inside(t, "redis", "id -un; stat -c %U /data /data/appendonlydir; awk '/^CapBnd/ {print $2}' /proc/1/status"); got != "redis redis redis 0000000000000000" {
		t.Errorf("its user, the owners of its files, and its rights: %s", got)
	}
}

// nginxServesWithoutRights: root, that reads the files, may do three things, and the processes that serve nothing.
func nginxServesWithoutRights(t *testing.T) {
	const processes = `cat /proc/[0-9]*/status | awk '/^Name/ {name = $2} /^PPid/ {parent = $2} /^Uid/ {user = $2} /^CapEff/ && name == "nginx" {print parent, user, $2}' | sort -u`
	if got := inside(t, "nginx", processes); got != "0 0 00000000000000c4 1 101 0000000000000000" { // DAC_READ_SEARCH, SETGID, SETUID
		t.Errorf("its processes, by their parent, with their users and rights: %s", got)
	}
}

func onlyWayOfReports(t *testing.T) {
	id := func(service string) string {
		out, ok := docker(t, "compose", "ps", "-q", service)
		if !ok {
			t.Fatal(out)
		}
		return out
	}
	address := func(service string) string {
		out, ok := docker(t, "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}", id(service))
		if !ok {
			t.Fatal(out)
		}
		first, _, _ := strings.Cut(out, " ")
		return first
	}
	// ping asks from inside a container's own network, with the tools of another image.
	ping := func(from, host, port string) string {
		out, _ := docker(t, "run", "--rm", "--network", "container:"+id(from), "redis:8-alpine",
			"redis-cli", "-t", "2", "-h", host, "-p", port, "ping")
		return out
	}
	if out := ping("app-1", address("redis"), "6379"); out != "PONG" {
		t.Fatalf("a replica does not reach Redis: %q, so this shows nothing", out)
	}
	for service, port := range map[string]string{"redis": "6379", "postgres": "5432", "console": "8080", "app-1": "8079"} {
		if out := ping("reports", address(service), port); out == "PONG" || strings.Contains(out, "Protocol error") || strings.Contains(out, "Server closed") {
			t.Errorf("the second service reaches %s: %q", service, out)
		}
	}
	if out, ok := docker(t, "compose", "exec", "-T", "reports", "/authlab", "health", "http://nginx-home:8081/livez"); !ok {
		t.Errorf("it does not reach home: %s", out)
	}
	for _, address := range []string{"http://nginx-home:8081/lab/cluster", "http://nginx-home:8080/lab/cluster", "http://" + address("nginx") + ":8080/lab/cluster"} {
		if out, ok := docker(t, "compose", "exec", "-T", "reports", "/authlab", "health", address); ok {
			t.Errorf("it reaches the lab's controls at %s: %s", address, out)
		}
	}
}
