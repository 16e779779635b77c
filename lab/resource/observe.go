package resource

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

const (
	headerServedBy = "X-Served-By"
	headerTiming   = "Server-Timing"
	headerCalls    = "X-Home-Calls"
)

// A bill is what one request has cost so far. It belongs to the request's own goroutine. A nil bill is nobody's, and
// keeps nothing.
type bill struct {
	calls   int           // home was asked so many times
	called  time.Duration // and took so long
	entries []string      // of Server-Timing
}

type billKey struct{}

func billOf(ctx context.Context) *bill {
	b, _ := ctx.Value(billKey{}).(*bill)
	return b
}

// call puts a call home on the bill, and returns the function that ends it.
func (b *bill) call(path string) (done func()) {
	if b == nil {
		return func() {}
	}
	b.calls++
	start := time.Now()
	return func() {
		took := time.Since(start)
		b.called += took
		b.add("home", "home "+path, took)
	}
}

// signature puts a check of a signature on the bill, without the calls home that it may need.
func (b *bill) signature() (done func()) {
	if b == nil {
		return func() {}
	}
	start, called := time.Now(), b.called
	return func() { b.add("signature", "signature and claims", time.Since(start)-(b.called-called)) }
}

func (b *bill) add(name, description string, took time.Duration) {
	b.entries = append(b.entries, fmt.Sprintf("%s;desc=%q;dur=%.3f", name, description, float64(took.Microseconds())/1000))
}

// observe is around every request: it opens the bill, and afterwards writes one line about the request. The line has
// the route and never the address as it came, a header or a body: those may carry a credential.
func (s *Service) observe(c *gin.Context) {
	start, b := time.Now(), &bill{}
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), billKey{}, b))
	c.Header(headerServedBy, s.config.Name)
	c.Header("Cache-Control", "no-store")
	c.Header("X-Content-Type-Options", "nosniff")
	c.Writer = &billedWriter{ResponseWriter: c.Writer, bill: b}
	c.Next()
	method := c.Request.Method
	if c.FullPath() == "" {
		method = "" // whatever a client likes to write
	}
	s.config.Logger.LogAttrs(c.Request.Context(), slog.LevelInfo, "request",
		slog.String("service", s.config.Name), slog.String("method", method), slog.String("route", c.FullPath()),
		slog.Int("status", c.Writer.Status()), slog.Int("home_calls", b.calls), slog.Duration("took", time.Since(start)))
}

// billedWriter adds what the request has cost to the header, at the last moment before the header is sent.
type billedWriter struct {
	gin.ResponseWriter
	bill *bill
}

func (w *billedWriter) present() {
	if w.Written() {
		return
	}
	w.Header().Set(headerCalls, strconv.Itoa(w.bill.calls))
	if len(w.bill.entries) > 0 {
		w.Header().Set(headerTiming, strings.Join(w.bill.entries, ", "))
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

// recoverPanic turns a mistake of ours into a 500 and a line in the log. gin's own recovery would log the request, with
// the credential in it.
func (s *Service) recoverPanic(c *gin.Context) {
	defer func() {
		mistake := recover()
		if mistake == nil {
			return
		}
		if mistake == http.ErrAbortHandler { //nolint:errorlint // the very value, as net/http compares it
			panic(mistake)
		}
		s.config.Logger.Error("panic", "service", s.config.Name, "route", c.FullPath(), "stack", string(debug.Stack()))
		if c.Writer.Written() {
			c.Abort()
			return
		}
		s.refuse(c, errors.New("panic"))
	}()
	c.Next()
}
