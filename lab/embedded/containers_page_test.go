package embedded_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestEveryChapterIsPlayedToItsEndOnContainers needs containers that are up, at the address in AUTHLAB_TEST_LAB. What the
// page says is typed is typed, in the folder of the repository. With AUTHLAB_TEST_SHOTS, what is seen is kept in that folder.
func TestEveryChapterIsPlayedToItsEndOnContainers(t *testing.T) {
	address := os.Getenv("AUTHLAB_TEST_LAB")
	if address == "" {
		t.Skip("AUTHLAB_TEST_LAB names no lab of containers")
	}
	w := newWatch(address, []int{401, 403, 503})
	p := &page{t, browserFor(t, 5*time.Minute, w.see)}
	t.Cleanup(func() { w.report(t) })
	p.do(chromedp.EmulateViewport(1440, 1000), chromedp.Navigate(address+"/?lang=en"))
	for i, want := range []string{"✓ Hello alice.", "✓ Hello alice.", "✕ Who are you?"} {
		if said := p.press(i + 1); said != want {
			t.Errorf("press %d: %q, want %q", i+1, said, want)
		}
	}
	p.shot("opening")
	ask[bool](p, `(location.hash = "#http-forgets", true)`)
	wait[bool](p, `document.querySelector(".run") !== null`)
	p.playFilms("skipped") // they are the same from every target
	typed := 0
	run := func(chapter string) int {
		p.shot(chapter + "-before")
		if !ask[bool](p, `document.querySelector("#question code") !== null`) {
			ask[bool](p, `document.querySelector(".run").click() ?? true`)
			return 0
		}
		typed++
		p.typeCommand("#question code")
		if chapter == "best-of-both" {
			return 1 // containers have no backend for frontend
		}
		return 0
	}
	all := playChapters(p, "%d of %d as you said.", "The lesson", "backend-for-frontend", run)
	if all == 0 || typed != 2 {
		t.Errorf("%d predictions; %d chapters were typed, want 2", all, typed)
	}
	p.shot("verdict")

	// What readers do themselves: each is seen for what it is.
	ask[bool](p, `(location.hash = "#always-the-same-desk", true)`)
	wait[bool](p, `document.querySelector("[data-action=kill-mine]") !== null`)
	for _, act := range [][2]string{
		{"login", "is logged in"}, {"visit-ten", "session-memory 10/10"}, {"kill-mine", "refuses connections"}, {"visit-ten", "session-memory 0/10"}, {"revive", "alive again"},
	} {
		ask[bool](p, `document.querySelector("#your-turn [data-action=`+act[0]+`]").click() ?? true`)
		p.expectMessage(act[1])
		if act[0] == "kill-mine" {
			wait[bool](p, `document.querySelector("lab-stage").innerText.includes("✕ refuses")`)
			p.shot("killed")
		}
	}
}

// typeCommand types what the page says, as a reader would who has seen the question already.
func (p *page) typeCommand(selector string) {
	p.t.Helper()
	words := strings.Fields(ask[string](p, `document.querySelector("`+selector+`").textContent`))
	command := exec.CommandContext(p.ctx, words[0], append(words[1:], "--yes")...)
	command.Dir = "../.."
	if said, err := command.CombinedOutput(); err != nil {
		p.t.Fatalf("%v: %s", err, said)
	}
}

// shot keeps what is seen now.
func (p *page) shot(name string) {
	p.t.Helper()
	folder := os.Getenv("AUTHLAB_TEST_SHOTS")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(folder+"/"+name+".png", picture, 0o600); err != nil {
		p.t.Fatal(err)
	}
}
