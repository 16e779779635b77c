package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/chromedp"
)

// A Tab is one window with a profile of its own, empty at first: it shares no cookies and no storage with other tabs.
type Tab struct {
	ctx   context.Context
	close func()
	wire  *wire
}

// Open opens a tab, and starts the browser if need be. The tab ends with ctx. ErrNone: there is no browser.
func (b *Browser) Open(ctx context.Context) (*Tab, error) {
	root, err := b.start()
	if err != nil {
		return nil, err
	}
	w := newWire()
	own, ended := chromedp.NewContext(root, chromedp.WithNewBrowserContext(), chromedp.WithListener(w.see))
	used, cancel := context.WithTimeout(own, timeout)
	release := context.AfterFunc(ctx, cancel)
	t := &Tab{ctx: used, wire: w, close: func() { release(); cancel(); ended() }}
	if err := chromedp.Do(used); err != nil {
		t.Close()
		return nil, fmt.Errorf("open a tab: %w", err)
	}
	return t, nil
}

// OpenAt opens a tab of a browser of its own, whose profile is in a folder. Close ends that browser, as a user closes it, and
// what it has kept is there when it is opened again. ErrNone: there is no browser.
func (b *Browser) OpenAt(ctx context.Context, folder string, flags ...Flag) (*Tab, error) {
	root, stop, err := b.launch(append(flags, chromedp.UserDataDir(folder))...)
	if err != nil {
		return nil, err
	}
	w := newWire()
	own, ended := chromedp.NewContext(root, chromedp.WithListener(w.see)) // without a browser context: in the profile itself
	used, cancel := context.WithTimeout(own, timeout)
	release := context.AfterFunc(ctx, cancel)
	t := &Tab{ctx: used, wire: w, close: sync.OnceFunc(func() { release(); cancel(); ended(); end(root, stop) })}
	if err := chromedp.Do(used); err != nil {
		t.Close()
		return nil, fmt.Errorf("open a tab: %w", err)
	}
	return t, nil
}

// Close closes the tab, and its profile is gone, unless it is in a folder.
func (t *Tab) Close() { t.close() }

// Go goes to an address and returns when the page is there.
func (t *Tab) Go(address string) error {
	if err := chromedp.Do(t.ctx, chromedp.Navigate(address)); err != nil {
		return fmt.Errorf("go to %s: %w", address, err)
	}
	return nil
}

// Back goes back to the page before, as the button does, and returns when it is there. A page that the browser had kept
// whole is not loaded again, so there is no load to wait for.
func (t *Tab) Back() error {
	target, mark := chromedp.FromContext(t.ctx).Target, t.wire.pages()
	history, err := cdp.Call(t.ctx, target, page.GetNavigationHistory, cdp.Empty{})
	if err != nil || history.CurrentIndex < 1 {
		return fmt.Errorf("go back from page %d: %w", history.CurrentIndex, err)
	}
	before := page.NavigateToHistoryEntryParams{EntryID: history.Entries[history.CurrentIndex-1].ID}
	if _, err := cdp.Call(t.ctx, target, page.NavigateToHistoryEntry, before); err != nil {
		return fmt.Errorf("go back: %w", err)
	}
	if err := t.wire.anotherPage(t.ctx, mark); err != nil {
		return err
	}
	return t.Evaluate(`document.readyState === "complete" || new Promise((done) => addEventListener("load", () => done(true)))`, new(bool))
}

// Text is the text that the page shows.
func (t *Tab) Text() (text string, err error) {
	err = t.Evaluate("document.body.innerText", &text)
	return text, err
}

// TrustAll makes the tab take every certificate.
func (t *Tab) TrustAll() error {
	trust := security.SetIgnoreCertificateErrorsParams{Ignore: true}
	if _, err := cdp.Call(t.ctx, chromedp.FromContext(t.ctx).Target, security.SetIgnoreCertificateErrors, trust); err != nil {
		return fmt.Errorf("trust all certificates: %w", err)
	}
	return nil
}

// Evaluate lets a script of the page itself compute an expression, and decodes what comes of it. A promise is waited
// for.
func (t *Tab) Evaluate(expression string, into any) error {
	value, err := chromedp.Run(t.ctx, chromedp.Evaluate[json.RawMessage](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		return fmt.Errorf("script on the page: %w", err)
	}
	return json.Unmarshal(value, into)
}

// Cookies returns all cookies that the browser would send to an address, by name: also those that no script can read.
func (t *Tab) Cookies(address string) (map[string]string, error) {
	result, err := cdp.Call(t.ctx, chromedp.FromContext(t.ctx).Target, network.GetCookies, network.GetCookiesParams{URLs: []string{address}})
	if err != nil {
		return nil, fmt.Errorf("look at the browser's cookies: %w", err)
	}
	cookies := map[string]string{}
	for _, cookie := range result.Cookies {
		cookies[plainName(cookie.Name)] = cookie.Value
	}
	return cookies, nil
}

// Init is what a script gives to fetch (Fetch Standard, section 5.4).
type Init struct {
	Method      string            `json:"method,omitempty"`
	Headers     map[string]string `json:"headers,omitempty"`
	Body        string            `json:"body,omitempty"`
	Credentials string            `json:"credentials,omitempty"` // same-origin, include
}

// Fetch lets a script of the page fetch an address, and returns both sides of it: what the script got, and what was on
// the wire.
func (t *Tab) Fetch(address string, init Init) (Exchange, error) {
	options, err := json.Marshal(init)
	if err != nil {
		return Exchange{}, err
	}
	mark := t.wire.mark()
	var got struct {
		Read bool   `json:"read"`
		Body string `json:"body"`
	}
	if err := t.Evaluate(fmt.Sprintf(`(async () => {
		try {
			const response = await fetch(%q, %s);
			return { read: true, body: await response.text() };
		} catch (refused) {
			return { read: false };
		}
	})()`, address, options), &got); err != nil {
		return Exchange{}, err
	}
	x, err := t.wire.since(t.ctx, mark, address)
	x.Read, x.Body = got.Read, []byte(got.Body)
	return x, err
}
