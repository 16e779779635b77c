package embedded_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"authlab/lab/embedded"
	"authlab/lab/experiment/api"
)

// openWalkthrough opens the walkthrough at a chapter, on a lab whose page can run experiments.
func openWalkthrough(t *testing.T, address string, width, height int64) *page {
	t.Helper()
	c, _ := start(t, embedded.Config{Experiments: func(url string) http.Handler { return api.For(url).Handler() }})
	w := newWatch(c.URL(), []int{401, 403, 503})
	p := &page{t, browser(t, w.see)}
	t.Cleanup(func() { w.report(t) })
	p.do(chromedp.EmulateViewport(width, height), chromedp.Navigate(c.URL()+address))
	wait[bool](p, `document.querySelectorAll(".turn button").length === 2 && `+
		`(document.querySelector("#question input") !== null || !document.getElementById("verdict").hidden || document.querySelector(".press[data-ready=true]") !== null)`)
	p.playFilms("skipped")
	return p
}

// playFilms has films end at once, as if they had been seen to the end, or skipped: what is tested is what is around them.
func (p *page) playFilms(end string) {
	p.t.Helper()
	ask[bool](p, fmt.Sprintf(`(document.getElementById("film").film.play = async (recording, schemes) => {
		window.played = { recorded: Boolean(recording?.beats.length), schemes: schemes.join(" "), hidden: document.getElementById("result").hidden, phase: document.querySelector(".walk").dataset.phase };
		return %v;
	}, true)`, end == "seen"))
}

// answers are the right choices, by chapter and in the order of the schemes that it asks about: the first is 0.
var answers = []struct {
	chapter string
	choices []int
}{
	{"http-forgets", []int{2, 0, 0}},
	{"the-ticket", []int{0, 0}},
	{"the-signed-letter", []int{0, 0}},
	{"three-desks", []int{0, 1, 1}},
	{"always-the-same-desk", []int{1, 0, 0}},
	{"one-filing-cabinet", []int{2, 0, 2}},
	{"the-cabinet-burns", []int{0, 2, 0, 2}},
	{"leaving", []int{0, 1, 2, 0}},
	{"thieves-and-forgers", []int{0, 1, 1, 0}},
	{"other-desks-and-other-pages", []int{1, 0, 2}},
	{"in-your-hand", []int{0, 1, 2}},
	{"the-bill", []int{0, 1, 0, 1}},
	{"best-of-both", []int{1, 0, 1, 2}},
}

func TestEveryChapterIsPlayedToItsEndInBothLanguages(t *testing.T) {
	for _, lang := range []struct{ name, score, total, lesson string }{
		{"en", "%d of %d as you said.", "You predicted %d of %d right, in 13 of 13 chapters.", "The lesson"},
		{"es", "Acertaste %d de %d.", "Acertaste %d de %d predicciones, en 13 de 13 capítulos.", "La lección"},
	} {
		t.Run(lang.name, func(t *testing.T) {
			p := openWalkthrough(t, "/?lang="+lang.name+"#http-forgets", 1280, 1024)
			run := func(string) int {
				ask[bool](p, `document.querySelector(".run").click() ?? true`)
				return 0
			}
			all := playChapters(p, lang.score, lang.lesson, "session-postgres", run)
			if total := wait[string](p, `document.querySelector("#verdict .score")?.textContent`); total != fmt.Sprintf(lang.total, all, all) {
				t.Errorf("at the end: %q", total)
			}
			for build := range 5 {
				ask[bool](p, fmt.Sprintf(`document.querySelectorAll("#verdict input")[%d].click() ?? true`, build))
				if advice := ask[string](p, `document.querySelector(".verdict-answer").innerText`); len(advice) < 300 {
					t.Errorf("the advice for the kind %d is %q", build, advice)
				}
			}
			ask[bool](p, `document.querySelector("[data-action=measure-rows]").click() ?? true`)
			wait[bool](p, `!document.querySelector("[data-action=measure-rows]") && ![...document.querySelectorAll(".verdict-answer td")].some((td) => td.textContent === "…")`)
			if rows := ask[int](p, `document.querySelectorAll(".predictions tbody tr").length`); rows != all {
				t.Errorf("of %d predictions the last page lists %d", all, rows)
			}
			p.expectPages(2)
			if taken := ask[int](p, `document.querySelectorAll(".decision [data-chosen=true]").length`); taken != 3 {
				t.Errorf("the picture of the decision has %d answers", taken)
			}
			if missing := ask[[]string](p, `[...document.querySelectorAll("*")].flatMap((e) => [...e.childNodes]).filter((n) => n.nodeType === 3 && /undefined|\{\w+\}|\b(walkthrough|stage|shell|scheme)\.[a-z]/.test(n.data)).map((n) => n.data)`); len(missing) > 0 {
				t.Errorf("texts are missing: %q", missing)
			}
		})
	}
}

// playChapters predicts right in each chapter, has its experiment run, and goes on to the next. It returns how many
// predictions there were. score and lesson are the texts of the language; absent is the scheme that this lab does not have, and run
// says of how many predictions it so measures nothing.
func playChapters(p *page, score, lesson, absent string, run func(chapter string) int) int {
	p.t.Helper()
	all := 0
	for i, chapter := range answers {
		if at := ask[string](p, `location.hash`); i > 0 && at != "#"+chapter.chapter {
			p.t.Fatalf("the chapter after %d is %s, want %s", i, at, chapter.chapter)
		}
		for row, choice := range chapter.choices {
			ask[bool](p, fmt.Sprintf(`document.querySelectorAll("#question fieldset")[%d].querySelectorAll("input")[%d].click() ?? true`, row, choice))
		}
		measured := len(chapter.choices) - run(chapter.chapter)
		if got := wait[string](p, `document.querySelector("#result:not([hidden]) .score")?.textContent`); got != fmt.Sprintf(score, measured, measured) {
			p.t.Errorf("%s: %q; measured %q", chapter.chapter, got, ask[[]string](p, `[...document.querySelectorAll("#result tbody tr")].map((tr) => tr.textContent)`))
		}
		if !ask[bool](p, `[...document.querySelectorAll("#result .measured")].every((td) => (td.parentNode.querySelector("[data-scheme=`+absent+`]") ? "○" : "●✕?▲◆·").includes(td.querySelector(".sign").textContent) && td.querySelector(".unseen").textContent.length > 8)`) {
			p.t.Errorf("%s: a measurement has no sign", chapter.chapter)
		}
		if got := ask[string](p, `document.querySelector(".lesson").innerText`); !strings.HasPrefix(got, lesson) || len(got) < 100 {
			p.t.Errorf("%s: the lesson is %q", chapter.chapter, got)
		}
		all += measured
		ask[bool](p, `document.getElementById("next").click() ?? true`)
		wait[bool](p, fmt.Sprintf(`document.getElementById("count").textContent.includes(%q)`, fmt.Sprint(i+2)))
	}
	return all
}

func TestTheAddressNamesTheChapterAndAReloadKeepsWhatWasSaid(t *testing.T) {
	p := openWalkthrough(t, "/?lang=en#leaving", 1280, 1024)
	if title := ask[string](p, `document.getElementById("title").textContent`); title != "Leaving" {
		t.Fatalf("the chapter is %q", title)
	}
	ask[bool](p, `document.querySelectorAll("#question fieldset")[1].querySelectorAll("input")[2].click() ?? true`)
	ask[bool](p, `document.querySelector(".unsure").click() ?? true`)
	wait[bool](p, `!document.getElementById("result").hidden`)
	p.do(chromedp.Reload())
	wait[bool](p, `document.getElementById("title").textContent === "Leaving" && document.querySelector("#result:not([hidden]) .score") !== null`)
	if said := ask[string](p, `document.querySelectorAll("#question .said li")[1].textContent`); said != "session-cookie 200, until it expires" {
		t.Errorf("what was said is now %q", said)
	}
	p.do(chromedp.KeyEvent(kb.ArrowRight))
	wait[bool](p, `document.getElementById("title").textContent === "Thieves and forgers"`)
	p.do(chromedp.NavigateBack())
	wait[bool](p, `document.getElementById("title").textContent === "Leaving"`)

	// The same chapter in the other language, which is then kept.
	p.do(chromedp.Click(chromedp.CSS("[data-tool=language]")))
	waitThere[bool](p, `document.documentElement.lang === "es" && document.getElementById("title").textContent === "Irse"`)
	p.do(chromedp.Navigate(ask[string](p, `location.origin`) + "/"))
	waitThere[bool](p, `document.documentElement.lang === "es"`)
}

// waitThere waits on a page that is on its way: while the old one goes, no page answers.
func waitThere[T comparable](p *page, expression string) {
	p.t.Helper()
	var none T
	for p.ctx.Err() == nil {
		if value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression)); err == nil && value != none {
			return
		}
	}
	p.t.Fatalf("waited for %s in vain", expression)
}

func TestAChapterIsPlayedByKeyboardAlone(t *testing.T) {
	p := openWalkthrough(t, "/?lang=en#three-desks", 1280, 1024)
	tabTo := func(selector string) {
		t.Helper()
		for range 80 {
			if ask[bool](p, fmt.Sprintf(`document.activeElement.matches(%q)`, selector)) {
				return
			}
			p.do(chromedp.KeyEvent(kb.Tab))
		}
		t.Fatalf("%s cannot be reached by Tab", selector)
	}
	for i := range 3 {
		tabTo(fmt.Sprintf("#question fieldset:nth-of-type(%d) input", i+1))
		p.do(chromedp.KeyEvent(" "))
	}
	p.do(chromedp.KeyEvent("x")) // with the focus still on the last choice
	wait[bool](p, `document.querySelector("#result:not([hidden]) .score") !== null`)
	if focus := ask[string](p, `document.activeElement.id`); focus != "result-title" {
		t.Errorf("after the run the focus is at %q", focus)
	}
	tabTo("#your-turn [data-action=login]")
	p.do(chromedp.KeyEvent(kb.Enter))
	wait[bool](p, `document.getElementById("message").textContent === "alice is logged in."`)
	tabTo("#your-turn [data-action=visit-ten]")
	p.do(chromedp.KeyEvent(kb.Enter))
	wait[bool](p, `/^Known: session-memory \d+\/10 · session-redis 10\/10 · token-stateless 10\/10\.$/.test(document.getElementById("message").textContent)`)

	p.do(chromedp.KeyEvent("?"))
	if rows := wait[int](p, `document.querySelector("dialog[open]")?.querySelectorAll("dt").length`); rows < 6 {
		t.Errorf("? lists %d keys", rows)
	}
	if names := ask[string](p, `[...document.querySelectorAll("dialog kbd")].map((key) => key.textContent).join(" ")`); !strings.Contains(names, "→ ←") {
		t.Errorf("? lists the keys %s", names)
	}
	p.do(chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent("p"))
	wait[bool](p, `document.documentElement.dataset.presenter === "on" && parseFloat(getComputedStyle(document.documentElement).fontSize) >= 19`)
	p.do(chromedp.KeyEvent("p"), chromedp.KeyEvent("r"))
	wait[bool](p, `document.getElementById("message").textContent.startsWith("A clean lab")`)
}

func TestTheReadersOwnRequestsLoseAndKeepTheirLanes(t *testing.T) {
	p := openWalkthrough(t, "/?lang=en#always-the-same-desk", 360, 800)
	act := func(action, message string) {
		t.Helper()
		ask[bool](p, fmt.Sprintf(`document.querySelector("#your-turn [data-action=%s]").click() ?? true`, action))
		wait[bool](p, fmt.Sprintf(`document.getElementById("message").textContent.includes(%q)`, message))
	}
	lane := func(scheme string) []string {
		t.Helper()
		return ask[[]string](p, fmt.Sprintf(`[...document.querySelectorAll("#your-turn [data-scheme=%s] li")].map((li) => li.dataset.status)`, scheme))
	}
	act("login", "is logged in")
	act("visit-ten", "session-memory 10/10 · session-redis 10/10 · token-stateless 10/10")
	act("kill-mine", "is dead")
	act("visit-ten", "session-memory 0/10 · session-redis 10/10 · token-stateless 10/10")
	for scheme, want := range map[string]string{"session-memory": "401", "session-redis": "200", "token-stateless": "200"} {
		for _, status := range lane(scheme) {
			if status != want {
				t.Errorf("%s: %v, want %s", scheme, lane(scheme), want)
				break
			}
		}
	}
	wait[bool](p, `document.querySelector("lab-stage").innerText.includes("memory is lost")`)
	act("revive", "alive again")
	p.expectNoSidewaysScrolling("after the lanes are full")
}

func TestTheWalkthroughCanBeReadInEveryLightAndOnEveryScreen(t *testing.T) {
	p := openWalkthrough(t, "/?lang=es#best-of-both", 1440, 900)
	ask[bool](p, `document.querySelectorAll("#question fieldset")[0].querySelectorAll("input")[1].click() ?? true`)
	ask[bool](p, `document.querySelector(".unsure").click() ?? true`)
	wait[bool](p, `document.querySelector("#result:not([hidden]) .score") !== null`)
	for _, scheme := range []string{"light", "dark"} {
		p.prefer("prefers-color-scheme", scheme)
		p.expectContrast(scheme)
	}
	for _, width := range []int64{360, 390, 768, 1024, 1440, 1920} {
		p.do(chromedp.EmulateViewport(width, 900))
		if wide := ask[int64](p, `document.documentElement.scrollWidth`); wide > width {
			t.Errorf("the page is %d px wide on %d", wide, width)
		}
	}
	p.do(chromedp.EmulateViewport(1280, 900))
	ask[bool](p, `(location.hash = "#your-verdict", true)`)
	wait[bool](p, `document.querySelectorAll("#verdict input").length > 0`)
	ask[bool](p, `document.querySelectorAll("#verdict input")[0].click() ?? true`)
	p.expectContrast("the verdict, dark")
}

func TestAnotherChapterDoesNotShowTheProgressOfThisOne(t *testing.T) {
	p := openWalkthrough(t, "/?lang=en#http-forgets", 1280, 1024)
	said := play[[]string](p, `const turned = new Promise((done) => addEventListener("hashchange", () => requestAnimationFrame(done)));
		document.querySelector(".unsure").click(); // it checks passwords, which takes its time
		document.getElementById("next").click();
		await turned;
		const run = document.querySelector(".run");
		return [document.documentElement.dataset.busy, run.ariaDisabled, run.textContent];`)
	if want := []string{"true", "true", "Another experiment is running"}; !slices.Equal(said, want) {
		t.Errorf("in mid-run the next chapter says %q, want %q", said, want)
	}
	wait[bool](p, `document.querySelector(".unsure").ariaDisabled === "false" && document.querySelector(".run").textContent === "Run it"`)
}

func TestWithoutALoginTheCountSaysSo(t *testing.T) {
	p := openWalkthrough(t, "/?lang=en#three-desks", 1280, 1024)
	ask[bool](p, `document.querySelector("#your-turn [data-action=visit]").click() ?? true`)
	p.expectMessage("session-redis 0/1 · token-stateless 0/1. Nobody is logged in yet.")
}

func TestWithOneReplicaEachChoiceIsAnother(t *testing.T) {
	c, _ := start(t, embedded.Config{Replicas: 1, Experiments: func(url string) http.Handler { return api.For(url).Handler() }})
	p := openAt(t, c.URL(), "/?lang=en#three-desks")
	wait[bool](p, `document.querySelector("#question input") !== null`)
	choices := ask[[]string](p, `[...document.querySelectorAll("#question .letters span")].map((choice) => choice.textContent)`)
	if want := []string{"30/30: all", "0/30: none"}; !slices.Equal(choices, want) {
		t.Errorf("the choices are %q, want %q", choices, want)
	}
}

func TestAMessageGoes(t *testing.T) {
	p := openWalkthrough(t, "/?lang=en#three-desks", 1280, 1024)
	p.do(chromedp.KeyEvent("r"))
	p.expectMessage("A clean lab")
	p.do(chromedp.KeyEvent(kb.Escape))
	wait[bool](p, `document.getElementById("message").textContent === ""`)
	ask[bool](p, `(() => {
		const { setTimeout } = window;
		window.setTimeout = (act, ms) => setTimeout(act, ms / 20);
		return true;
	})()`)
	p.do(chromedp.KeyEvent("r"))
	p.expectMessage("A clean lab")
	wait[bool](p, `document.getElementById("message").textContent === ""`)
}

func TestThatTheLabDoesNotAnswerIsSaidUntilItAnswers(t *testing.T) {
	c, _ := start(t, embedded.Config{})
	to, err := url.Parse(c.URL())
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }, FlushInterval: -1}
	var away atomic.Bool
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close) // after the browsers
	for _, path := range []string{"/?lang=en#three-desks", "/playground?lang=en"} {
		t.Run(path, func(t *testing.T) {
			p := &page{t, browser(t, func(any) {})}
			p.do(chromedp.Navigate(front.URL + path))
			wait[bool](p, `document.querySelectorAll(".replica[data-state=alive]").length === 3`)
			away.Store(true)
			front.CloseClientConnections()
			p.expectMessage("The lab does not answer")
			away.Store(false)
			wait[bool](p, `document.getElementById("message").textContent === ""`)
		})
	}
}

// What stands on the page before the chapter is there must not jump when it comes: a shift of 0.1 is what people notice.
func TestNothingJumpsWhileTheFrontPageLoads(t *testing.T) {
	for _, width := range []int64{390, 1440} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			p := openWalkthrough(t, "/?lang=en", width, 900)
			wait[bool](p, `document.querySelectorAll(".replica[data-state=alive]").length === 1`)
			shift := play[float64](p, `return new Promise((summed) => {
				let sum = 0;
				const observer = new PerformanceObserver((list) => {
					for (const { value } of list.getEntriesByType("layout-shift")) sum += value;
					if (list.getEntriesByType("paint").length > 0) summed(sum); // asked for last, and there is always one
				});
				for (const type of ["layout-shift", "paint"]) observer.observe({ type, buffered: true });
			});`)
			if shift > 0.02 {
				t.Errorf("while the page loads it shifts by %.3f", shift)
			}
		})
	}
}

func TestWhatWasSeenIsAskedBeforeTheAnswer(t *testing.T) {
	for _, tt := range []struct {
		name, choose, verdict string
	}{
		{"right", "true", "✓ session-memory: you saw it right."},
		{"wrong", "false", "✕ session-memory: that is not what happened. Have another look."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := openWalkthrough(t, "/?lang=en#three-desks", 1280, 1024)
			p.playFilms("seen")
			for row := range 3 {
				ask[bool](p, fmt.Sprintf(`document.querySelectorAll("#question fieldset")[%d].querySelectorAll("input")[1].click() ?? true`, row))
			}
			ask[bool](p, `document.querySelector(".run").click() ?? true`)
			if choices := wait[string](p, `[...document.querySelectorAll("#seen button")].map((button) => button.textContent).join("; ")`); choices != "10/30: only where the card is; 30/30: all; 0/30: none" {
				t.Errorf("the choices are %q", choices)
			}
			if film := ask[string](p, `JSON.stringify(played)`); film != `{"recorded":true,"schemes":"session-redis token-stateless session-memory","hidden":true,"phase":"film"}` {
				t.Errorf("the film was asked for %s", film)
			}
			if !ask[bool](p, `document.getElementById("result").hidden && document.querySelectorAll("#question input").length === 0`) {
				t.Error("the answer is there before the question, or the prediction can still be changed")
			}
			ask[bool](p, fmt.Sprintf(`document.querySelector("#seen [data-seen=%s]").click() ?? true`, tt.choose))
			if verdict := wait[string](p, `document.querySelector("#result:not([hidden]) .seen-verdict")?.textContent`); verdict != tt.verdict {
				t.Errorf("%q", verdict)
			}
			want := []string{
				"You said 30/30: all. In fact: 10/30: only where the card is, because your card lies in one desk’s own drawer, and the other desks have never seen it. Show me the request where it happened",
				"You said 30/30: all, and so it was, because every desk looks into the same cabinet.",
				"You said 30/30: all, and so it was, because every desk can check the signature by itself.",
			}
			if said := ask[[]string](p, `[...document.querySelectorAll(".said-and-was li > p:last-child")].map((p) => p.textContent)`); !slices.Equal(said, want) {
				t.Errorf("the answers are %q", said)
			}
			if claim := ask[string](p, `document.querySelector(".claim").textContent`); !strings.HasPrefix(claim, "Often said: “Sessions do not work behind a load balancer.” True, if the session is in the memory of one replica.") {
				t.Errorf("%q", claim)
			}
			// Another run counts no other prediction, and asks no second time.
			ask[bool](p, `document.querySelector("[data-action=again]").click() ?? true`)
			wait[bool](p, `document.querySelector(".walk").dataset.phase === "answer" && document.documentElement.dataset.busy === "false"`)
			if score := ask[string](p, `document.querySelector("#result .score").textContent`); score != "2 of 3 as you said." {
				t.Errorf("%q", score)
			}
		})
	}
}

func TestARunTakesAPredictionOrTheWordThatThereIsNone(t *testing.T) {
	p := openWalkthrough(t, "/?lang=en#three-desks", 1280, 1024)
	ask[bool](p, `document.querySelectorAll("#question fieldset")[0].querySelectorAll("input")[0].click() ?? true`)
	p.do(chromedp.KeyEvent("x"))
	p.expectMessage("Pick a letter in each row first")
	if at := ask[string](p, `document.activeElement.name`); at != "predict-session-redis" {
		t.Errorf("the focus is at %q, and not at the first row that is open", at)
	}
	ask[bool](p, `document.querySelector(".unsure").click() ?? true`)
	wait[bool](p, `document.querySelector("#result:not([hidden]) .score") !== null`)
	said := ask[[]string](p, `[...document.querySelectorAll(".said-and-was li > p:last-child")].map((p) => p.textContent.split(",")[0])`)
	if want := []string{"You said 10/30: only where the card is", "You did not know. The answer: 30/30: all", "You did not know. The answer: 30/30: all"}; !slices.Equal(said, want) {
		t.Errorf("%q", said)
	}
	if score := ask[string](p, `document.querySelector("#result .score").textContent`); score != "1 of 1 as you said." {
		t.Errorf("%q", score)
	}
}

func TestAReaderStartsOverAndIsAskedFirst(t *testing.T) {
	p := openWalkthrough(t, "/?lang=en#three-desks", 1280, 1024)
	ask[bool](p, `document.querySelector(".unsure").click() ?? true`)
	wait[bool](p, `document.querySelector("#result:not([hidden]) .lesson") !== null`)
	ask[bool](p, `(location.hash = "#your-verdict", true)`)
	wait[bool](p, `document.querySelectorAll(".predictions tbody tr").length === 3`)
	ask[bool](p, `document.querySelector("[data-end=start-over]").click() ?? true`)
	wait[bool](p, `document.querySelector("dialog[open] [data-end=sure-no]") !== null`)
	ask[bool](p, `document.querySelector("[data-end=sure-no]").click() ?? true`)
	if !ask[bool](p, `document.querySelectorAll(".predictions tbody tr").length === 3 && location.hash === "#your-verdict"`) {
		t.Error("a no forgets")
	}
	ask[bool](p, `document.querySelector("[data-end=start-over]").click() ?? true`)
	ask[bool](p, `document.querySelector("[data-end=sure-yes]").click() ?? true`)
	wait[bool](p, `location.hash === "#opening" && document.querySelector(".press[data-ready=true]") !== null && document.querySelector("#steps [data-done=true]") === null`)
	ask[bool](p, `(location.hash = "#three-desks", true)`)
	wait[bool](p, `document.querySelectorAll("#question fieldset").length === 3 && document.querySelector("#question input:checked") === null`)
}

// On paper the buttons and the frame of the page are gone, and what was predicted is there.
func TestTheLastPageCanBePrinted(t *testing.T) {
	p := openWalkthrough(t, "/?lang=en#three-desks", 1280, 1024)
	ask[bool](p, `document.querySelector(".unsure").click() ?? true`)
	wait[bool](p, `document.querySelector("#result:not([hidden]) .lesson") !== null`)
	ask[bool](p, `(location.hash = "#your-verdict", true)`)
	wait[bool](p, `document.querySelectorAll("#verdict input").length > 0`)
	ask[bool](p, `document.querySelectorAll("#verdict input")[0].click() ?? true`)
	ask[bool](p, `dispatchEvent(new Event("beforeprint"))`)
	media := emulation.SetEmulatedMediaParams{Media: "print"}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, media); err != nil {
		t.Fatal(err)
	}
	for selector, want := range map[string]bool{
		".masthead": false, ".steps": false, ".turn": false, ".ends": false, ".theatre": false,
		".signed span": true, ".decision": true, ".predictions tbody tr": true, ".verdict-answer h2": true, "#verdict .score": true,
	} {
		if is := ask[bool](p, fmt.Sprintf(`document.querySelector(%q)?.checkVisibility() ?? false`, selector)); is != want {
			t.Errorf("on paper %s is shown: %v, want %v", selector, is, want)
		}
	}
}

// expectPages prints the page on A4.
func (p *page) expectPages(most int) {
	p.t.Helper()
	printed, err := chromedp.Call(p.ctx, cdppage.PrintToPDF, cdppage.PrintToPDFParams{PaperWidth: 8.27, PaperHeight: 11.69})
	if err != nil {
		p.t.Fatal(err)
	}
	if pages := bytes.Count(printed.Data, []byte("/Type /Page\n")); pages == 0 || pages > most {
		p.t.Errorf("it takes %d pages, want at most %d", pages, most)
	}
}
