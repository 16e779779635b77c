package main

import (
	"context"
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
	return slog.New(flushingHandler{slog.NewJSONHandler(buffer, nil), buffer}), buffer.Flush
}

// A flushingHandler flushes its buffer after a record that is more than information.
type flushingHandler struct {
	slog.Handler
	buffer *logBuffer
}

// Handle implements slog.Handler.
func (h flushingHandler) Handle(ctx context.Context, r slog.Record) error {
	err := h.Handler.Handle(ctx, r)
	if r.Level > slog.LevelInfo {
		h.buffer.Flush()
	}
	return err
}

// WithAttrs implements slog.Handler.
func (h flushingHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return flushingHandler{h.Handler.WithAttrs(attrs), h.buffer}
}

// WithGroup implements slog.Handler.
func (h flushingHandler) WithGroup(name string) slog.Handler {
	return flushingHandler{h.Handler.WithGroup(name), h.buffer}
}

// A logBuffer collects lines for out.
type logBuffer struct {
	mu    sync.Mutex
	out   io.Writer
	lines []byte
}

// Write keeps a line.
func (b *logBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.lines) == 0 {
		time.AfterFunc(flushEvery, b.Flush)
	}
	b.lines = append(b.lines, line...)
	if len(b.lines) >= flushBytes {
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
