package embedded_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// After the film its last frame stays on the stage, also while the answer is read, until the reader does something there. A
// moment that is shown in between is closed by a button or by Esc, and gives it back.
func TestTheLastFrameOfAFilmStaysUntilTheReaderActs(t *testing.T) {
	p := openWalkthrough(t, "/?lang=en#leaving", 1366, 650)
	ask[bool](p, `(delete document.getElementById("film").film.play, window.stage = document.querySelector("lab-stage"), true)`)
	ask[bool](p, `document.querySelector(".unsure").click() ?? true`)
	wait[bool](p, `stage.dataset.film === "playing"`)
	p.do(chromedp.KeyEvent("s"))
	wait[bool](p, `!document.getElementById("result").hidden`)
	const last = `[stage.dataset.film, ...[...stage.querySelectorAll(".film-answers [data-status]")].map(({ dataset }) => dataset.status)].join(" ")`
	stays := func(when string) {
		t.Helper()
		// Of the kept copies one is good until its end, and one after it.
		if got, want := ask[string](p, last), "still 200 200 200 200 200 401 200 401 401 200 200"; got != want {
			t.Errorf("%s: on the stage is %q, want %q", when, got, want)
		}
		if signs := ask[string](p, `stage.querySelector(".stage-legend").innerText`); signs == "" || !ask[bool](p, `stage.querySelector(".stage-legend").checkVisibility()`) {
			t.Errorf("%s: the signs mean %q", when, signs)
		}
		if thief := ask[string](p, `stage.querySelector("[data-node=other] h3").textContent`); thief != "A copy, kept" {
			t.Errorf("%s: the second client is called %q", when, thief)
		}
	}
	stays("beside the answer")
	p.do(chromedp.KeyEvent(" "))
	stays("after a key that plays a film")
	for name, leave := range map[string]func(){
		"Esc":        func() { p.do(chromedp.KeyEvent(kb.Escape)) },
		"the button": func() { ask[bool](p, `document.querySelector("[data-film=leave]").click() ?? true`) },
	} {
		ask[bool](p, `(document.querySelector(".said-and-was .link").focus(), document.activeElement.click(), true)`)
		wait[bool](p, `document.querySelector("[data-film=leave]") !== null && stage.dataset.film === "paused"`)
		leave()
		wait[bool](p, `stage.dataset.film === "still" && document.activeElement.matches(".said-and-was .link")`)
		stays("after " + name)
	}
	ask[bool](p, `document.querySelector("#your-turn summary").click() ?? true`)
	stays("when the panel is folded")
	ask[bool](p, `document.querySelector("#your-turn [data-action]").click() ?? true`)
	wait[bool](p, `stage.dataset.film === undefined && stage.querySelector(".wallet") !== null`)
}
