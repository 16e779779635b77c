package web

import (
	"fmt"
	"log/slog"
	"maps"
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
	ctx, t := withTiming(c.Request.Context())
	t.request = c
	c.Request = c.Request.WithContext(ctx)
	maps.Copy(c.Writer.Header(), s.headers)
	c.Writer = &timedWriter{ResponseWriter: c.Writer, timing: t}
	c.Next()

	elapsed := time.Since(start)
	scheme, status := c.GetString(schemeKey), c.Writer.Status()
	s.metrics.observe(scheme, status, elapsed.Seconds())
	s.requestLog.LogAttrs(ctx, slog.LevelInfo, "request",
		slog.String("method", knownMethod(c.Request.Method)), slog.String("route", c.FullPath()), slog.String("scheme", scheme),
		slog.Int("status", status), slog.Duration("took", elapsed))
}

// fixedHeaders are in every answer.
func fixedHeaders(config Config) http.Header {
	h := http.Header{}
	h.Set(headerServedBy, config.Name)
	h.Set("Cache-Control", "no-store")
	h.Set(headerNoSniff, "nosniff") // a browser goes by Content-Type, and takes no text of a user for HTML
	if config.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000") // a year, for this host alone (RFC 6797, section 6.1)
	}
	return h
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
