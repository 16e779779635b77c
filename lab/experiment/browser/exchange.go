package browser

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"

	"authlab/web/scheme"
)

// An Exchange is one request of a page and what came of it.
type Exchange struct {
	Left     bool                // the request was sent; else the browser kept it back
	Sent     http.Header         // as it was sent, with the cookies that came along by themselves
	Withheld map[string][]string // cookies that were not sent, and why, by the browser's own names for it: SameSiteLax
	Status   int                 // the server's answer, also if the page was not allowed to see it; 0: none
	Blocked  string              // why the page did not get the answer, by the browser's own name for it
	Read     bool                // the page could read the answer
	Body     []byte              // what it read
}

// plainName is a cookie's name without what it begins with over TLS, and without a lab's mark, so that a cookie has one name.
func plainName(name string) string {
	name, _ = scheme.Unmarked(name)
	return strings.TrimPrefix(name, scheme.SecurePrefix)
}

// Carries tells whether a cookie was sent.
func (x Exchange) Carries(cookie string) bool {
	sent, err := http.ParseCookie(x.Sent.Get("Cookie"))
	if err != nil {
		return false
	}
	for _, c := range sent {
		if plainName(c.Name) == cookie {
			return true
		}
	}
	return false
}

// A wire is what the browser tells of the requests of a tab. What it tells of one request comes from several processes,
// in any order.
type wire struct {
	mu      sync.Mutex
	order   []network.RequestID
	seen    map[network.RequestID]*request
	shown   int                                           // how many pages were shown
	bound   *network.EventDeviceBoundSessionEventOccurred // what became of the last key for a session; nil: there was none
	changed chan struct{}                                 // closed and replaced at every event
}

type request struct {
	Exchange
	address   string
	preflight bool
	over      bool // as far as the page is concerned
	kept      bool // nothing was sent, and nothing more will be told
}

func newWire() *wire {
	return &wire{seen: map[network.RequestID]*request{}, changed: make(chan struct{})}
}

// see hears every event of the tab.
func (w *wire) see(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.order = append(w.order, e.RequestID)
		r := w.request(e.RequestID)
		r.address, r.preflight = e.Request.URL, e.Request.Method == http.MethodOptions
	case *network.EventRequestWillBeSentExtraInfo:
		r := w.request(e.RequestID)
		r.Left, r.Sent, r.Withheld = true, http.Header{}, map[string][]string{}
		for name, value := range e.Headers {
			r.Sent.Set(name, fmt.Sprint(value))
		}
		for _, cookie := range e.AssociatedCookies {
			name := plainName(cookie.Cookie.Name)
			for _, reason := range cookie.BlockedReasons {
				r.Withheld[name] = append(r.Withheld[name], string(reason))
			}
		}
	case *network.EventResponseReceivedExtraInfo:
		w.request(e.RequestID).Status = int(e.StatusCode)
	case *network.EventLoadingFinished:
		w.request(e.RequestID).over = true
	case *network.EventLoadingFailed:
		r := w.request(e.RequestID)
		r.over, r.kept, r.Blocked = true, true, e.ErrorText
		if e.CorsErrorStatus != nil {
			r.Blocked = string(e.CorsErrorStatus.CorsError)
			// If the answer to the preflight does not allow it, the request itself is not sent. Else it was sent, and it is
			// the answer that the page may not see.
			r.kept = strings.Contains(r.Blocked, "Preflight")
		}
	case *network.EventDeviceBoundSessionEventOccurred:
		if e.CreationEventDetails != nil {
			w.bound = e
		}
	case *page.EventFrameNavigated:
		if e.Frame.ParentID == "" {
			w.shown++
		}
	default:
		return
	}
	close(w.changed)
	w.changed = make(chan struct{})
}

func (w *wire) request(id network.RequestID) *request {
	if w.seen[id] == nil {
		w.seen[id] = &request{}
	}
	return w.seen[id]
}

// pages counts the pages that were shown so far.
func (w *wire) pages() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.shown
}

// anotherPage waits until more pages were shown.
func (w *wire) anotherPage(ctx context.Context, than int) error {
	return w.until(ctx, "the browser shows no other page", func() bool { return w.shown > than })
}

// until waits until something is so, which events of the tab change.
func (w *wire) until(ctx context.Context, otherwise string, isSo func() bool) error {
	for {
		w.mu.Lock()
		so, changed := isSo(), w.changed
		w.mu.Unlock()
		if so {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", otherwise, ctx.Err())
		}
	}
}

// mark is a place between the requests so far and those to come.
func (w *wire) mark() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.order)
}

// since returns the first request for an address after a mark, when all is known of it.
func (w *wire) since(ctx context.Context, mark int, address string) (Exchange, error) {
	for {
		x, known, changed := w.find(mark, address)
		if known {
			return x, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Exchange{}, fmt.Errorf("the browser tells nothing of the request to %s: %w", address, ctx.Err())
		}
	}
}

func (w *wire) find(mark int, address string) (x Exchange, known bool, changed <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range w.order[mark:] {
		r := w.seen[id]
		if r.address == address && !r.preflight && r.over && (r.kept || r.Left && r.Status != 0) {
			return r.Exchange, true, nil
		}
	}
	return Exchange{}, false, w.changed
}
