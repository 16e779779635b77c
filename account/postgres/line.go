package postgres

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// A line is a connection to a server that may fall silent. When a question has taken too long, pgx takes leave of the
// server for up to 15 seconds more, and the connection keeps its place in the pool until then: a few questions into a
// silence would leave no place for those who ask after it. On a line nothing waits longer than patience, nor does the
// leave-taking.
type line struct {
	net.Conn
	patience time.Duration
}

// SetDeadline brings a deadline forward that is further away than patience. No deadline stays none.
func (l line) SetDeadline(t time.Time) error {
	if latest := time.Now().Add(l.patience); t.After(latest) {
		t = latest
	}
	return l.Conn.SetDeadline(t)
}

// dial opens lines. Each begins with a deadline, which unhurried takes away; those that pgx opens only to cancel a
// question keep it to their end.
func dial(patience time.Duration) func(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: patience}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		l := line{conn, patience}
		if err := l.SetDeadline(time.Now().Add(patience)); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		return l, nil
	}
}

// unhurried takes the first deadline from a line that is to carry questions.
func unhurried(_ context.Context, _ *pgconn.Config, conn net.Conn) (net.Conn, error) {
	return conn, conn.SetDeadline(time.Time{})
}
