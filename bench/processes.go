package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// processes are the servers that a run has started. They end with it.
type processes struct {
	ctx     context.Context
	dir     string // of logs and keys
	redis   string // its address, redis://…
	sql     string // the address of a PostgreSQL, postgres://…; empty: there is none
	program string // authlab
	running []*process
}

type process struct {
	cmd     *exec.Cmd
	address string
}

// withProcesses calls do with a folder for servers, and ends them after it. sql is the address of a PostgreSQL.
func withProcesses(ctx context.Context, sql string, do func(*processes) error) (err error) {
	dir, err := os.MkdirTemp("", "authlab-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	servers := &processes{ctx: ctx, dir: dir, sql: sql}
	defer func() { err = errors.Join(err, servers.stop()) }()
	return do(servers)
}

// start starts a program and waits until it listens. Its output goes to a file, as that of a service does.
func (p *processes) start(name, address string, env []string, program string, args ...string) (*process, error) {
	log, err := os.Create(filepath.Join(p.dir, strconv.Itoa(len(p.running))+".log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the child has its own
	cmd := exec.CommandContext(p.ctx, program, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), env...), log, log
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	server := &process{cmd, address}
	p.running = append(p.running, server)
	for range 500 {
		conn, err := (&net.Dialer{}).DialContext(p.ctx, "tcp", address)
		if err == nil {
			return server, conn.Close()
		}
		time.Sleep(10 * time.Millisecond)
	}
	text, _ := os.ReadFile(log.Name())
	return nil, fmt.Errorf("%s does not listen on %s: %s", name, address, text)
}

func (p *processes) stop() error {
	var failed []error
	for _, server := range p.running {
		if err := server.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			failed = append(failed, err)
		}
		_ = server.cmd.Wait() // it was killed
	}
	return errors.Join(failed...)
}

func (p *processes) startRedis() error {
	address, err := freeAddress(p.ctx)
	if err != nil {
		return err
	}
	_, err = p.startRedisAt(address)
	p.redis = "redis://" + address
	return err
}

func (p *processes) startRedisAt(address string) (*process, error) {
	_, port, _ := strings.Cut(address, ":")
	return p.start("redis-server", address, nil, "redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "", "--dir", p.dir)
}

func (p *processes) startPeer(name string, observed bool, env ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	address, err := freeAddress(p.ctx)
	if err != nil {
		return nil, err
	}
	log := "-"
	if observed {
		log = filepath.Join(p.dir, strconv.Itoa(len(p.running))+".requests.log")
	}
	env = append(env, "GOMAXPROCS=1", "BENCH_LISTEN="+address, "BENCH_REDIS="+p.redis)
	return p.start(name, address, env, self, "peer", name, log)
}

// buildOurs builds authlab as its README says.
func (p *processes) buildOurs() error {
	p.program = filepath.Join(p.dir, "authlab")
	build := exec.CommandContext(p.ctx, "go", "build", "-o", p.program, "./cmd/authlab")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build authlab: %w: %s", err, out)
	}
	return nil
}

func (p *processes) startOurs(keys signer) (*process, error) {
	address, err := freeAddress(p.ctx)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(p.dir, keys.method.Alg()+".json")
	if err := keys.writeKeys(path); err != nil {
		return nil, err
	}
	env := []string{"GOMAXPROCS=1", "AUTHLAB_POSTGRES=" + p.sql}
	return p.start("authlab", address, env, p.program, "serve", "--name", "app-1", "--listen", address, "--redis", p.redis, "--keys", path)
}

// logIn begins a session and returns its cookie.
func (s *process) logIn(ctx context.Context, path string) (string, error) {
	body := fmt.Appendf(nil, `{"username":%q,"password":%q}`, alice, alicePassword)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.address+path, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	for _, cookie := range response.Cookies() {
		return cookie.Name + "=" + cookie.Value, nil
	}
	return "", fmt.Errorf("POST %s: %s, and no cookie", path, response.Status)
}

// cpu is the processor time that a server has used, all its threads together (proc(5)). It is zero where there is no /proc.
func (s *process) cpu() (time.Duration, error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for _, thread := range threads {
		text, err := os.ReadFile(thread)
		if err != nil {
			return 0, err
		}
		first, _, _ := strings.Cut(string(text), " ")
		ns, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(ns)
	}
	return sum, nil
}

func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
