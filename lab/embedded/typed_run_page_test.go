package embedded_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"authlab/lab/compose"
	"authlab/lab/contract"
	"authlab/lab/embedded"
	"authlab/lab/experiment"
	"authlab/lab/experiment/api"
)

// openTyped opens the walkthrough at a chapter, on a lab that runs no more by itself than a console of containers.
func openTyped(t *testing.T, address string) (*page, *contract.Remote) {
	t.Helper()
	c, target := start(t, embedded.Config{Experiments: func(url string) http.Handler {
		open := func() (experiment.Target, error) { return contract.NewRemote(url) }
		return api.New(api.Config{Open: open, Command: compose.Command}).Handler()
	}})
	p := openAt(t, c.URL(), address, 401, 403, 503)
	wait[bool](p, `document.querySelector(".typed-run code") !== null`)
	p.playFilms("skipped")
	return p, target
}

// typed is what happens when the command on the page is typed.
func typed(t *testing.T, target experiment.Target, names ...string) {
	t.Helper()
	experiments, err := experiment.Named(names...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := experiment.Run(t.Context(), "", target, experiments, func(int, int, string) {}, experiment.Users(10)); err != nil {
		t.Fatal(err)
	}
}

func TestWhatALabCannotRunIsTypedAndThePageFollowsAlong(t *testing.T) {
	for lang, score := range map[string]string{"en": "3 of 3 as you said.", "es": "Acertaste 3 de 3."} {
		t.Run(lang, func(t *testing.T) {
			p, target := openTyped(t, "/?lang="+lang+"#other-desks-and-other-pages")
			if command := ask[string](p, `document.querySelector("#question code").textContent`); command != "go run ./cmd/authlab run --target compose other-service" {
				t.Errorf("the command is %q", command)
			}
			if ask[bool](p, `document.querySelector("#question .run") !== null`) {
				t.Error("there is a button that cannot do what it says")
			}
			ask[bool](p, `document.querySelector("#question [data-part=copy]").click() ?? true`)
			wait[bool](p, `/^(Copied|Copiado)/.test(document.querySelector("#question [data-part=copy]").textContent)`)
			for row, choice := range []int{1, 0, 2} {
				ask[bool](p, fmt.Sprintf(`document.querySelectorAll("#question fieldset")[%d].querySelectorAll("input")[%d].click() ?? true`, row, choice))
			}
			p.do(chromedp.KeyEvent("x")) // nothing here can run
			p.expectContrast("with a command")
			ask[bool](p, `(window.busy = 0, new MutationObserver(() => busy += document.documentElement.dataset.busy === "true")
				.observe(document.documentElement, { attributes: true })) ?? true`)
			typed(t, target, "other-service")
			if got := wait[string](p, `document.querySelector("#result:not([hidden]) .score")?.textContent`); got != score {
				t.Errorf("%q, want %q", got, score)
			}
			wait[bool](p, `document.documentElement.dataset.busy === "false"`)
			if ask[int](p, `busy`) == 0 {
				t.Error("the page did not say that the lab was at work")
			}
			p.do(chromedp.EmulateViewport(360, 740))
			p.expectNoSidewaysScrolling("with a command")
		})
	}
}

func TestAlsoWhatIsMeasuredBesideIsTyped(t *testing.T) {
	p, target := openTyped(t, "/?lang=en#always-the-same-desk")
	if items := ask[[]string](p, `[...document.querySelectorAll("#more details")].map((d) => d.dataset.experiment + " " + (d.querySelector("code")?.textContent ?? "runs"))`); len(items) != 5 ||
		!strings.HasSuffix(items[3], "scale-out go run ./cmd/authlab run --target compose scale-out") || items[1] != "replica-silent runs" {
		t.Errorf("%q", items)
	}
	ask[bool](p, `(document.querySelector("[data-experiment=scale-out]").open = true)`)
	typed(t, target, "sticky", "scale-out")
	wait[bool](p, `document.querySelector("[data-experiment=scale-out][open] .told") !== null && document.querySelector("[data-experiment=sticky] .told") !== null`)

	// At the end, one command for all that is missing.
	ask[bool](p, `(location.hash = "#your-verdict", true)`)
	wait[bool](p, `document.querySelectorAll("#verdict input").length > 0`)
	ask[bool](p, `document.querySelectorAll("#verdict input")[2].click() ?? true`)
	if command := ask[string](p, `document.querySelector("#verdict code").textContent`); command != "go run ./cmd/authlab run --target compose other-service key-rotation" {
		t.Errorf("the command is %q", command)
	}
	typed(t, target, "other-service", "key-rotation")
	wait[bool](p, `document.querySelector("#verdict code") === null`)
	p.do(chromedp.KeyEvent(kb.ArrowLeft))
	wait[bool](p, `document.getElementById("title").textContent === "The best of both"`)
}

func TestThePlaygroundOffersAsManyReplicasAsThereCanBe(t *testing.T) {
	p := openPlayground(t)
	offered := `[...document.querySelectorAll("#count input")].map(({ value }) => value).join(" ")`
	if got := ask[string](p, offered); got != "1 2 3 4 5 6" {
		t.Errorf("offered are %q", got)
	}
	for most, want := range map[int]string{4: "1 2 3 4", 16: "1 2 3 4 5 6"} {
		show := fmt.Sprintf(`(({ lab }) => lab.dispatchEvent(new CustomEvent("cluster:changed", { detail: { ...lab.picture, max_replicas: %d } })))(document.querySelector("lab-stage"))`, most)
		// At once, before the lab shows itself again.
		if got := ask[string](p, show+` && `+offered+` + (document.querySelector("#count input:checked").value === "3" ? "" : ", and not 3 is chosen")`); got != want {
			t.Errorf("of at most %d, offered are %q", most, got)
		}
	}
}

func TestASilentReplicaIsShownAndIsWoken(t *testing.T) {
	p := openPlayground(t, 401)
	p.act("login", "alice is logged in")
	ask[bool](p, fmt.Sprintf(`(document.getElementById("skewed").value = %q, true)`, p.holder()))
	p.control("[data-control=silence]", "answers nothing")
	wait[bool](p, fmt.Sprintf(`document.querySelector("[data-node=%s]").dataset.state === "silent" && document.getElementById("faults").textContent.includes("is silent")`, p.holder()))
	p.expectContrast("with a silent replica")
	p.control(fmt.Sprintf("[data-node=%s] .node-button", p.holder()), "has forgotten nothing")
	wait[bool](p, fmt.Sprintf(`document.querySelector("[data-node=%s]").dataset.state === "alive"`, p.holder()))
}
