package measure

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// patience is how long one answer may take. Nothing that is measured comes near it.
const patience = 10 * time.Second

// A line is one connection that stays open. It counts what goes over it.
type line struct {
	conn     net.Conn
	reader   *bufio.Reader
	received int
}

// An answer is what came back, and after how long.
type answer struct {
	header         http.Header
	body           []byte
	took           time.Duration
	sent, received int // bytes
}

func dialLine(ctx context.Context, address string) (*line, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	l := &line{conn: conn}
	l.reader = bufio.NewReader(readerFunc(func(p []byte) (int, error) {
		n, err := conn.Read(p)
		l.received += n
		return n, err
	}))
	return l, nil
}

// ask sends a request and reads the answer to its end. An answer that is not 200 is an error: it would be another cost.
func (l *line) ask(request []byte) (answer, error) {
	if err := l.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return answer{}, err
	}
	before := l.received
	start := time.Now()
	if _, err := l.conn.Write(request); err != nil {
		return answer{}, fmt.Errorf("send request: %w", err)
	}
	response, err := http.ReadResponse(l.reader, nil)
	if err != nil {
		return answer{}, fmt.Errorf("read answer: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	took := time.Since(start)
	if err != nil {
		return answer{}, fmt.Errorf("read answer: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return answer{}, fmt.Errorf("the answer is %s: %.200s", response.Status, body)
	}
	return answer{header: response.Header, body: body, took: took, sent: len(request), received: l.received - before}, nil
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
