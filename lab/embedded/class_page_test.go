package embedded_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"authlab/lab/class"
	"authlab/lab/embedded"
	"authlab/lab/experiment"
	"authlab/web"
)

// One phone and the wall, each in the other's language: the phone joins, is thrown out, comes back, and votes.
func TestAPhoneAndTheWallTellTheSame(t *testing.T) {
	const key = "the-teachers-key-of-a-test"
	lab, _ := start(t, embedded.Config{LabKey: key})
	c, err := class.New(class.Config{
		NewLab: func(ctx context.Context, key string) (class.OwnLab, error) {
			return embedded.Start(ctx, embedded.Config{Like: lab, LabKey: key})
		},
		Lab: lab.Handler(), Pages: web.NewClassPages(), View: lab.View, AddAccount: lab.AddAccount, SetRoles: lab.SetRoles, Key: key, Address: "http://192.0.2.1/join",
		Run: func(ctx context.Context, name string) (experiment.Result, error) {
			experiments, err := experiment.Named(name)
			if err != nil {
				return experiment.Result{}, err
			}
			apart, err := embedded.Start(ctx, embedded.Config{})
			if err != nil {
				return experiment.Result{}, err
			}
			defer apart.Close()
			report, err := experiment.Run(ctx, "embedded", apart, experiments, func(int, int, string) {})
			if err != nil {
				return experiment.Result{}, err
			}
			return report.Experiments[0], nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(c)
	t.Cleanup(func() {
		c.Close()
		server.CloseClientConnections()
		server.Close()
	})

	wall := openAt(t, server.URL, "/wall?lang=es#"+key)
	wait[bool](wall, `!document.getElementById("join").hidden && document.getElementById("join-address").textContent.includes("192.0.2.1")`)
	if at := ask[string](wall, `location.href`); strings.Contains(at, key) {
		t.Errorf("the room can read the teacher's key in the address: %s", at)
	}
	phone := openAt(t, server.URL, "/join?lang=en", 401)
	phone.do(chromedp.EmulateViewport(360, 780))
	wait[bool](phone, `!document.getElementById("join").hidden`)
	play[any](phone, `document.getElementById("nickname").value = "  <b>Zoë</b>  "; document.querySelector("#join button").click()`)
	lanes := func(tones string) {
		t.Helper()
		wait[bool](phone, fmt.Sprintf(`[...document.querySelectorAll(".lane")].map((l) => l.dataset.tone).join(" ") === %q`, tones))
	}
	lanes("ok ok ok")
	if name := ask[string](phone, `document.getElementById("who").textContent`); name != "<b>Zoë</b>" {
		t.Errorf("the phone is %q", name)
	}
	phone.expectNoSidewaysScrolling("on the phone")
	phone.expectContrast("on the phone")
	counts := func(want string) {
		t.Helper()
		wait[bool](wall, fmt.Sprintf(`[...document.querySelectorAll('[data-part="out"]')].map((n) => n.textContent).join(" ") === %q`, want))
	}
	counts("0 0 0")
	wall.expectContrast("on the wall")

	// The wall kills the replica that remembers the phone, and only that one lane is lost.
	press := func(key string) {
		t.Helper()
		play[any](wall, fmt.Sprintf(`dispatchEvent(new KeyboardEvent("keydown", { key: %q }))`, key))
	}
	replica := ask[string](phone, `document.querySelector(".lane .at").textContent`)
	press(strings.TrimPrefix(replica, "app-"))
	lanes("stranger ok ok")
	counts("1 0 0")
	phone.do(chromedp.Reload())
	lanes("stranger ok ok")
	play[any](phone, `document.querySelector(".lane .again").click()`)
	lanes("ok ok ok")
	counts("0 0 0")

	// A round, driven by the wall's Enter.
	phase := func(name string) {
		t.Helper()
		press("Enter")
		wait[bool](phone, fmt.Sprintf(`document.querySelector("#round[data-phase=%s]") !== null`, name))
		wait[bool](wall, fmt.Sprintf(`document.querySelector("#round [data-phase=%s]") !== null`, name)) // and goes on from there
	}
	vote := func(choice int) {
		t.Helper()
		play[any](phone, fmt.Sprintf(`document.querySelectorAll("#round .choices button")[%d].click()`, choice))
		wait[bool](phone, fmt.Sprintf(`document.querySelectorAll("#round .choices button")[%d]?.getAttribute("aria-pressed") === "true"`, choice))
	}
	phase("vote")
	vote(1)
	wait[bool](wall, `document.querySelector("#round .voted")?.textContent === "Han votado 1 de 1"`)
	phase("closed")
	phase("discuss")
	phase("again")
	vote(0)
	phase("closed2")
	phase("run")
	wait[bool](wall, `document.querySelector("#theatre:not([hidden]) lab-stage")?.dataset.film === "playing"`)
	play[any](wall, `document.querySelector('#film [data-film="skip"]').click()`)
	wait[bool](wall, `document.getElementById("theatre").hidden && document.querySelectorAll("#round .choice").length > 1`)
	if ask[int](wall, `document.querySelectorAll('#round [data-measured="true"]').length`) > 0 || ask[bool](wall, `document.getElementById("round").textContent.includes("✓")`) {
		t.Error("the wall has told what was measured before the room said what it saw")
	}
	phase("seen")
	vote(0)
	phase("lesson")
	wait[bool](phone, `document.querySelector("#round .verdict")?.dataset.tone === "ok"`)
	wait[bool](wall, `document.querySelector('#round [data-measured="true"]')?.textContent.includes("10/30")`)
	phone.expectContrast("on the phone at the end of a round")
	wall.expectContrast("on the wall at the end of a round")

	// The wall goes on where it was, also in another language, without the key in its address.
	wall.do(chromedp.Navigate(server.URL + "/wall?lang=en"))
	wait[bool](wall, `document.querySelector("#round .voted")?.textContent === "1 of 1 were right"`)
	phone.do(chromedp.Navigate(server.URL + "/join?lang=es"))
	lanes("ok ok ok")
	wait[bool](phone, `document.querySelector("#round .verdict")?.textContent.includes("Tenías razón")`)

	// A lab of one's own is offered between two rounds. What is broken in it, the class does not notice.
	press("Enter")
	press("o")
	wait[bool](phone, `!document.getElementById("own").hidden`)
	phone.expectContrast("where a lab is offered")
	opened := play[string](phone, `return new Promise((found) => {
		window.open = () => ({ set location(to) { found(to); }, close() { found("nothing"); } });
		document.getElementById("own-open").click();
	})`)
	if opened != "/?lang=es" {
		t.Errorf("to open a lab opens %s", opened)
	}
	phone.do(chromedp.Navigate(server.URL + "/playground"))
	if status := play[int](phone, `return (await fetch("/lab/replicas/app-2/kill", { method: "POST" })).status`); status != 204 {
		t.Errorf("the owner of a lab kills a replica: %d", status)
	}
	if alive := ask[int](wall, `document.querySelectorAll('.desk[data-alive="true"]').length`); alive != 2 { // the wall has killed the third
		t.Errorf("the class has %d replicas", alive)
	}
	wall.do(chromedp.Navigate(server.URL + "/result?lang=es"))
	wait[bool](wall, `document.querySelector('[data-measured="true"]')?.textContent.includes("10/30")`)
	play[any](wall, `document.querySelector('[value="names"]').click()`)
	wait[bool](wall, `document.getElementById("score-lines").textContent === "<b>Zoë</b> 1 de 1"`)
	wall.expectContrast("on the result")
}
