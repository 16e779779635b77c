package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"
)

// maxHeader is how large a request's header may be, in bytes. net/http takes 4 KiB more than it is told.
const maxHeader = 16 << 10

// NewHTTPServer returns a server with bounds for slow clients and for large requests. It logs to logger; nil: nowhere.
func NewHTTPServer(handler http.Handler, logger *slog.Logger) *http.Server {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &http.Server{
		Handler:                      handler,
		ReadTimeout:                  10 * time.Second, // of the header and the body together
		WriteTimeout:                 30 * time.Second,
		IdleTimeout:                  2 * time.Minute, // longer than a balancer keeps a connection, so that the balancer closes it and never sends into a closed one
		MaxHeaderBytes:               maxHeader - 4<<10,
		DisableGeneralOptionsHandler: true, // OPTIONS * is answered like any other request
		ErrorLog:                     slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
}

// ProblemListener returns a listener whose connections answer with problem+json also where net/http refuses a request
// before a handler sees it: a header that is too large (431), a request that is not HTTP (400).
func ProblemListener(listener net.Listener, replica string, logger *slog.Logger) net.Listener {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return problemListener{listener, replica, logger}
}

type problemListener struct {
	net.Listener
	replica string
	logger  *slog.Logger
}

func (l problemListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if tcp, ok := conn.(*net.TCPConn); ok && err == nil {
		return &problemConn{tcp, l}, nil
	}
	return conn, err
}

// problemConn embeds *net.TCPConn and not net.Conn, because net/http half-closes a TCP connection, so that the answer
// arrives although the request was not read to its end.
type problemConn struct {
	*net.TCPConn
	listener problemListener
}

// bareHeader follows the status line when net/http refuses a request by itself. It writes such an answer in one piece. A
// handler's answer always has a Date, so it never looks like this.
var bareHeader = []byte("\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n")

func (c *problemConn) Write(b []byte) (int, error) {
	line, _, found := bytes.Cut(b, bareHeader)
	if !found || len(line) < len("HTTP/1.1 400") || bytes.ContainsRune(line, '\r') {
		return c.TCPConn.Write(b)
	}
	status, err := strconv.Atoi(string(line[len("HTTP/1.1 "):len("HTTP/1.1 400")]))
	if err != nil {
		return c.TCPConn.Write(b)
	}
	reason := errBadRequest
	if status == http.StatusRequestHeaderFieldsTooLarge {
		reason = errHeaderSize
	}
	problem := verdictOf(reason).problem(reason, "", c.listener.replica)
	problem.Status, problem.Title = status, http.StatusText(status) // 400, 431, 501 or 505
	body, err := json.Marshal(problem)
	if err != nil {
		return 0, err
	}
	c.listener.logger.Info("request", "replica", c.listener.replica, "status", status)
	_, err = fmt.Fprintf(c.TCPConn, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n%s: %s\r\n%s: nosniff\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s",
		status, http.StatusText(status), ProblemType, headerServedBy, c.listener.replica, headerNoSniff, len(body), body)
	if err != nil {
		return 0, err
	}
	return len(b), nil
}
