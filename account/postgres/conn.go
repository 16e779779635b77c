package postgres

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// A boundedConn is a connection to a server that may fall silent. When a query has timed out, pgx tries for up to 15
// seconds more to end the connection in an orderly way, and the connection keeps its place in the pool until then. A few
// queries to a silent server would so use up the pool. On a boundedConn no step takes longer than queryTimeout, the orderly
// end included.
type boundedConn struct{ net.Conn }

// SetDeadline moves a deadline that is further away than queryTimeout. The zero time still means no deadline.
func (c boundedConn) SetDeadline(t time.Time) error {
	if latest := time.Now().Add(queryTimeout); t.After(latest) {
		t = latest
	}
	return c.Conn.SetDeadline(t)
}

// dial is a pgconn.DialFunc for bounded connections. Each begins with a deadline, which clearDeadline removes before the
// first query. A connection that pgx opens only to cancel a query keeps it.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: queryTimeout}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	bounded := boundedConn{conn}
	if err := bounded.SetDeadline(time.Now().Add(queryTimeout)); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return bounded, nil
}

// clearDeadline is pgconn's AfterNetConnect.
func clearDeadline(_ context.Context, _ *pgconn.Config, conn net.Conn) (net.Conn, error) {
	return conn, conn.SetDeadline(time.Time{})
}
