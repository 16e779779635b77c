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

// responseTimeout is how long one response may take. It only ends a run that hangs.
const responseTimeout = 10 * time.Second

// A connection stays open between requests, and counts the bytes that it receives.
type connection struct {
	net.Conn
	reader   *bufio.Reader
	received int
}

// Read implements io.Reader.
func (c *connection) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.received += n
	return n, err
}

// A response is what was received for one request, and how long it took from the first byte sent.
type response struct {
	header         http.Header
	body           []byte
	took           time.Duration
	sent, received int // bytes
}

func dial(ctx context.Context, address string) (*connection, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	c := &connection{Conn: conn}
	c.reader = bufio.NewReader(c)
	return c, nil
}

// send sends a request and reads the response to its end. A status other than 200 is an error, because such a response
// costs something else.
func (c *connection) send(request []byte) (response, error) {
	if err := c.SetDeadline(time.Now().Add(responseTimeout)); err != nil {
		return response{}, err
	}
	before := c.received
	start := time.Now()
	if _, err := c.Write(request); err != nil {
		return response{}, fmt.Errorf("send request: %w", err)
	}
	res, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return response{}, fmt.Errorf("read answer: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	took := time.Since(start)
	if err != nil {
		return response{}, fmt.Errorf("read answer: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return response{}, fmt.Errorf("the answer is %s: %.200s", res.Status, body)
	}
	return response{header: res.Header, body: body, took: took, sent: len(request), received: c.received - before}, nil
}
