// Package browser is a real browser, for the questions that only a browser can answer: what it sends along by itself,
// what it lets a script read, and what it keeps back.
//
//	experiment ──▶ Tab ──▶ page of some origin ── fetch ──▶ the lab
//	                │                                │
//	                └───────── Exchange ◀────────────┘  what left and what came back, on the wire,
//	                                                    also where the page itself is not allowed to see it
//
// It is the Chromium that this machine has, without a window, with profiles of its own that are gone afterwards, and it
// cannot reach other hosts than those that it is given.
package browser

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"sync"
	"time"

	"github.com/chromedp/chromedp"
)

// ErrNone means that this machine has no browser.
var ErrNone = errors.New("no browser here")

const (
	// timeout is how long a start may take, and how long one tab may be used. It ends a browser that hangs.
	timeout = 30 * time.Second
	// closeTimeout is how long the browser may take to end by itself, before it is killed.
	closeTimeout = 3 * time.Second
)

// A Browser is started by Start or the first Open, and runs until Close or until its context ends.
type Browser struct {
	ctx   context.Context
	hosts []string

	mu     sync.Mutex
	root   context.Context // nil: not started
	stop   func()
	closed bool
}

// New returns a browser that can reach these hosts and this machine, and no others. It starts nothing yet.
func New(ctx context.Context, hosts ...string) *Browser { return &Browser{ctx: ctx, hosts: hosts} }

// Close ends the browser and removes what it has written. A second time it does nothing.
func (b *Browser) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.root == nil {
		return
	}
	end(b.root, b.stop)
	b.root = nil
}

// end ends a browser process. One that is killed leaves files behind that are not in its profile, and does not write what is
// in it. So it is asked first.
func end(root context.Context, stop func()) {
	ending, cancel := context.WithTimeout(root, closeTimeout)
	defer cancel()
	_ = chromedp.Cancel(ending) // what has not ended by then, stop kills
	stop()
}

// Start begins to start the browser and does not wait, so that it is there when it is needed. If it cannot be started,
// Open says why.
func (b *Browser) Start() { go func() { _, _ = b.start() }() }

// start starts the browser, if it is not running. ErrNone: there is none.
func (b *Browser) start() (context.Context, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return nil, errors.New("start the browser: it has been closed")
	case b.root != nil:
		return b.root, nil
	}
	root, stop, err := b.launch()
	if err != nil {
		return nil, err
	}
	b.root, b.stop = root, stop
	context.AfterFunc(b.ctx, b.Close)
	return root, nil
}

// launch starts a browser process. ErrNone: there is none.
func (b *Browser) launch(more ...chromedp.ExecAllocatorOption) (root context.Context, stop func(), err error) {
	reach := "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost"
	for _, host := range b.hosts {
		if host != "" {
			reach += ", EXCLUDE " + host
		}
	}
	// The defaults have no window, no first-run page, no synchronisation and no networking in the background. As root
	// there is no sandbox, because there cannot be one.
	allocator, removed := chromedp.NewExecAllocator(context.WithoutCancel(b.ctx), append(append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("no-proxy-server", true),
		chromedp.Flag("host-resolver-rules", reach),
	), more...)...)
	silent := func(string, ...any) {}
	root, ended := chromedp.NewContext(allocator, chromedp.WithLogf(silent), chromedp.WithErrorf(silent))
	tooLong := time.AfterFunc(timeout, ended)
	err = chromedp.Do(root)
	tooLong.Stop()
	if err != nil {
		ended()
		removed()
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
			return nil, nil, ErrNone
		}
		return nil, nil, fmt.Errorf("start the browser: %w", err)
	}
	return root, func() { ended(); removed() }, nil
}
