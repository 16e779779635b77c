package door

import (
	"net"
	"sync"
)

// A conn is a connection that has come in by the door.
type conn struct {
	net.Conn
	door   *Door
	once   sync.Once
	closed chan struct{}
}

// wait waits until the door is not silent.
func (c *conn) wait() error {
	for {
		s := c.door.silence.Load()
		if s == nil {
			return nil
		}
		select {
		case <-s.over:
		case <-c.closed:
			return net.ErrClosed
		}
	}
}

// Read implements net.Conn. What arrives in a silence is not read before it is over, also where Read has waited for it
// since before the silence.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if waiting := c.wait(); waiting != nil {
		return 0, waiting
	}
	return n, err
}

// Write implements net.Conn.
func (c *conn) Write(p []byte) (int, error) {
	if err := c.wait(); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.once.Do(func() {
		close(c.closed)
		c.door.leave(c)
	})
	return c.Conn.Close()
}

// CloseWrite closes one half: net/http does, so that an answer arrives although the request was not read to its end.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// SetLinger says how closing the connection ends it: 0 is a reset.
func (c *conn) SetLinger(seconds int) error {
	if tcp, ok := c.Conn.(interface{ SetLinger(seconds int) error }); ok {
		return tcp.SetLinger(seconds)
	}
	return nil
}
