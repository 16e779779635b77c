package embedded_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"authlab/lab/embedded"
)

// openPlayground opens the playground, and waits for its lab.
func openPlayground(t *testing.T, refuse ...int) *page {
	t.Helper()
	p := openPage(t, "/playground?lang=en", refuse...)
	wait[bool](p, `document.querySelectorAll(".replica[data-state=alive]").length === 3`)
	return p
}

// act presses a button of the client's by keyboard, and waits for what the page says.
func (p *page) act(action, message string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(chromedp.CSS("[data-action="+action+"]"), kb.Enter))
	p.expectMessage(message)
	wait[bool](p, `!document.querySelector('[data-action][aria-disabled="true"]')`)
}

// chooseSchemes lets these schemes take part and no other, by the chips that the reader sees.
func (p *page) chooseSchemes(schemes ...string) {
	p.t.Helper()
	chips := ask[[]struct {
		Scheme  string
		X, Y    float64
		Checked bool
	}](p, `[...document.querySelectorAll(".chip")].map((chip) => {
		const { x, y, width, height } = chip.getBoundingClientRect();
		return { scheme: chip.dataset.scheme, x: x + width / 2, y: y + height / 2, checked: chip.querySelector("input").checked };
	})`)
	for _, chip := range chips {
		if chip.Checked != slices.Contains(schemes, chip.Scheme) {
			p.do(chromedp.MouseClickXY(chip.X, chip.Y))
		}
	}
	wait[bool](p, fmt.Sprintf(`[...document.querySelectorAll(".chip:has(:checked)")].map((chip) => chip.dataset.scheme).join(" ") === %q`, strings.Join(schemes, " ")))
}

// control presses a button of a node or of the lab, and waits for what the page says.
func (p *page) control(button, message string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(chromedp.CSS(button), kb.Enter))
	p.expectMessage(message)
}

// holder is the replica on whose filing card alice is.
func (p *page) holder() string {
	p.t.Helper()
	return wait[string](p, `[...document.querySelectorAll(".replica")]
		.find((node) => node.querySelector(".records").textContent.includes("alice"))?.dataset.node`)
}

// expectLane waits until the client's row of a scheme shows such answers: one letter each, k for known, s for a stranger.
func (p *page) expectLane(scheme, pattern string) {
	p.t.Helper()
	wait[bool](p, fmt.Sprintf(`/^(%s)$/.test([...document.querySelectorAll(".wallet li[data-scheme=%s] .ticks i")]
		.map((tick) => ({ ok: "k", stranger: "s", refused: "r", unsure: "u" })[tick.dataset.tone] ?? "").join(""))`, pattern, scheme))
}

func TestThePlaygroundShowsWhatDiesWithAReplica(t *testing.T) {
	p := openPlayground(t, 401)
	p.act("login", "alice is logged in by every scheme")
	if names := ask[[]string](p, `[document.cookie, sessionStorage].flatMap(Object.keys).concat(Object.values(localStorage).filter((text) => text.includes("eyJ")))`); len(names) > 0 {
		t.Errorf("the page leaves a credential for other scripts to read: %q", names)
	}
	p.act("send-ten", "session-redis 10/10 · session-cookie 10/10 · token-stateless 10/10 · token-revocable 10/10")
	p.expectLane("session-memory", "(kss){3}k|(sks){3}s|(ssk){3}s")
	p.expectLane("token-stateless", "k{10}")
	for _, row := range ask[[]struct{ Path, Store string }](p, `[...document.querySelectorAll(".timeline tbody tr")].map((row) => ({
		path: row.querySelector(".path").textContent, store: row.querySelector(".store").textContent }))`) {
		want := "0"
		if strings.Contains(row.Path, "/redis/") || strings.Contains(row.Path, "/revocable/") {
			want = "1"
		}
		if row.Store != want {
			t.Errorf("%s shows %s store commands, want %s", row.Path, row.Store, want)
		}
	}

	holder := p.holder()
	p.control(fmt.Sprintf("[data-node=%s] .node-button", holder), holder+" is dead, and its memory is gone.")
	dead := wait[string](p, fmt.Sprintf(`document.querySelector("[data-node=%s][data-state=dead]")?.innerText`, holder))
	if !strings.Contains(dead, "✕ dead") || !strings.Contains(dead, "its memory is lost") {
		t.Errorf("the dead replica says %q", dead)
	}
	if label := ask[string](p, `document.activeElement.ariaLabel ?? "nothing"`); label != "Start "+holder {
		t.Errorf("the focus is on %q, want the button that was pressed, which now starts %s", label, holder)
	}
	p.act("send-ten", "session-memory 0/10 · session-redis 10/10 · session-cookie 10/10 · token-stateless 10/10")
	p.expectLane("session-memory", "s{10}")
	p.expectLane("session-redis", "k{10}")
	p.expectLane("token-stateless", "k{10}")
	if by := ask[[]string](p, `[...new Set([...document.querySelectorAll(".timeline .by")].map((cell) => cell.textContent.split(" ")[0]))]`); len(by) != 2 {
		t.Errorf("the last requests were answered by %v", by)
	}
	p.control(fmt.Sprintf("[data-node=%s] .node-button", holder), holder+" is alive again, and remembers nobody.")

	// The cure of the load balancer: always the same replica, which also the login has to reach.
	p.do(chromedp.SendKeys(chromedp.CSS("#policy"), "sticky"))
	p.act("login", "alice is logged in by every scheme")
	p.act("send-ten", "session-memory 10/10")
}

func TestEveryControlOfThePlaygroundDoesWhatItSays(t *testing.T) {
	p := openPlayground(t, 401, 403, 502, 503)
	p.prefer("prefers-reduced-motion", "reduce") // a page that scrolls smoothly moves away from under a click
	p.act("refresh", "There is no refresh token to trade")
	p.act("login", "alice is logged in")
	p.act("admin", "session-memory")
	p.act("email", "session-redis 200")
	p.act("refresh", "A new pair of tokens")
	for _, step := range []struct{ button, says, sends string }{
		{"[data-node=redis] .node-button:first-child", "Redis is stopped.", "session-redis 503 · session-cookie 200 · token-stateless 200 · token-revocable 503"},
		{"[data-node=redis] .node-button:first-child", "Redis answers again.", "session-redis 200 · session-cookie 200 · token-stateless 200 · token-revocable 200"},
		{"[data-node=redis] .node-button:last-child", "Redis is empty.", "session-redis 401 · session-cookie 200 · token-stateless 200 · token-revocable 200"},
		{"[data-control=skew]", "The clock of app-1 is set.", "token-stateless 200"},
		{"[data-control=overlap]", "the old one is still believed", "token-stateless 200"},
		{"[data-control=rotate]", "what the old one signed is worth nothing", "session-cookie 401 · token-stateless 401"},
		{"[data-control=boot]", "Each replica signs with a key of its own", "token-stateless 401"},
		{"[data-tool=reset]", "A clean lab", "session-redis 401 · session-cookie 401 · token-stateless 401"},
	} {
		p.control(step.button, step.says)
		p.act("send", step.sends)
	}

	p.act("login", "alice is logged in")
	p.control("[data-node=users] li:first-child .node-button", "alice is no admin any more")
	p.act("admin", "session-redis 403 · session-cookie 200 · token-stateless 200")
	p.control("[data-control=shift]", "It is 8 hours later.")
	if clock := ask[string](p, `document.getElementById("clock").textContent`); !strings.Contains(clock, "+8 h") {
		t.Errorf("the clock says %q", clock)
	}
	p.act("send", "token-stateless 401")
	p.act("login", "alice is logged in")
	p.act("logout", "The page keeps the old token")
	p.act("send", "session-redis 401 · session-cookie 401 · token-stateless 200 · token-revocable 401")

	for _, count := range []int{6, 1, 3} {
		ask[bool](p, `(document.getElementById("count").scrollIntoView({ block: "center" }), true)`) // the line at the foot covers what is low
		p.do(chromedp.Click(chromedp.CSS(fmt.Sprintf("#count label:nth-child(%d)", count))))
		p.expectMessage(fmt.Sprintf("Replicas: %d.", count))
		wait[bool](p, fmt.Sprintf(`document.querySelectorAll(".replica[data-state=alive]").length === %d`, count))
	}
	p.do(chromedp.Click(chromedp.CSS("#delay label:last-child")))
	p.expectMessage("Redis is 5 ms away.")
	wait[bool](p, `document.getElementById("faults").textContent === "Redis is slow"`)
	for n := range 3 {
		p.control(fmt.Sprintf("[data-node=app-%d] .node-button", n+1), "is dead")
	}
	p.act("send", "session-redis 502")
	wait[bool](p, `document.querySelector(".timeline tbody .by").textContent.startsWith("no replica")`)
}

func TestTheWireShowsTheMessagesAndSetsOffTheCredential(t *testing.T) {
	p := openPlayground(t, 401)
	p.act("login", "alice is logged in")
	p.act("send", "token-revocable 200")
	request := wait[string](p, `document.querySelector("[data-part=request]").innerText.includes("/token/revocable/me") && document.querySelector("[data-part=request]").innerText`)
	token := ask[string](p, `document.querySelector("[data-part=request] mark").textContent`)
	if parts := ask[int](p, `document.querySelectorAll("[data-part=request] mark [data-jwt]").length`); parts != 3 || !strings.Contains(request, "Authorization: Bearer "+token) {
		t.Errorf("the credential is %q in %d parts, in\n%s", token, parts, request)
	}
	if holds := ask[string](p, `document.getElementById("holds").innerText`); !strings.Contains(holds, token) || !strings.Contains(holds, `"sub": "alice"`) {
		t.Errorf("the client holds %q", holds)
	}
	// Another one is chosen, and stays while others come.
	ask[bool](p, `[...document.querySelectorAll(".plain")].find((row) => row.textContent.includes("POST /session/redis/login")).click() ?? true`)
	wait[bool](p, `document.querySelector(".wire-what").textContent === "POST /session/redis/login · 200"`)
	p.act("send", "token-revocable 200")
	if marks := ask[[]string](p, `[...document.querySelectorAll(".wire mark")].map((mark) => mark.textContent)`); len(marks) != 2 || marks[0] != "wonderland" || marks[1] != "…" {
		t.Errorf("in the login these are set off: %q", marks)
	}
	if costs := ask[string](p, `document.querySelector(".costs").innerText`); !strings.Contains(costs, "argon2id") || !strings.Contains(costs, "redis") {
		t.Errorf("the login cost %q", costs)
	}
	copied := play[string](p, `let copied; navigator.clipboard.writeText = async (text) => { copied = text; };
		document.querySelector("[data-part=curl]").click(); await null; return copied;`)
	if !strings.HasPrefix(copied, "curl -i") || !strings.Contains(copied, "/session/redis/login") {
		t.Errorf("copied: %q", copied)
	}
	// A request with a cookie brings its login along: a fresh folder has no file of cookies.
	wait[bool](p, `[...document.querySelectorAll(".plain")].some((row) => row.textContent === "GET /session/redis/me" && (row.click(), true))`)
	wait[bool](p, `document.querySelector(".wire-what").textContent === "GET /session/redis/me · 200"`)
	copied = play[string](p, `let copied; navigator.clipboard.writeText = async (text) => { copied = text; };
		document.querySelector("[data-part=curl]").click(); await null; return copied;`)
	shell := exec.CommandContext(t.Context(), "sh", "-c", copied)
	shell.Dir = t.TempDir()
	if out, err := shell.CombinedOutput(); err != nil || !strings.Contains(string(out), `"name":"alice"`) {
		t.Errorf("%s\nanswers %s: %v", copied, out, err)
	}
}

func TestAReloadForgetsTokensAndKnowsOfCookies(t *testing.T) {
	p := openPlayground(t, 401)
	const held = `[...document.querySelectorAll(".wallet li[data-held]")].map((row) => row.dataset.scheme).join(" ")`
	p.act("login", "alice is logged in")
	p.do(chromedp.Reload())
	if got := wait[string](p, held); got != "session-memory session-redis session-cookie" {
		t.Errorf("after a reload the client holds %s", got)
	}
	ask[bool](p, `document.querySelector("[data-action=logout]").click() ?? true`)
	wait[bool](p, held+` === ""`)
	p.do(chromedp.Reload())
	wait[bool](p, `document.querySelectorAll(".wallet li").length === 5`)
	if got := ask[string](p, held); got != "" {
		t.Errorf("after the logout the client holds %s", got)
	}
}

func TestBasicHasNoLogin(t *testing.T) {
	p := openPlayground(t)
	p.chooseSchemes("basic")
	p.act("login", "Nothing was sent: basic has no login.")
	p.act("send", "basic 200")
}

func TestACopyOfABoundTokenIsRefused(t *testing.T) {
	p := openPlayground(t, 401)
	p.chooseSchemes("session-redis", "token-stateless", "token-bound")
	p.act("steal", "it cannot read a cookie")
	ask[bool](p, `(() => {
		const make = crypto.subtle.generateKey;
		crypto.subtle.generateKey = async (...how) => (window.pair = await make.apply(crypto.subtle, how));
		return true;
	})()`)
	p.act("login", "alice is logged in by every scheme")
	if held := ask[string](p, `document.getElementById("holds").innerText`); !strings.Contains(held, "no script can copy") || !strings.Contains(held, `"jkt"`) {
		t.Errorf("the client holds %q", held)
	}
	if stored := ask[[]string](p, `[...Object.keys(sessionStorage), ...Object.values(localStorage).filter((text) => text.includes("eyJ"))]`); len(stored) > 0 {
		t.Errorf("the page stores a credential: %q", stored)
	}
	if name := play[string](p, `return crypto.subtle.exportKey("jwk", window.pair.privateKey).then(() => "", ({ name }) => name)`); name != "InvalidAccessError" {
		t.Errorf("a script that has the private key is refused a copy with %q", name)
	}
	const stolen = "token-stateless 200 · token-bound 0/2. token-bound: This proof was used before. A proof works once, so this copy of a request is refused. " +
		"token-bound: The token is bound to a key, and this request does not prove"
	p.act("steal", stolen)
	// A login that fails changes nothing: the token that is held keeps its key.
	ask[bool](p, `(document.querySelector("[name=password]").value = "wrong", true)`)
	p.act("login", "No user has this name and this password")
	p.act("email", "token-bound 200")
	p.act("refresh", "A new pair of tokens")
	p.control("[data-control=quarter]", "It is 15 minutes later.")
	p.act("refresh", "A new pair of tokens") // the server asks for a nonce: the page's clock is not the lab's
	p.act("send", "token-stateless 200 · token-bound 200")
	p.act("steal", stolen)
	p.act("logout", "Logged out.")
	p.act("send", "session-redis 401 · token-stateless 200 · token-bound 200")
}

func TestAReaderLogsInAtAnotherServer(t *testing.T) {
	c, _ := start(t, embedded.Config{})
	p := &page{t, browser(t, func(any) {})} // which asks more than one server
	p.do(chromedp.Navigate(c.URL() + "/playground?lang=es"))
	wait[bool](p, `!document.getElementById("other-login").hidden`)
	p.do(chromedp.SendKeys(chromedp.CSS("#other-login"), kb.Enter),
		chromedp.SendKeys(chromedp.CSS("input[name=username]:not([autocomplete=off])"), "alice"))
	if at := ask[string](p, `location.origin`); at == c.URL() || ask[string](p, `document.querySelector("input[type=password]").value`) != "" {
		t.Errorf("the password is asked for at %s", at)
	}
	p.do(chromedp.SendKeys(chromedp.CSS("input[type=password]"), "wonderland"+kb.Enter), chromedp.WaitVisible(chromedp.CSS("html[lang=es] #holds")))
	p.expectMessage("alice vuelve del servidor de acceso")
	if at := ask[string](p, `location.href`); at != c.URL()+"/playground?lang=es" {
		t.Errorf("the page is at %s", at)
	}
	p.chooseSchemes("token-stateless", "token-revocable")
	p.act("send", "token-stateless 200 · token-revocable 200")
	p.act("refresh", "Un par de tokens nuevo")
	// The page has no password of theirs, so it sends none until one is typed.
	p.chooseSchemes("basic")
	for _, want := range []struct {
		status string
		isSent bool
	}{{"401", false}, {"200", true}} {
		p.act("send", "basic "+want.status)
		wait[bool](p, fmt.Sprintf(`document.querySelector(".wire-what").textContent === "GET /basic/me · %s"`, want.status))
		if request := ask[string](p, `document.querySelector("[data-part=request]").innerText`); strings.Contains(request, "Authorization: Basic ") != want.isSent {
			t.Errorf("answered with %s was\n%s", want.status, request)
		}
		p.act("login", "con basic no hay que entrar")
	}

	for query, want := range map[string]string{
		"code=stolen&state=other": "not the answer to a login that this tab has begun",
		"code=stolen&state=mine":  "did not give a token: {\"error\":\"invalid_grant\"}",
		"error=no&state=mine":     "did not give a token: no",
	} {
		ask[bool](p, `sessionStorage.setItem("authlab.login", '{"state":"mine","verifier":"v","search":"?lang=en"}') ?? true`)
		p.do(chromedp.Navigate("about:blank"), chromedp.Navigate(c.URL()+"/playground?lang=en#"+query))
		p.expectMessage(want)
	}
}

func TestAStreamOfUsersFlowsUntilItIsStopped(t *testing.T) {
	p := openPlayground(t, 401)
	p.act("login", "alice is logged in")
	p.do(chromedp.KeyEvent("u"))
	tally := wait[string](p, `/^[3-9]\d sent/.test(document.querySelector("#stream [data-part=tally]").textContent) && document.querySelector("#stream [data-part=tally]").textContent`)
	if rate := ask[string](p, `document.querySelector("#stream output").textContent`); rate != "20 per second" {
		t.Errorf("the rate is %q", rate)
	}
	t.Log(tally)
	// A screen reader is told of them in one sentence.
	wait[bool](p, `/^Requests: \d+\. Known: \d+\. Not known: \d+\.$/.test(document.getElementById("announcer").textContent)`)
	p.do(chromedp.KeyEvent("u"))
	wait[bool](p, `document.querySelector("#stream output").textContent === "stopped"`)
}

func TestAPageWithoutALabSaysSoAndStillSends(t *testing.T) {
	c, _ := start(t, embedded.Config{Replicas: 1})
	to, err := url.Parse(c.URL())
	if err != nil {
		t.Fatal(err)
	}
	replica := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host
	}}
	alone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/lab/") {
			http.NotFound(w, r)
			return
		}
		replica.ServeHTTP(w, r)
	}))
	defer alone.Close()
	p := openAt(t, alone.URL, "/playground?lang=en", 404)
	wait[bool](p, `!document.getElementById("alone").hidden`)
	p.act("login", "alice is logged in")
	p.act("send-ten", "session-memory 10/10")
	wait[bool](p, `document.querySelector(".timeline tbody tr")?.innerText.includes("app-1")`)
	p.expectLane("token-stateless", "k{10}")
}

func TestALabThatIsBrokenByHandSaysWhatToType(t *testing.T) {
	p := openPlayground(t)
	ask[bool](p, `(() => {
		const { fetch } = window;
		window.fetch = (path, ...rest) => (path === "/lab/replicas/app-2/kill"
			? Promise.resolve(new Response('{"command":"docker compose kill app-2"}', { status: 501 })) : fetch(path, ...rest));
		return true;
	})()`)
	p.do(chromedp.SendKeys(chromedp.CSS("[data-node=app-2] .node-button"), kb.Enter))
	wait[bool](p, `!document.getElementById("by-hand").hidden && document.querySelector("#by-hand code").textContent === "docker compose kill app-2"`)
	p.do(chromedp.SendKeys(chromedp.CSS("#by-hand [data-part=close]"), kb.Enter))
	wait[bool](p, `document.getElementById("by-hand").hidden`)
}
