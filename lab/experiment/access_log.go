package experiment

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"
)

// An accessLog is a proxy on the way to the lab, as a school or a company has one, which writes of each request what servers
// and proxies write by default: Apache's Combined Log Format.
type accessLog struct {
	server   *http.Server
	straight *http.Transport // from the proxy to the lab
	client   *http.Client    // goes by way of the proxy

	mu    sync.Mutex
	lines strings.Builder
}

// newAccessLog starts the proxy. Close it.
func newAccessLog(ctx context.Context) (*accessLog, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start a proxy: %w", err)
	}
	straight := &http.Transport{}
	forward := &httputil.ReverseProxy{
		Transport: straight, ErrorLog: log.New(io.Discard, "", 0),
		Rewrite: func(r *httputil.ProxyRequest) { // the request's own address says where to
			r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
		},
	}
	l := &accessLog{straight: straight}
	forward.ModifyResponse = func(r *http.Response) error {
		l.write(r)
		return nil
	}
	l.server = &http.Server{Handler: forward, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = l.server.Serve(listener) }() // until it is closed
	address := &url.URL{Scheme: "http", Host: listener.Addr().String()}
	l.client = &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(address), DisableKeepAlives: true}, Timeout: 30 * time.Second}
	return l, nil
}

// Close ends the proxy.
func (l *accessLog) Close() {
	_ = l.server.Close() // no client is served by then
	l.straight.CloseIdleConnections()
}

// write adds the line of an answer.
func (l *accessLog) write(r *http.Response) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(&l.lines, "127.0.0.1 - - [%s] \"%s %s %s\" %d %d %q %q\n", time.Now().Format("02/Jan/2006:15:04:05 -0700"),
		r.Request.Method, r.Request.URL.RequestURI(), r.Request.Proto, r.StatusCode, max(r.ContentLength, 0), r.Request.Referer(), r.Request.UserAgent())
}

// has tells whether a credential is in the log.
func (l *accessLog) has(credential string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.lines.String(), url.QueryEscape(credential)) || strings.Contains(l.lines.String(), credential)
}
