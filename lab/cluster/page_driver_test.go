package cluster_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"authlab/lab/cluster"
)

// A page is the page at /, in a browser of its own, on a lab of its own.
type page struct {
	t   *testing.T
	ctx context.Context
}

// openPage opens the page. When the test ends, it must have been quiet: no request may fail but with one of the statuses
// in refuse, as the answer to a fetch.
func openPage(t *testing.T, refuse ...int) *page {
	t.Helper()
	c, _ := start(t, cluster.Config{})
	w := newWatch(c.URL(), refuse)
	p := &page{t, browser(t, w.see)}
	t.Cleanup(func() { w.report(t) })
	p.do(chromedp.Navigate(c.URL() + "/"))
	wait[bool](p, `!document.getElementById("cluster").hidden`)
	return p
}

func (p *page) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// ask returns what an expression is on the page.
func ask[T any](p *page, expression string) T {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// wait returns what an expression is as soon as it is something. It looks at every change of the document. (Poll of
// chromedp makes a function from a string, which the page's Content-Security-Policy forbids.)
func wait[T any](p *page, expression string) T {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](`new Promise((found) => {
		const look = () => {
			const value = `+expression+`;
			if (value) found(value), changes.disconnect();
		};
		const changes = new MutationObserver(look);
		changes.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
		look();
	})`, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("waited for %s: %v", expression, err)
	}
	return value
}

// idle is true between two errands of the page.
const idle = `document.querySelector('[data-action][aria-disabled="true"]') === null`

// click clicks with the mouse on a button that sends requests, and waits for the last answer.
func (p *page) click(button string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(button)))
	wait[bool](p, idle)
}

// press presses a button by keyboard, and waits for the page to say so.
func (p *page) press(button, message string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(chromedp.CSS(button), kb.Enter))
	wait[bool](p, fmt.Sprintf(`document.getElementById("message").textContent === %q`, message))
}

// sendTen sends ten requests down every lane that has just been logged in.
func (p *page) sendTen() map[string]lane {
	p.t.Helper()
	p.click("#send-ten")
	lanes := p.lanes()
	for scheme, lane := range lanes {
		if len(lane.Answers) != 10 {
			p.t.Fatalf("%s shows %d answers of 10", scheme, len(lane.Answers))
		}
	}
	return lanes
}

// A lane is what one lane shows. Its answers are those since the last login or logout.
type lane struct {
	Status, Replica, Words, Tally string
	Answers                       []struct{ Status, Replica string }
}

func (p *page) lanes() map[string]lane {
	p.t.Helper()
	lanes := ask[map[string]lane](p, `Object.fromEntries([...document.querySelectorAll(".lane")].map((lane) => {
		const part = (name) => lane.querySelector("[data-part=" + name + "]");
		const text = (name) => part(name).textContent;
		const history = [...part("history").children];
		const door = history.findLastIndex((item) => item.className === "door");
		return [lane.dataset.scheme, {
			Status: text("status"), Replica: text("replica"), Words: text("words"), Tally: text("tally"),
			Answers: history.slice(door + 1).map((item) => ({
				Status: item.firstChild.lastChild.textContent, Replica: item.lastChild.textContent,
			})),
		}];
	}))`)
	if len(lanes) != 5 {
		p.t.Fatalf("the page shows %d lanes", len(lanes))
	}
	return lanes
}

// holder is the replica whose card says that it remembers alice.
func (p *page) holder() string {
	p.t.Helper()
	return wait[string](p, `[...document.querySelectorAll(".replica")]
		.find((card) => card.querySelector("[data-part=sessions]").textContent.includes("alice"))?.ariaLabel`)
}

// expectStatuses compares the last answer on every lane, in the order of the page.
func (p *page) expectStatuses(memory, redis, cookie, stateless, revocable int) {
	p.t.Helper()
	meaning := map[int]string{200: "I know you", 401: "I don’t know you", 503: "I can’t tell right now"}
	lanes := p.lanes()
	for scheme, want := range map[string]int{
		"session-memory": memory, "session-redis": redis, "session-cookie": cookie,
		"token-stateless": stateless, "token-revocable": revocable,
	} {
		if lane := lanes[scheme]; lane.Status != fmt.Sprint(want) || lane.Words != meaning[want] || lane.Replica == "" {
			p.t.Errorf("%s shows %s %q from %q, want %d %q", scheme, lane.Status, lane.Words, lane.Replica, want, meaning[want])
		}
	}
}

func (p *page) expectMessage(want string) {
	p.t.Helper()
	if message := ask[string](p, `document.getElementById("message").textContent`); message != want {
		p.t.Errorf("the page says %q, want %q", message, want)
	}
}

func (p *page) expectNoSidewaysScrolling(when string) {
	p.t.Helper()
	if width := ask[int](p, `document.documentElement.scrollWidth`); width > 360 {
		p.t.Errorf("%s: the page is %d px wide, the phone 360", when, width)
	}
}

// inlineCode lists the elements, also in templates, that carry script or style in the document itself.
const inlineCode = `[document, ...[...document.querySelectorAll("template")].map((template) => template.content)]
	.flatMap((root) => [...root.querySelectorAll("*")])
	.filter((e) => e.matches("style, script:not([src])") || e.getAttributeNames().some((name) => /^(style$|on)/.test(name)))
	.map((e) => e.outerHTML)`
