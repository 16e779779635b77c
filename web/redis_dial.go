package web

import (
	"context"
	"crypto/tls"
	"net"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

// dialRedis returns a function that opens a connection, over TLS if there is a config for it.
//
// Each looks the name up for itself. A shared resolver makes all wait for one lookup of the same name, also if that hangs
// because the name is unknown for a moment, as it is while a container is restarted.
func dialRedis(config *tls.Config) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		dialer := &net.Dialer{Timeout: redisDialTimeout, Resolver: &net.Resolver{}}
		dial := dialer.DialContext
		if config != nil {
			dial = (&tls.Dialer{NetDialer: dialer, Config: config}).DialContext
		}
		return dial(ctx, network, address)
	}
}

// atFirstUse makes a dialer never return an error. After as many errors as the pool has connections, the client would try to
// connect once a second only, so that for a second after an outage every command would fail. The error comes with the first
// use of the connection.
func atFirstUse(dial redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return failedConn{err: err}, nil //nolint:nilerr // it comes with the first use
		}
		return conn, nil
	}
}

// A failedConn is a connection that could not be opened.
type failedConn struct{ err error }

var (
	_ net.Conn     = failedConn{}
	_ syscall.Conn = failedConn{}
)

// SyscallConn is how the client looks at a connection that has been idle. One that failed, and that no request has waited
// for to the end, must not be the first that is used when Redis is back.
func (c failedConn) SyscallConn() (syscall.RawConn, error) { return nil, c.err }

func (c failedConn) Read([]byte) (int, error)       { return 0, c.err }
func (c failedConn) Write([]byte) (int, error)      { return 0, c.err }
func (failedConn) Close() error                     { return nil }
func (failedConn) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (failedConn) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (failedConn) SetDeadline(time.Time) error      { return nil }
func (failedConn) SetReadDeadline(time.Time) error  { return nil }
func (failedConn) SetWriteDeadline(time.Time) error { return nil }
