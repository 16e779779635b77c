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
)

// observe is around every request: it opens the bill, and afterwards counts the request and writes one line about it.
// The line has the route and never the address as it came, a header or a body: those may carry a credential.
func (s *Server) observe(c *gin.Context) {
	start := time.Now()
	ctx, b := withBill(c.Request.Context())
	c.Request = c.Request.WithContext(ctx)
	c.Header(headerServedBy, s.config.Name)
	c.Header("Cache-Control", "no-store")
	c.Writer = &billedWriter{ResponseWriter: c.Writer, bill: b}
	c.Next()

	elapsed := time.Since(start)
	scheme, status := c.GetString(schemeKey), c.Writer.Status()
	s.metrics.observe(scheme, status, elapsed.Seconds())
	s.config.Logger.LogAttrs(ctx, slog.LevelInfo, "request",
		slog.String("replica", s.config.Name), slog.String("method", knownMethod(c.Request.Method)),
		slog.String("route", c.FullPath()), slog.String("scheme", scheme),
		slog.Int("status", status), slog.Duration("took", elapsed))
}

// knownMethod keeps a client from writing what it likes into the log.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// billedWriter adds what the request has cost to the header, at the last moment before the header is sent.
type billedWriter struct {
	gin.ResponseWriter
	bill *bill
}

func (w *billedWriter) present() {
	if text := w.bill.String(); text != "" && !w.Written() {
		w.Header().Set(headerTiming, text)
	}
}

func (w *billedWriter) WriteHeaderNow() {
	w.present()
	w.ResponseWriter.WriteHeaderNow()
}

func (w *billedWriter) Write(body []byte) (int, error) {
	w.present()
	return w.ResponseWriter.Write(body)
}

func (w *billedWriter) WriteString(body string) (int, error) {
	w.present()
	return w.ResponseWriter.WriteString(body)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *billedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// recoverPanic turns a mistake of ours into a 500 and a line in the log. gin's own recovery would log the request,
// with the credential in it.
func (s *Server) recoverPanic(c *gin.Context) {
	defer func() {
		problem := recover()
		if problem == nil {
			return
		}
		if problem == http.ErrAbortHandler { //nolint:errorlint // the very value, as net/http compares it
			panic(problem)
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
