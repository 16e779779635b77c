package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"
)

const (
	headerServedBy = "X-Served-By"
	headerTiming   = "Server-Timing"
	headerNoSniff  = "X-Content-Type-Options"
)

// observe is the first middleware of every request. When the request has ended, it counts it and writes one line to the
// log. The line has the route, and not the path, a header or a body, because those may carry a credential.
func (s *Server) observe(c *gin.Context) {
	start := time.Now()
	ctx, call := withCall(c.Request.Context())
	call.request = c
	c.Request = c.Request.WithContext(ctx)
	header := c.Writer.Header()
	for _, h := range s.headers {
		header[h.name] = h.values
	}
	c.Writer = &timedWriter{ResponseWriter: c.Writer, timing: &call.timing}
	c.Next()

	elapsed := time.Since(start)
	status := c.Writer.Status()
	s.metrics.observe(call.scheme, status, elapsed.Seconds())
	line := slog.NewRecord(start.Add(elapsed), slog.LevelInfo, "request", 0) // a Logger would look up which line of code logs
	line.AddAttrs(
		slog.String("method", knownMethod(c.Request.Method)), slog.String("route", c.FullPath()), slog.String("scheme", call.scheme),
		slog.Int("status", status), slog.Duration("took", elapsed))
	if log := s.requestLog.Handler(); log.Enabled(ctx, line.Level) {
		_ = log.Handle(ctx, line) // as every slog.Logger does: there is nowhere left to report it
	}
}

// A fixedHeader is in every answer. Its values never change.
type fixedHeader struct {
	name   string
	values []string
}

func fixedHeaders(config Config) []fixedHeader {
	all := []fixedHeader{
		{headerServedBy, []string{config.Name}},
		{"Cache-Control", []string{"no-store"}},
		{headerNoSniff, []string{"nosniff"}}, // a browser goes by Content-Type, and takes no text of a user for HTML
	}
	if config.Secure {
		all = append(all, fixedHeader{"Strict-Transport-Security", []string{"max-age=31536000"}}) // a year, for this host alone (RFC 6797, section 6.1)
	}
	return all
}

// knownMethod keeps a client from writing any text into the log by way of the method.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// recoverPanic turns a panic into a 500 and a line in the log. gin's own recovery would log the request, and with it the
// credential.
func (s *Server) recoverPanic(c *gin.Context) {
	defer func() {
		value := recover()
		if value == nil {
			return
		}
		if value == http.ErrAbortHandler { //nolint:errorlint // the very value, as net/http compares it
			panic(value)
		}
		s.config.Logger.Error("panic", "replica", s.config.Name, "route", c.FullPath(), "stack", string(debug.Stack()))
		if c.Writer.Written() {
			c.Abort()
			return
		}
		s.refuse(c, fmt.Errorf("%w: panic", errInternal))
	}()
	c.Next()
}
