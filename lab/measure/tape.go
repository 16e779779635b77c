package measure

import (
	"context"
	"errors"
	"net"
	"sync"

	"github.com/redis/go-redis/v9"
)

// A tape is between a Redis client and its connection. It records Redis's responses, and plays a response when the client
// sends the same bytes again: the client does all its work, and Redis none.
//
//	passing     client ──▶ Redis
//	recording   client ──▶ Redis, and its response is recorded
//	playing     client ◀── the recorded response
//
// It is for one request at a time.
type tape struct {
	mu      sync.Mutex
	mode    tapeMode
	answers map[string][]byte
}

type tapeMode int

const (
	passing tapeMode = iota
	recording
	playing
)

var (
	_        redis.Hook = (*tape)(nil)
	errTaped            = errors.New("this command is not on the tape")
)

// newTape returns an empty tape in the mode passing. Add it to a client as a hook before the client is used.
func newTape() *tape { return &tape{answers: map[string][]byte{}} }

// set sets the mode. While the tape plays, a command without a recorded response fails.
func (t *tape) set(mode tapeMode) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mode = mode
}

// DialHook implements redis.Hook.
func (t *tape) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := next(ctx, network, address)
		if tcp, ok := conn.(*net.TCPConn); ok && err == nil {
			return &tapedConn{TCPConn: tcp, tape: t}, nil
		}
		return conn, err
	}
}

// ProcessHook implements redis.Hook.
func (*tape) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }

// ProcessPipelineHook implements redis.Hook.
func (*tape) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// tapedConn embeds *net.TCPConn and not net.Conn, so that the client can check, as on any connection, whether it is alive.
type tapedConn struct {
	*net.TCPConn
	tape    *tape
	command string // the last one that was sent, while recording
	rest    []byte // of the response that is played
}

func (c *tapedConn) Write(p []byte) (int, error) {
	c.tape.mu.Lock()
	defer c.tape.mu.Unlock()
	switch c.tape.mode {
	case recording:
		c.command = string(p)
		delete(c.tape.answers, c.command)
	case playing:
		answer, ok := c.tape.answers[string(p)]
		if !ok {
			return 0, errTaped
		}
		c.rest = answer
		return len(p), nil
	}
	return c.TCPConn.Write(p)
}

func (c *tapedConn) Read(p []byte) (int, error) {
	if n := c.played(p); n > 0 {
		return n, nil
	}
	n, err := c.TCPConn.Read(p)
	c.tape.mu.Lock()
	defer c.tape.mu.Unlock()
	if c.tape.mode == recording {
		c.tape.answers[c.command] = append(c.tape.answers[c.command], p[:n]...)
	}
	return n, err
}

func (c *tapedConn) played(p []byte) int {
	c.tape.mu.Lock()
	defer c.tape.mu.Unlock()
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n
}
