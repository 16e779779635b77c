package main

import (
	"bytes"
	"io"
	"log/slog"
	"sync"
	"time"
)

const (
	// flushEvery is how long a line of the log waits at most before it is written.
	flushEvery = 200 * time.Millisecond
	// flushBytes are written at once when they have come together.
	flushBytes = 16 << 10
)

// newBufferedLogger returns a logger that writes JSON lines to out, many at a time: one write for each request would cost
// more than the line itself. A line waits for flushEvery at the most. A warning and an error are written at once, with all
// lines before them: what a process says before it crashes is not lost. Call flush before the process ends.
func newBufferedLogger(out io.Writer) (logger *slog.Logger, flush func()) {
	buffer := &logBuffer{out: out}
	return slog.New(slog.NewJSONHandler(buffer, nil)), buffer.Flush
}

// A logBuffer collects lines for out.
type logBuffer struct {
	mu    sync.Mutex
	out   io.Writer
	lines []byte
}

// information is in each line that can wait. A value that a client has sent has its quotation marks escaped.
var information = []byte(`"level":"INFO"`)

// Write keeps a line.
func (b *logBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.lines) == 0 {
		time.AfterFunc(flushEvery, b.Flush)
	}
	b.lines = append(b.lines, line...)
	if len(b.lines) >= flushBytes || !bytes.Contains(line, information) {
		b.flush()
	}
	return len(line), nil
}

// Flush writes all lines that wait.
func (b *logBuffer) Flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.flush()
}

// flush ignores errors, as every slog.Logger does: there is nowhere left to report them.
func (b *logBuffer) flush() {
	if len(b.lines) > 0 {
		_, _ = b.out.Write(b.lines)
		b.lines = b.lines[:0]
	}
}
