package experiment

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// pages are empty pages of other origins.
type pages struct {
	foreign   string // of another site
	neighbour string // of another port of the lab's own host; empty if that host is not this machine
	server    *http.Server
}

// servePages serves an empty page on a port of loopback, which has two names. A browser takes 127.0.0.1 and localhost for
// two sites, and two ports of one of them for one site: for SameSite a port makes no difference (RFC 6265bis, section
// 5.2).
func servePages(ctx context.Context, lab string) (*pages, error) {
	address, err := url.Parse(lab)
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serve another site: %w", err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return nil, err
	}
	p := &pages{server: &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!doctype html><title>Another site</title>")
	})}}
	host := address.Hostname()
	p.foreign = "http://localhost:" + port + "/"
	if host == "localhost" {
		p.foreign = "http://127.0.0.1:" + port + "/"
	}
	if host == "localhost" || host == "127.0.0.1" {
		p.neighbour = "http://" + host + ":" + port + "/"
	}
	go func() { _ = p.server.Serve(listener) }() // until close
	return p, nil
}

func (p *pages) close() { _ = p.server.Close() }
