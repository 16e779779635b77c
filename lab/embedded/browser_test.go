package embedded_test

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"authlab/lab/testkit"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browserTimeout is how long a test may use its browser. Nothing waits for a time: everything waits for the page.
const browserTimeout = time.Minute

// browser starts a browser with one empty tab, whose events go to listen from the first on. It ends with the test.
func browser(t *testing.T, listen func(event any)) context.Context {
	t.Helper()
	return browserFor(t, browserTimeout, listen)
}

// browserFor is browser, for as long as a test may take.
func browserFor(t *testing.T, timeout time.Duration, listen func(event any)) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves out what needs a browser")
	}
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		testkit.Missing(t, "there is no browser to test the page with: install chromium")
	}

	// chromedp makes the profile in TMPDIR, and removes it when the last process that uses it is gone. The browser itself
	// keeps the usual TMPDIR: a path that is as long as a test's name is too long for its sockets.
	usual := os.TempDir()
	t.Setenv("TMPDIR", t.TempDir())
	// The browser may live a little longer than the test may use it, so that it is closed and not killed.
	life, kill := context.WithTimeout(context.WithoutCancel(t.Context()), timeout+10*time.Second)
	allocator, waitForProcesses := chromedp.NewExecAllocator(life, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.Env("TMPDIR="+usual),
		chromedp.NoSandbox, // root has none
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"), // as in a room without a network
	)...)
	tab, closeTab := chromedp.NewContext(allocator, chromedp.WithListener(listen))
	t.Cleanup(func() {
		if err := chromedp.Cancel(tab); err != nil {
			t.Errorf("close the browser: %v", err)
		}
		closeTab()
		waitForProcesses()
		kill()
	})
	if err := chromedp.Do(tab, chromedp.EmulateViewport(1280, 1024)); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	ctx, cancel := context.WithTimeout(tab, timeout)
	t.Cleanup(cancel)
	return ctx
}

// A watch sees what DevTools would show of a page in its console and on its network tab.
type watch struct {
	origin string // the only place that the page may ask
	refuse []int  // the answers to fetch that are part of the lesson

	mu       sync.Mutex
	wrong    []string
	taught   map[network.RequestID]bool // requests that got one of those answers
	messages []*log.Entry
	answers  int
}

func newWatch(origin string, refuse []int) *watch {
	return &watch{origin: origin, refuse: refuse, taught: map[network.RequestID]bool{}}
}

func (w *watch) see(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		what := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			what += " " + e.ExceptionDetails.Exception.Description
		}
		w.say("uncaught exception: " + what)
	case *runtime.EventConsoleAPICalled:
		said := "console." + string(e.Type)
		for _, arg := range e.Args {
			said += " " + cmp.Or(arg.Description, string(arg.Value))
		}
		w.say(said)
	case *log.EventEntryAdded:
		w.messages = append(w.messages, e.Entry)
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, w.origin+"/") {
			w.say("a request to " + e.Request.URL)
		}
	case *network.EventWebSocketCreated:
		w.say("a web socket to " + e.URL)
	case *network.EventLoadingFailed:
		if e.Canceled { // by the page itself, or because the page was left
			return
		}
		w.say("a request failed: " + e.ErrorText + " " + string(e.BlockedReason))
	case *network.EventResponseReceived:
		w.answers++
		if slices.Contains(w.refuse, int(e.Response.Status)) && e.Type == network.ResourceTypeFetch {
			w.taught[e.RequestID] = true
		} else if e.Response.Status >= 400 {
			w.say(string(e.Type) + " " + e.Response.URL + ": " + e.Response.StatusText)
		}
	}
}

func (w *watch) say(what string) { w.wrong = append(w.wrong, what) }

// report fails the test for everything that a user who opens DevTools should not see.
func (w *watch) report(t *testing.T) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range w.messages {
		// Chromium itself writes this for every answer of 400 and more; no page can keep it from that.
		expected := m.Source == log.EntrySourceNetwork && w.taught[m.NetworkRequestID]
		if !expected && (m.Level == log.EntryLevelError || m.Level == log.EntryLevelWarning) {
			w.say("in the console: " + m.Text + " " + m.URL)
		}
	}
	if len(w.wrong) > 0 {
		t.Errorf("the page is not quiet:\n%s", strings.Join(w.wrong, "\n"))
	}
	if w.answers == 0 {
		t.Error("nothing was seen of the page's requests")
	}
}
