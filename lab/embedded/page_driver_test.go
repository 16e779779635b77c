package embedded_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"authlab/lab/embedded"
)

// A page is one page, in a browser of its own.
type page struct {
	t   *testing.T
	ctx context.Context
}

// openPage opens a page of a lab of its own. When the test ends, the page must have been quiet: no request may fail but
// with one of the statuses in refuse, as the answer to a fetch.
func openPage(t *testing.T, path string, refuse ...int) *page {
	t.Helper()
	c, _ := start(t, embedded.Config{})
	return openAt(t, c.URL(), path, refuse...)
}

// openAt is openPage at an address that is there already.
func openAt(t *testing.T, origin, path string, refuse ...int) *page {
	t.Helper()
	w := newWatch(origin, refuse)
	p := &page{t, browser(t, w.see)}
	t.Cleanup(func() { w.report(t) })
	p.do(chromedp.Navigate(origin + path))
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

// play runs the body of an asynchronous function on the page, and returns what it returns.
func play[T any](p *page, body string) T {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](`(async () => {`+body+`})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", body, err)
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

// prefer says what the reader prefers: prefers-color-scheme dark, prefers-reduced-motion reduce.
func (p *page) prefer(feature, value string) {
	p.t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: feature, Value: value}}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, media); err != nil {
		p.t.Fatal(err)
	}
}

// expectMessage waits until the line at the foot says this, or more.
func (p *page) expectMessage(want string) {
	p.t.Helper()
	wait[bool](p, fmt.Sprintf(`document.getElementById("message").textContent.includes(%q)`, want))
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

// expectContrast fails for every text that can be seen and has less contrast with what it stands on than WCAG asks for
// at level AA.
func (p *page) expectContrast(when string) {
	p.t.Helper()
	for _, text := range play[[]string](p, `
		const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
		const rgba = (colour) => {
			canvas.clearRect(0, 0, 1, 1);
			canvas.fillStyle = colour;
			canvas.fillRect(0, 0, 1, 1);
			const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
			return [r, g, b, a / 255];
		};
		const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
		const ground = (e) => {
			if (!e) return rgba("Canvas");
			const own = rgba(getComputedStyle(e).backgroundColor);
			return own[3] === 1 ? own : over(own, ground(e.parentElement));
		};
		const light = (colour) => {
			const [r, g, b] = colour.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
			return 0.2126 * r + 0.7152 * g + 0.0722 * b;
		};
		await Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {})));
		return [...document.querySelectorAll("body *")].filter((e) => (
			[...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== "") && e.checkVisibility({ opacityProperty: true, visibilityProperty: true })
				&& !e.closest(".unseen, :disabled, [aria-disabled=true]")
		)).flatMap((e) => {
			const style = getComputedStyle(e);
			const behind = ground(e);
			const [a, b] = [light(over(rgba(style.color), behind)), light(behind)].sort((x, y) => y - x);
			const ratio = (a + 0.05) / (b + 0.05);
			const size = parseFloat(style.fontSize);
			const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
			return ratio < (large ? 3 : 4.5) ? [ratio.toFixed(2) + ": " + e.className + " " + e.textContent.trim().slice(0, 40)] : [];
		});`) {
		p.t.Errorf("%s: too little contrast: %s", when, text)
	}
}
