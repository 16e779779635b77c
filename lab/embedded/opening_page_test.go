package embedded_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"authlab/lab/contract"
	"authlab/lab/embedded"
	"authlab/lab/experiment/api"
)

// openOpening opens the first page that a new reader sees, on a lab with so many replicas.
func openOpening(t *testing.T, address string, replicas int) (*page, *contract.Remote) {
	t.Helper()
	c, target := start(t, embedded.Config{Replicas: replicas, Experiments: func(url string) http.Handler { return api.For(url).Handler() }})
	return openAt(t, c.URL(), address, 401), target
}

// press presses the one large button, and returns what the desk has said.
func (p *page) press(n int) string {
	p.t.Helper()
	wait[bool](p, `document.querySelector(".press[data-ready=true]") !== null`)
	p.do(chromedp.Click(chromedp.CSS(".press")))
	return wait[string](p, fmt.Sprintf(`document.querySelectorAll(".answers li")[%d]?.querySelector("b").textContent`, n-1))
}

func replicasOf(t *testing.T, target *contract.Remote) int {
	t.Helper()
	view, err := target.View(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return len(view.Replicas)
}

// waitForReplicas asks until there are so many.
func waitForReplicas(t *testing.T, target *contract.Remote, n int) {
	t.Helper()
	for until := time.Now().Add(10 * time.Second); replicasOf(t, target) != n; {
		if time.Now().After(until) {
			t.Fatalf("there are %d replicas, not %d", replicasOf(t, target), n)
		}
	}
}

func TestTheFirstSurpriseTakesThreePresses(t *testing.T) {
	for _, tt := range []struct{ lang, hello, who, because string }{
		{"en", "✓ Hello alice.", "✕ Who are you?", "Yes. Your card is in the drawer of app-1, and app-2 has never seen it."},
		{"es", "✓ Hola, alice.", "✕ ¿Quién eres?", "Sí. Tu ficha está en el cajón de app-1, y app-2 no la ha visto nunca."},
	} {
		t.Run(tt.lang, func(t *testing.T) {
			begun := time.Now()
			p, target := openOpening(t, "/?lang="+tt.lang, 3)
			p.do(chromedp.EmulateViewport(390, 844))
			wait[bool](p, `document.querySelector(".press[data-ready=true]") !== null`)
			if n := replicasOf(t, target); n != 1 {
				t.Errorf("at the start there are %d desks", n)
			}
			words := ask[int](p, `document.querySelector(".chapter").innerText.split(/\s+/).length`)
			if fields := ask[int](p, `document.querySelectorAll(".chapter :is(input, select, textarea)").length`); words > 100 || fields > 0 {
				t.Errorf("before the first press there are %d words and %d fields", words, fields)
			}
			ask[bool](p, `(window.shift = 0, new PerformanceObserver((list) => list.getEntries().forEach(({ value, hadRecentInput }) => (shift += hadRecentInput ? 0 : value))).observe({ type: "layout-shift" })) ?? true`)
			for press, want := range []string{tt.hello, tt.hello, tt.who} {
				if said := p.press(press + 1); said != want {
					t.Errorf("press %d: %q, want %q", press+1, said, want)
				}
			}
			took := time.Since(begun)
			if shift := ask[float64](p, `shift`); shift > 0.02 {
				t.Errorf("as the answers come, the page shifts by %.3f", shift)
			}
			t.Logf("the first surprise: 3 presses, %.1f s with the start of the browser, after %d words", took.Seconds(), words)
			if took > 15*time.Second {
				t.Errorf("the first surprise took %v", took)
			}
			if n := replicasOf(t, target); n != 3 {
				t.Errorf("now there are %d desks", n)
			}
			if choices := wait[int](p, `document.querySelectorAll(".why button").length`); choices != 3 {
				t.Errorf("%d choices", choices)
			}
			ask[bool](p, `document.querySelector(".why [data-why=true]").click() ?? true`)
			if because := wait[string](p, `document.querySelector(".because")?.textContent`); because != tt.because {
				t.Errorf("%q", because)
			}
			p.expectContrast("at its end")
			ask[bool](p, `document.querySelector(".begin").click() ?? true`)
			wait[bool](p, `location.hash === "#http-forgets" && document.querySelector("#question input") !== null && document.getElementById("opening").hidden`)
		})
	}
}

func TestTheOpeningGivesBackTheDesksThatItClosed(t *testing.T) {
	for name, leave := range map[string]string{
		"skipped":         `document.querySelector(".skip-opening").click() ?? true`,
		"turned":          `document.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }))`,
		"another page":    `(location.href = "/inspector", true)`,
		"another chapter": `(location.hash = "#leaving", true)`,
	} {
		t.Run(name, func(t *testing.T) {
			p, target := openOpening(t, "/?lang=en", 3)
			p.press(1)
			if n := replicasOf(t, target); n != 1 {
				t.Fatalf("%d desks after the first press", n)
			}
			ask[bool](p, leave)
			waitForReplicas(t, target, 3)
		})
	}
}

func TestALabOfOneDeskHasOneAgainAfterTheOpening(t *testing.T) {
	p, target := openOpening(t, "/?lang=en#opening", 1)
	for press := range 3 {
		p.press(press + 1)
	}
	if n := replicasOf(t, target); n != 3 {
		t.Errorf("%d desks at the end", n)
	}
	ask[bool](p, `(location.hash = "#leaving", true)`)
	waitForReplicas(t, target, 1)
}

// Where other people are at work, their desks stay.
func TestTheOpeningClosesNoDeskOfOthers(t *testing.T) {
	c, target := start(t, embedded.Config{Experiments: func(url string) http.Handler { return api.For(url).Handler() }})
	other := openAt(t, c.URL(), "/playground?lang=en", 401)
	wait[bool](other, `document.querySelectorAll(".replica[data-state=alive]").length === 3`)
	other.act("login", "alice is logged in")

	p := openAt(t, c.URL(), "/?lang=en", 401)
	for press, want := range []string{"✓ Hello alice.", "✓ Hello alice.", "✕ Who are you?"} {
		if said := p.press(press + 1); said != want {
			t.Errorf("press %d: %q, want %q", press+1, said, want)
		}
		if n := replicasOf(t, target); n != 3 {
			t.Errorf("%d desks", n)
		}
	}
	if told := ask[string](p, `document.querySelector(".told").textContent`); told != "There were 3 desks all along. Until now the porter took you to the same one; from now on he takes you to the next in turn." {
		t.Errorf("told is %q", told)
	}
}

func TestAReaderWhoHasBegunIsNotShownTheOpeningAgain(t *testing.T) {
	p := openWalkthrough(t, "/?lang=en#three-desks", 1280, 1024)
	ask[bool](p, `document.querySelector("#question input").click() ?? true`)
	p.do(chromedp.Navigate(ask[string](p, `location.origin`) + "/playground"))
	p.do(chromedp.Navigate(ask[string](p, `location.origin`) + "/?lang=en"))
	wait[bool](p, `document.getElementById("title").textContent === "HTTP forgets" && document.getElementById("opening").hidden`)
}

// Slow 3G, as DevTools has it: 400 kbit/s, and 400 ms until an answer begins.
func TestTheFirstPageIsUsableSoonOnASlowNetwork(t *testing.T) {
	c, _ := start(t, embedded.Config{Experiments: func(url string) http.Handler { return api.For(url).Handler() }})
	p := &page{t, browser(t, func(any) {})}
	slow := network.Conditions{Latency: 400, DownloadThroughput: 400_000 / 8, UploadThroughput: 400_000 / 8}
	all := network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{&slow}}
	if _, err := chromedp.Call(p.ctx, network.EmulateNetworkConditionsByRule, all); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.Navigate(c.URL() + "/?lang=es"))
	usable := wait[float64](p, `document.querySelector(".press:not(:disabled)") && performance.now()`)
	ask[bool](p, `document.querySelector(".press").click() ?? true`)
	answered := wait[float64](p, `document.querySelector(".answers li[data-status='200']") && performance.now()`)
	t.Logf("on slow 3G the first button can be pressed after %.1f s; pressed at once, it is answered after %.1f s", usable/1000, answered/1000)
	if usable > 4000 { // 2 s are wanted; a busy machine takes longer
		t.Error("that is late")
	}
}
