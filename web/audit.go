package web

import (
	"context"
	"log/slog"

	"authlab/account"
)

// Audit is the account.Audit of a replica: it writes one line to the log, and counts it. The line has the scheme and the
// client's address of the request that ctx belongs to. It has no name that a client has typed, unless that is a user's: a
// password is easily typed in the wrong field.
func (s *Server) Audit(ctx context.Context, event account.Event) {
	s.metrics.events.WithLabelValues(event.Kind).Inc()
	attrs := []slog.Attr{slog.String("event", event.Kind)}
	if event.User != "" {
		attrs = append(attrs, slog.String("user", event.User))
	}
	if event.Key != "" {
		attrs = append(attrs, slog.String("key", event.Key))
	}
	if call := callIn(ctx); call != nil && call.request != nil {
		attrs = append(attrs, slog.String("scheme", call.scheme), slog.String("address", clientAddress(call.request)))
	}
	level := slog.LevelWarn
	if event.Kind == account.EventLogin || event.Kind == account.EventLoginFailed || event.Kind == account.EventLogoutEverywhere {
		level = slog.LevelInfo
	}
	s.requestLog.LogAttrs(ctx, level, "audit", attrs...)
}
