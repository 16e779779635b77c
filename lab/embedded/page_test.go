package embedded_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// storm keeps 200 dots and more in flight for a while, and returns how that went. The events are as the lab sends them.
const storm = `
	const stage = document.querySelector("lab-stage");
	const schemes = ["session-memory", "session-redis", "session-cookie", "token-stateless", "token-revocable"];
	const request = (i) => stage.lab.dispatchEvent(new CustomEvent("request:balanced", { detail: {
		at: new Date().toISOString(), method: "GET", path: "/session/memory/me", policy: "round-robin", replica: "app-" + (1 + (i % 3)),
		scheme: schemes[i % 5], status: [200, 401, 403, 503][i % 4], attempts: 1, duration_ms: 1, paid: { store: i % 2, users: (i >> 1) % 2 } } }));
	const frames = [];
	let [sent, most, more, last] = [0, 0, "", performance.now()];
	const end = last + 2500;
	await new Promise((done) => requestAnimationFrame(function frame(now) {
		frames.push(now - last);
		last = now;
		for (let i = 0; i < 210 && stage.flying < 200; i++) request(sent++);
		request(sent++);
		most = Math.max(most, stage.flying);
		more ||= stage.querySelector(".node-more").textContent.trim();
		if (now < end) requestAnimationFrame(frame);
		else done();
	}));
	frames.sort((a, b) => a - b);
	const at = (part) => frames[Math.floor(frames.length * part)];
	return { sent, most, more, fps: (frames.length * 1000) / 2500, median: at(0.5), p95: at(0.95) };`

func TestTheStageKeepsUpWith200RequestsInFlight(t *testing.T) {
	p := openPlayground(t)
	got := play[struct {
		Sent, Most       int
		More             string
		FPS, Median, P95 float64
	}](p, storm)
	t.Logf("%d requests, %d in flight: %.0f frames a second, median %.1f ms, 95%% within %.1f ms", got.Sent, got.Most, got.FPS, got.Median, got.P95)
	if got.Most != 200 || got.More == "" {
		t.Errorf("at most %d flew, and %q were more; want 200, and a number", got.Most, got.More)
	}
	if got.FPS < 5 { // the figure is for a machine that does nothing else; this finds a stage that hangs
		t.Errorf("%.0f frames a second", got.FPS)
	}
	wait[bool](p, `document.querySelector(".node-more").textContent.trim() === ""`)
	if flying := ask[int](p, `document.querySelector("lab-stage").flying`); flying != 0 {
		t.Errorf("%d still fly", flying)
	}
}

func TestNothingJumpsWhileThePlaygroundPlays(t *testing.T) {
	for _, width := range []int64{1440, 360} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			p := openPlayground(t, 401)
			p.do(chromedp.EmulateViewport(width, 900))
			p.act("login", "alice is logged in")
			ask[bool](p, `(() => {
				window.jumps = [];
				window.sum = 0;
				new PerformanceObserver((list) => jumps.push(...list.getEntries().filter((e) => (sum += e.value)).map((e) => [e.value, ...e.sources.map(({ node }) => (node?.parentElement ?? node)?.outerHTML.slice(0, 90))].join(" "))))
					.observe({ type: "layout-shift" });
				return true;
			})()`)
			play[bool](p, `const slider = document.querySelector("#stream input");
				slider.value = 50;
				slider.dispatchEvent(new Event("input"));
				return true;`)
			wait[bool](p, `/^1[5-9]\d sent/.test(document.querySelector("#stream [data-part=tally]").textContent)`)
			ask[bool](p, fmt.Sprintf(`document.querySelector("[data-node=%s] .node-button").click() ?? true`, p.holder()))
			wait[bool](p, `/^3\d\d sent/.test(document.querySelector("#stream [data-part=tally]").textContent)`)
			if sum := ask[float64](p, `sum`); sum > 0.001 { // far less than an eye notices
				t.Errorf("a layout shift of %v: %q", sum, ask[[]string](p, `jumps`))
			}
		})
	}
}

func TestNothingTravelsWhereLessMotionIsWanted(t *testing.T) {
	p := openPlayground(t, 401)
	p.prefer("prefers-reduced-motion", "reduce")
	p.act("login", "alice is logged in")
	ask[bool](p, `(window.most = 0, window.lit = new Set(), new MutationObserver(() => {
		most = Math.max(most, document.querySelector("lab-stage").flying);
		document.querySelectorAll("[data-lit]").forEach((node) => lit.add(node.dataset.node));
	}).observe(document, { subtree: true, attributes: true })) ?? true`)
	p.act("send", "session-redis 200")
	if most := ask[int](p, `most`); most != 0 {
		t.Errorf("%d dots flew", most)
	}
	wait[bool](p, `lit.size >= 5`)
	lit := ask[[]string](p, `[...lit].sort()`)
	for _, node := range []string{"client", "balancer", "redis"} {
		if !slices.Contains(lit, node) {
			t.Errorf("%s was not lit, only %v", node, lit)
		}
	}
}

func TestThePlaygroundIsWholeInBothLanguagesAndOnAPhone(t *testing.T) {
	for _, lang := range []string{"en", "es"} {
		t.Run(lang, func(t *testing.T) {
			p := openPage(t, "/playground?lang="+lang, 401, 502, 503)
			p.do(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile, chromedp.EmulateTouch))
			p.prefer("prefers-reduced-motion", "reduce") // a page that scrolls smoothly moves away from under a finger
			wait[bool](p, `document.querySelectorAll(".replica[data-state=alive]").length === 3`)
			p.expectNoSidewaysScrolling("at the start")
			ask[bool](p, `document.querySelector(".stage-description").open = true`)
			for _, button := range []string{
				"[data-action=login]", "[data-action=send-ten]", "[data-node=app-1] .node-button", "[data-node=redis] .node-button", "[data-action=send]",
				"#count label:nth-child(6)", "[data-action=admin]", "[data-control=quarter]", "[data-control=boot]", "[data-node=users] .node-button",
			} {
				before := ask[string](p, `document.getElementById("message").textContent`)
				p.do(chromedp.Tap(chromedp.CSS(button)))
				wait[bool](p, fmt.Sprintf(`document.getElementById("message").textContent !== %q`, before))
				p.expectNoSidewaysScrolling("after " + button)
			}
			wait[bool](p, `document.querySelectorAll(".stage-description li").length > 10`)
			if missing := ask[[]string](p, `[...document.querySelectorAll("body *")].flatMap((e) => [...[...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data), e.ariaLabel ?? "", e.title ?? ""])
				.filter((text) => /undefined|\{\w+\}|\b(playground|stage|shell|scheme|problem)\.[a-z]/.test(text))`); len(missing) > 0 {
				t.Errorf("texts are missing: %q", missing)
			}
			if inline := ask[[]string](p, inlineCode); len(inline) > 0 {
				t.Errorf("inline script or style in the document: %q", inline)
			}
		})
	}
}

func TestThePlaygroundHasEnoughContrast(t *testing.T) {
	for _, scheme := range []string{"light", "dark"} {
		t.Run(scheme, func(t *testing.T) {
			p := openPlayground(t, 401, 403, 503)
			p.prefer("prefers-color-scheme", scheme)
			p.expectContrast("at the start")
			p.act("login", "alice is logged in")
			p.control(fmt.Sprintf("[data-node=%s] .node-button", p.holder()), "is dead")
			p.control("[data-node=redis] .node-button", "Redis is stopped")
			p.control("[data-node=users] .node-button", "alice is no admin")
			ask[bool](p, `document.querySelector("#skew").selectedIndex = 1; true`)
			p.control("[data-control=skew]", "is set")
			p.act("admin", "session-redis 503 · session-cookie 200")
			wait[bool](p, `document.querySelector(".wallet .tag[data-tone=unsure]") !== null && document.querySelector(".timeline tbody tr") !== null`)
			p.expectContrast("with everything broken")
		})
	}
}

func TestThePlaygroundIsPlayedByKeyboardAlone(t *testing.T) {
	p := openPlayground(t, 401, 403, 503)
	press := func(key, message string) {
		t.Helper()
		p.do(chromedp.KeyEvent(key))
		p.expectMessage(message)
		wait[bool](p, `!document.querySelector('[data-action][aria-disabled="true"]')`)
	}
	press("l", "alice is logged in")
	press("t", "token-stateless 10/10")
	press("1", "app-1 is dead")
	press("1", "app-1 is alive again")
	press("d", "Redis is stopped")
	press("s", "session-redis 503")
	press("d", "Redis answers again")
	press("b", "The balancer is asked for sticky.")
	press("o", "Logged out")
	press("c", "15 minutes later")
	press("r", "A clean lab")
	p.do(chromedp.KeyEvent("?"))
	if rows := wait[int](p, `document.querySelector("dialog[open]")?.querySelectorAll("dt").length`); rows < 14 {
		t.Errorf("? lists %d keys", rows)
	}
	p.do(chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent("p"))
	wait[bool](p, `document.documentElement.dataset.presenter === "on"`)

	// Everything that a pointer can press is reached by Tab, too.
	missed := play[[]string](p, `return [...document.querySelectorAll("main button, main input, main select, main summary, main pre")]
		.filter((e) => e.checkVisibility() && !e.disabled && e.type !== "radio" && e.tabIndex < 0).map((e) => e.outerHTML)`)
	if len(missed) > 0 {
		t.Errorf("these cannot be reached: %q", missed)
	}
	seen := map[string]bool{}
	for range 90 {
		p.do(chromedp.KeyEvent(kb.Tab))
		seen[ask[string](p, `document.activeElement.dataset.control ?? document.activeElement.dataset.action ?? document.activeElement.ariaLabel ?? document.activeElement.tagName`)] = true
	}
	for _, what := range []string{"login", "send-ten", "Kill app-2", "Stop Redis", "Demote alice", "rotate", "Requests per second", "Response"} {
		if !seen[what] {
			t.Errorf("%q cannot be reached by Tab", what)
		}
	}
}
