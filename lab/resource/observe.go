package resource

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"
)

const headerServedBy = "X-Served-By"

// observe is around every request: it starts the request's timing, and afterwards writes one line to the log. The line
// has the route pattern, and never the path, a header or a body: those may carry a credential.
func (s *Service) observe(c *gin.Context) {
	start, t := time.Now(), &timing{}
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), timingKey{}, t))
	c.Header(headerServedBy, s.config.Name)
	c.Header("Cache-Control", "no-store")
	c.Header("X-Content-Type-Options", "nosniff")
	c.Header(headerCalls, "0") // until respond knows better
	c.Next()
	method := c.Request.Method
	if c.FullPath() == "" {
		method = "" // outside the routes a client can send any text as the method
	}
	s.config.Logger.LogAttrs(c.Request.Context(), slog.LevelInfo, "request",
		slog.String("service", s.config.Name), slog.String("method", method), slog.String("route", c.FullPath()),
		slog.Int("status", c.Writer.Status()), slog.Int("home_calls", t.homeCalls), slog.Duration("took", time.Since(start)))
}

// recoverPanic answers a panic with 500 and logs its stack. gin.Recovery would log the request, with the credential in
// it.
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
