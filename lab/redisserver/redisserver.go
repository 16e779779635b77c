// Package redisserver starts Redis processes: one, a cluster, or a primary with a replica and a Sentinel.
//
// They listen on free ports of this machine and keep their files in a folder that Stop removes. It is for tests, and for
// what a lab can only show on a real Redis.
package redisserver

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// ErrNone means that this machine has no redis-server.
var ErrNone = errors.New("redis-server is not installed")

// A Process is a running redis-server.
type Process struct {
	Addr string // 127.0.0.1:port

	command *exec.Cmd
	ended   chan struct{} // closed when the process has ended

	mu      sync.Mutex
	log     []string
	changed chan struct{} // closed when log has grown
}

// startTries bounds how often a process is started on another port, because another program has taken the free one meanwhile.
const startTries = 5

// start starts a redis-server in a folder and returns when it takes connections. more is a configuration; Sentinel writes in
// that file.
func start(ctx context.Context, folder string, port int, more ...string) (*Process, error) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, ErrNone
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	config := filepath.Join(folder, "redis.conf")
	lines := append([]string{"bind 127.0.0.1", "port " + strconv.Itoa(port), "dir " + folder}, more...)
	if err := os.WriteFile(config, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		return nil, err
	}
	args := []string{config}
	sentinel := strings.Contains(strings.Join(more, "\n"), "sentinel ")
	if sentinel {
		args = append(args, "--sentinel")
	}
	p := &Process{
		Addr:    net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		command: exec.CommandContext(context.WithoutCancel(ctx), program, args...), //nolint:gosec // the program is redis-server
		ended:   make(chan struct{}), changed: make(chan struct{}),
	}
	out, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	go p.read(out)
	ready := "Ready to accept connections"
	if sentinel {
		ready = "Sentinel ID is"
	}
	if err := p.Wait(ctx, ready); err != nil {
		p.Kill()
		return nil, err
	}
	return p, nil
}

func (p *Process) read(out io.Reader) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		p.mu.Lock()
		p.log = append(p.log, lines.Text())
		close(p.changed)
		p.changed = make(chan struct{})
		p.mu.Unlock()
	}
	_ = p.command.Wait() // it was killed
	close(p.ended)
}

// Wait waits until the process has logged a line with this text in it.
func (p *Process) Wait(ctx context.Context, text string) error {
	for {
		p.mu.Lock()
		changed, log := p.changed, strings.Join(p.log, "\n")
		p.mu.Unlock()
		if strings.Contains(log, text) {
			return nil
		}
		select {
		case <-changed:
		case <-p.ended:
			return fmt.Errorf("redis-server on %s ended: %s", p.Addr, log)
		case <-ctx.Done():
			return fmt.Errorf("redis-server on %s has not logged %q: %w", p.Addr, text, ctx.Err())
		}
	}
}

// Kill ends the process as a power cut would, and returns when it has ended.
func (p *Process) Kill() {
	_ = p.command.Process.Kill() // an error says that it has ended
	<-p.ended
}

func (p *Process) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// freePorts finds ports on which no program listens, and on which none listens 10,000 above, where cluster nodes talk.
func freePorts(ctx context.Context, count int) ([]int, error) {
	var ports []int
	var held []net.Listener
	defer func() {
		for _, l := range held {
			_ = l.Close()
		}
	}()
	var config net.ListenConfig
	for tries := 0; len(ports) < count; tries++ {
		l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		held = append(held, l)
		port := l.Addr().(*net.TCPAddr).Port
		bus, err := config.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port+busOffset)))
		switch {
		case err == nil:
			held, ports = append(held, bus), append(ports, port)
		case tries > 100*count:
			return nil, fmt.Errorf("no free port: %w", err)
		}
	}
	return ports, nil
}

// onFreePorts starts processes on so many free ports; on others, if another program was faster.
func onFreePorts[T any](ctx context.Context, count int, start func(folder string, ports []int) (T, error)) (started T, folder string, err error) {
	for range startTries {
		var ports []int
		if ports, err = freePorts(ctx, count); err != nil {
			break
		}
		if folder, err = os.MkdirTemp("", "authlab-redis-"); err != nil {
			break
		}
		if started, err = start(folder, ports); err == nil {
			return started, folder, nil
		}
		err = errors.Join(err, os.RemoveAll(folder))
		if errors.Is(err, ErrNone) || ctx.Err() != nil {
			break
		}
	}
	return started, "", fmt.Errorf("start redis-server: %w", err)
}

// together starts processes at once. If one fails, none is left.
func together(count int, start func(i int) (*Process, error)) ([]*Process, error) {
	started, failed := make([]*Process, count), make([]error, count)
	var all sync.WaitGroup
	for i := range count {
		all.Go(func() { started[i], failed[i] = start(i) })
	}
	all.Wait()
	err := errors.Join(failed...)
	if err != nil {
		killAll(started)
	}
	return started, err
}

func killAll(processes []*Process) {
	for _, p := range processes {
		if p != nil {
			p.Kill()
		}
	}
}
