package embedded_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// outside lists what a reader has to scroll to before the run: of the question, its choices, the button and the stage.
const outside = `[...document.querySelectorAll("#question .asked, #question fieldset, #question .run, lab-stage .stage-floor, lab-stage .replica, lab-stage .node-redis")]
	.filter((e) => {
		const { top, left, bottom, right } = e.getBoundingClientRect();
		return top < -1 || left < -1 || bottom > innerHeight + 1 || right > innerWidth + 1 || bottom - top < 8;
	})
	.map((e) => e.className + " " + Math.round(e.getBoundingClientRect().top) + " to " + Math.round(e.getBoundingClientRect().bottom))`

// covered lists which of the rows and buttons lie under something else, like a stage that is too high.
const covered = `[...document.querySelectorAll("#question fieldset label, #question .run")].filter((e) => {
		const { left, top, width, height } = e.getBoundingClientRect();
		return !e.contains(document.elementFromPoint(left + width / 2, top + height / 2));
	}).map((e) => e.textContent)`

func TestQuestionRunAndStageAreInTheWindow(t *testing.T) {
	for _, lang := range []string{"en", "es"} {
		t.Run(lang, func(t *testing.T) {
			p := openWalkthrough(t, "/?lang="+lang+"#http-forgets", 1024, 768)
			wait[bool](p, `document.querySelectorAll(".replica[data-state=alive]").length === 3`)
			for _, chapter := range answers {
				ask[bool](p, fmt.Sprintf(`(location.hash = %q, true)`, chapter.chapter))
				wait[bool](p, fmt.Sprintf(`document.querySelectorAll("#question fieldset").length === %d && document.querySelector("#steps [aria-current]").hash === "#%s"`, len(chapter.choices), chapter.chapter))
				for _, presenter := range []bool{false, true} {
					for _, screen := range [][2]int64{{1024, 768}, {1366, 650}, {1440, 900}, {1920, 1080}} {
						p.do(chromedp.EmulateViewport(screen[0], screen[1]))
						p.expectInWindow(fmt.Sprintf("%s, %v, presenter %v", chapter.chapter, screen, presenter), presenter)
					}
					ask[bool](p, `document.querySelector("[data-tool=presenter]").click() ?? true`)
				}
				p.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
				p.expectInWindow(chapter.chapter+", on a phone", false)
				if high := ask[float64](p, `document.querySelector(".theatre").getBoundingClientRect().height`); high > 240 {
					t.Errorf("%s: on a phone the stage is %.0f px high", chapter.chapter, high)
				}
			}
		})
	}
}

func (p *page) expectInWindow(when string, presenter bool) {
	p.t.Helper()
	if out := ask[[]string](p, outside); len(out) > 0 {
		p.t.Errorf("%s: not in the window: %q", when, out)
	}
	if under := ask[[]string](p, covered); len(under) > 0 {
		p.t.Errorf("%s: covered: %q", when, under)
	}
	if wide := ask[int64](p, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
		p.t.Errorf("%s: the page is %d px too wide", when, wide)
	}
	if high := ask[int64](p, `document.documentElement.scrollHeight - innerHeight`); presenter && high > 0 {
		p.t.Errorf("%s: a presenter has to scroll %d px", when, high)
	}
}

// A presenter sees every act whole: the question, what was seen, and the answer.
func TestAPresenterScrollsInNoAct(t *testing.T) {
	p := openWalkthrough(t, "/?lang=es#the-cabinet-burns", 1024, 768)
	p.playFilms("seen")
	ask[bool](p, `document.querySelector("[data-tool=presenter]").click() ?? true`)
	whole := func(act, selector string) {
		t.Helper()
		for _, screen := range [][2]int64{{1024, 768}, {1366, 650}, {1920, 1080}} {
			p.do(chromedp.EmulateViewport(screen[0], screen[1]))
			if cut := ask[[]string](p, fmt.Sprintf(`[...document.querySelectorAll("lab-stage .replica, lab-stage .node-redis, .theatre, %s")].filter((e) => {
				const { top, bottom, height } = e.getBoundingClientRect();
				return height < 8 || top < -1 || bottom > innerHeight + 1 || e.scrollHeight > e.clientHeight + 1;
			}).map((e) => e.className + " " + e.scrollHeight)`, selector)); len(cut) > 0 {
				t.Errorf("%s, %v: cut are %q", act, screen, cut)
			}
		}
	}
	ask[bool](p, `document.querySelector(".unsure").click() ?? true`)
	wait[bool](p, `document.querySelector("#seen button") !== null`)
	whole("what was seen", "#seen")
	ask[bool](p, `document.querySelector("#seen button").click() ?? true`)
	wait[bool](p, `document.querySelector(".said-and-was") !== null && !document.getElementById("result").hidden`)
	whole("the answer", "#result")

	// On a small laptop nothing on the stage is cut, however long its words.
	ask[bool](p, `document.querySelector("[data-tool=presenter]").click() ?? true`)
	p.do(chromedp.EmulateViewport(1366, 650))
	if cut := ask[[]string](p, `[...document.querySelectorAll("lab-stage .node *")].filter((e) => e.checkVisibility() && getComputedStyle(e).overflowX !== "visible" && e.scrollWidth > e.clientWidth + 1)
		.map((e) => e.className + " " + e.textContent)`); len(cut) > 0 {
		t.Errorf("cut are %q", cut)
	}
}

// On a phone what is read next stands directly under the stage, or at the top where the stage gives way to it: not below the
// story and the question.
func TestOnAPhoneTheNextActIsInView(t *testing.T) {
	p := openWalkthrough(t, "/?lang=es#the-cabinet-burns", 390, 844)
	p.playFilms("seen")
	expectUnder := func(heading string) {
		t.Helper()
		wait[bool](p, fmt.Sprintf(`document.activeElement.id === %q`, heading))
		top := ask[float64](p, `document.activeElement.getBoundingClientRect().top`)
		if stage := ask[float64](p, `document.querySelector(".theatre").getBoundingClientRect().bottom`); top < max(0, stage) || top > max(0, stage)+40 {
			t.Errorf("%s begins at %.0f, the stage ends at %.0f", heading, top, stage)
		}
	}
	ask[bool](p, `document.querySelector(".unsure").click() ?? true`)
	expectUnder("seen-title")
	ask[bool](p, `document.querySelector("#seen button").click() ?? true`)
	expectUnder("result-title")
}
