package measure

import (
	"context"
	"errors"
	"net"
	"sync"

	"github.com/redis/go-redis/v9"
)

// A tape sits between a Redis client and its connection. It records what Redis answers to a command, and plays that
// back when the same bytes are sent again: the client does all that it always does, and Redis does nothing.
//
//	passing     client ──▶ Redis
//	recording   client ──▶ Redis, and its answer is kept
//	playing     client ◀── what was kept
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

// newTape returns an empty tape that lets everything pass. Add it to a client as a hook before the client is used.
func newTape() *tape { return &tape{answers: map[string][]byte{}} }

// pass lets everything pass.
func (t *tape) pass() { t.set(passing) }

// record keeps the answers to what is sent from now on.
func (t *tape) record() { t.set(recording) }

// play gives the answers that were kept. A command that has none fails.
func (t *tape) play() { t.set(playing) }

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

// tapedConn embeds the TCP connection whole, so that the client's own look at its health costs what it always costs.
type tapedConn struct {
	*net.TCPConn
	tape    *tape
	command string // that was sent last, while recording
	rest    []byte // of the answer that is played
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
