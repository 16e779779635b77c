package compose

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// Run runs docker with some arguments, and with variables added to its environment, and returns what it printed.
type Run func(ctx context.Context, env []string, args ...string) (stdout string, err error)

// stopTimeout is how long docker may take to end when it is told to.
const stopTimeout = 10 * time.Second

// run runs the docker of this machine in a folder.
func run(dir string) Run {
	return func(ctx context.Context, env []string, args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "docker", args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
		cmd.WaitDelay = stopTimeout
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		err := cmd.Run()
		if err != nil && ctx.Err() != nil {
			err = ctx.Err()
		}
		if err != nil {
			return stdout.String(), failure{args, stderr.String(), err}
		}
		return stdout.String(), nil
	}
}

// A failure is a docker command that failed.
type failure struct {
	args   []string
	stderr string
	err    error
}

func (f failure) Unwrap() error { return f.err }

// Error says what was tried and what came of it, and what to do about the usual failures.
func (f failure) Error() string {
	command := "docker " + strings.Join(f.args, " ")
	said := func(text string) bool { return strings.Contains(f.stderr, text) }
	switch {
	case errors.Is(f.err, exec.ErrNotFound):
		return "docker is not installed, or not in PATH: the target compose needs it (docs.docker.com/get-started/get-docker)"
	case said("is not a docker command"), said("unknown shorthand flag"), said("unknown command: docker compose"):
		return "docker is here, but docker compose is not: it is a plugin, which most packages of docker bring along"
	case said("Cannot connect to the Docker daemon"), said("docker daemon is not running"), said("error during connect"):
		return "docker is installed, but its engine does not run: start Docker Desktop, or the service docker"
	case said("permission denied while trying to connect"):
		return "docker's engine does not let this user in: on Linux, the user has to be in the group docker"
	case said("port is already allocated"), said("address already in use"), said("Ports are not available"):
		return fmt.Sprintf("%s: another program listens on the port: %s; end it, or set AUTHLAB_PORT or AUTHLAB_REPORTS_PORT", command, lastLine(f.stderr))
	case f.stderr == "":
		return fmt.Sprintf("%s: %v", command, f.err)
	}
	return fmt.Sprintf("%s: %s", command, lastLine(f.stderr))
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

// A docker runs what a person would type in the folder of the compose file.
type docker struct{ run Run }

func (d docker) compose(ctx context.Context, args ...string) error {
	_, err := d.run(ctx, nil, append([]string{"compose"}, args...)...)
	return err
}

// start starts containers that are there, or makes them. (docker compose start would also start setup again, and wait.)
func (d docker) start(ctx context.Context, services ...string) error {
	args := []string{"up", "-d", "--no-deps", "--no-build", "--no-recreate"}
	for _, spare := range names(always, most) {
		if slices.Contains(services, spare) {
			args = append(args, "--scale", spare+"=1") // the file says 0
		}
	}
	return d.compose(ctx, append(args, services...)...)
}

// recreate makes containers anew where the file says something else than before. ownKeys: the replicas are given no file.
func (d docker) recreate(ctx context.Context, ownKeys bool, services ...string) error {
	var env []string
	if ownKeys {
		env = []string{"AUTHLAB_KEYS="}
	}
	_, err := d.run(ctx, env, append([]string{"compose", "up", "-d", "--no-deps", "--no-build"}, services...)...)
	return err
}

// A container is one line of docker compose ps.
type container struct {
	ID, Service, State, Networks string
}

// containers lists those of the project.
func (d docker) containers(ctx context.Context) ([]container, error) {
	text, err := d.run(ctx, nil, "compose", "ps", "--all", "--format", "json")
	if err != nil {
		return nil, err
	}
	var all []container
	decoder := json.NewDecoder(strings.NewReader(text)) // one object after the other
	for decoder.More() {
		var c container
		if err := decoder.Decode(&c); err != nil {
			return nil, fmt.Errorf("read docker compose ps: %w", err)
		}
		all = append(all, c)
	}
	return all, nil
}

// paused are the services whose containers are paused.
func (d docker) paused(ctx context.Context) ([]string, error) {
	all, err := d.containers(ctx)
	var paused []string
	for _, c := range all {
		if c.State == "paused" {
			paused = append(paused, c.Service)
		}
	}
	return paused, err
}

// anything tells whether there is something of the project, also if it is stopped: a container, or a volume of an earlier
// run.
func (d docker) anything(ctx context.Context) (bool, error) {
	all, err := d.containers(ctx)
	if err != nil || len(all) > 0 {
		return len(all) > 0, err
	}
	text, err := d.run(ctx, nil, "compose", "config", "--format", "json")
	if err != nil {
		return false, err
	}
	var project struct{ Name string }
	if err := json.Unmarshal([]byte(text), &project); err != nil {
		return false, fmt.Errorf("read docker compose config: %w", err)
	}
	volumes, err := d.run(ctx, nil, "volume", "ls", "-q", "--filter", "label=com.docker.compose.project="+project.Name)
	return strings.TrimSpace(volumes) != "", err
}

// published is where a port of a service is on this machine.
func (d docker) published(ctx context.Context, service, port string) (string, error) {
	text, err := d.run(ctx, nil, "compose", "port", service, port)
	return strings.TrimSpace(text), err
}

// container is the container of a service.
func (d docker) container(ctx context.Context, service string) (container, error) {
	all, err := d.containers(ctx)
	if err != nil {
		return container{}, err
	}
	i := slices.IndexFunc(all, func(c container) bool { return c.Service == service })
	if i < 0 {
		return container{}, fmt.Errorf("docker compose ps: there is no container of %s", service)
	}
	return all[i], nil
}
