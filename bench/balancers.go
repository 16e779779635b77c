package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/valyala/fasthttp"

	"authlab/lab/balancer"
)

// The names of the load balancers. All of them have the same three replicas behind them, which cost little.
const (
	oursBalancer = "authlab balancer"
	nginxName    = "nginx, keepalive"
	caddyName    = "Caddy"
)

const nginxConfig = `daemon off; master_process off; pid %[1]s/nginx.pid; error_log stderr;
events { worker_connections 1024; }
http {
	access_log off; keepalive_requests 100000000;
	client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
	upstream replicas { server %[3]s; keepalive 64; keepalive_requests 100000000; }
	server {
		listen %[2]s;
		location / { proxy_pass http://replicas; proxy_http_version 1.1; proxy_set_header Connection ""; }
	}
}`

const caddyConfig = `{
	admin off
	auto_https off
}
http://%s {
	reverse_proxy %s {
		lb_policy round_robin
	}
}`

// addBalancers starts the load balancers: authlab's, and those of the others that are installed.
func addBalancers(p *processes, add func(*subject)) error {
	var replicas []string
	for range 3 {
		address, err := freeAddress(p.ctx)
		if err != nil {
			return err
		}
		replicas = append(replicas, address)
	}
	behind := "BENCH_REPLICAS=" + strings.Join(replicas, ",")
	if _, err := p.startPeer("replicas", false, behind); err != nil {
		return err
	}
	ours, err := p.startPeer("balancer", false, behind)
	if err != nil {
		return err
	}
	add(&subject{name: oursBalancer, server: ours, path: "/me"})

	for _, row := range []struct {
		name, program, config, between string
		args                           func(file string) []string
	}{
		{nginxName, "nginx", nginxConfig, "; server ", func(file string) []string { return []string{"-p", p.dir, "-c", file} }},
		{caddyName, "caddy", caddyConfig, " ", func(file string) []string { return []string{"run", "--adapter", "caddyfile", "--config", file} }},
	} {
		program, err := exec.LookPath(row.program)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s is not installed, so it is not measured\n", row.program)
			continue
		}
		address, err := freeAddress(p.ctx)
		if err != nil {
			return err
		}
		values := []any{address, strings.Join(replicas, row.between)}
		if row.name == nginxName {
			values = append([]any{p.dir}, values...)
		}
		file := filepath.Join(p.dir, row.program+".conf")
		if err := os.WriteFile(file, fmt.Appendf(nil, row.config, values...), 0o600); err != nil {
			return err
		}
		home := []string{"GOMAXPROCS=1", "HOME=" + p.dir, "XDG_DATA_HOME=" + p.dir, "XDG_CONFIG_HOME=" + p.dir}
		server, err := p.start(row.program, address, home, program, row.args(file)...)
		if err != nil {
			return err
		}
		add(&subject{name: row.name, server: server, path: "/me"})
	}
	return nil
}

// replicaAddresses are where the replicas behind the balancers listen.
func replicaAddresses() []string { return strings.Split(os.Getenv("BENCH_REPLICAS"), ",") }

// serveReplicas serves the replicas behind the balancers until ctx ends.
func serveReplicas(ctx context.Context) error {
	server := &fasthttp.Server{Handler: func(c *fasthttp.RequestCtx) {
		c.SetContentType("application/json; charset=utf-8")
		c.SetBodyString(`{"scheme":"peer","user":{"name":"alice","roles":["user"]},"replica":"app-1","expires_at":"2026-01-01T00:00:00Z"}`)
	}}
	listening := append(replicaAddresses(), os.Getenv("BENCH_LISTEN")) // the last tells the driver that the others are there
	ended := make(chan error, len(listening))
	for _, address := range listening {
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if err != nil {
			return err
		}
		go func() { ended <- server.Serve(listener) }()
	}
	select {
	case <-ctx.Done():
		return server.Shutdown()
	case err := <-ended:
		return err
	}
}

// serveBalancer serves authlab's balancer until ctx ends.
func serveBalancer(ctx context.Context) error {
	var backends []balancer.Backend
	for i, address := range replicaAddresses() {
		backends = append(backends, balancer.Backend{Name: fmt.Sprintf("app-%d", i+1), Addr: address})
	}
	b := balancer.New(balancer.Config{Backends: func() []balancer.Backend { return backends }})
	defer b.Close()
	return serveUntilDone(ctx, b)
}
