package cluster_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestThePageShowsThatRoundRobinLosesOnlyTheSessionInOneMemory(t *testing.T) {
	p := openPage(t, 401)
	p.click("#login button")
	p.expectMessage("alice is logged in on every lane.")
	if names := ask[[]string](p, `[document.cookie, localStorage, sessionStorage].flatMap(Object.keys)`); len(names) > 0 {
		t.Errorf("the page leaves something for other scripts to read: %q", names)
	}
	holder := p.holder()

	for scheme, lane := range p.sendTen() {
		by, known := map[string]int{}, 0
		for _, answer := range lane.Answers {
			by[answer.Replica]++
			if answer.Status == "200" {
				known++
			}
			if want := scheme != "session-memory" || answer.Replica == holder; (answer.Status == "200") != want {
				t.Errorf("%s: %s from %s, and %s has the session", scheme, answer.Status, answer.Replica, holder)
			}
		}
		if by["app-1"]*by["app-2"]*by["app-3"] == 0 {
			t.Errorf("%s: not every replica had a turn: %v", scheme, by)
		}
		if last := lane.Answers[9]; lane.Status != last.Status || lane.Replica != last.Replica {
			t.Errorf("%s shows %s from %s, and its last answer is %v", scheme, lane.Status, lane.Replica, last)
		}
		if want := fmt.Sprintf("%d of 10 are 200", known); lane.Tally != want {
			t.Errorf("%s says %q, want %q", scheme, lane.Tally, want)
		}
	}
	wait[bool](p, `document.querySelectorAll("#log tbody tr").length === 20`)

	// The cure of the load balancer: always the same replica, which also the login has to reach.
	p.do(chromedp.SendKeys(chromedp.CSS("#policy"), "sticky"))
	p.click("#login button")
	holder = p.lanes()["session-memory"].Replica
	for scheme, lane := range p.sendTen() {
		for _, answer := range lane.Answers {
			if answer.Status != "200" || answer.Replica != holder {
				t.Errorf("sticky: %s: %s from %s, want 200 from %s", scheme, answer.Status, answer.Replica, holder)
			}
		}
	}
}

func TestThePageShowsWhatEachLaneDependsOn(t *testing.T) {
	p := openPage(t, 401, 503)
	p.click("#login button")
	holder := p.holder()
	card := fmt.Sprintf(".replica[aria-label=%q]", holder)
	p.press(card+" button", holder+" is dead, and its memory is gone.")
	wait[bool](p, fmt.Sprintf(`document.querySelector('%s .life[data-alive="false"]') !== null`, card))
	if label := ask[string](p, `document.activeElement.ariaLabel ?? "nothing"`); label != "Start "+holder {
		t.Errorf("the focus is on %q, want the button that was pressed, which now starts %s", label, holder)
	}
	for scheme, lane := range p.sendTen() {
		want := "200"
		if scheme == "session-memory" {
			want = "401"
		}
		for _, answer := range lane.Answers {
			if answer.Status != want || answer.Replica == holder || answer.Replica == "" {
				t.Errorf("%s without %s: %s from %q, want %s", scheme, holder, answer.Status, answer.Replica, want)
			}
		}
	}

	p.press("#redis [data-part=toggle]", "Redis is stopped.")
	p.click("#send")
	p.expectStatuses(401, 503, 200, 200, 503)
	p.press("#redis [data-part=toggle]", "Redis answers again.")
	p.click("#send")
	p.expectStatuses(401, 200, 200, 200, 200)

	p.click("#logout")
	p.expectMessage("Logged out on every lane. The page keeps the old token: send it again and see.")
	p.click("#send")
	p.expectStatuses(401, 401, 401, 200, 401)
}

func TestThePageFitsAPhoneAndKeepsTheConsoleAndTheNetworkQuiet(t *testing.T) {
	p := openPage(t, 401, 403, 502, 503)
	p.do(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile, chromedp.EmulateTouch))
	p.expectNoSidewaysScrolling("at the start")
	ask[bool](p, `document.querySelectorAll("details").forEach((details) => (details.open = true)) ?? true`)
	for _, step := range []struct{ button, message string }{
		{"#login button", "alice is logged in on every lane."},
		{"#send-ten", "session-redis 10/10"},
		{"#accounts button", "alice is no admin any more"},
		{"#admin", "session-redis 403"},
		{"#lab [data-part=forward]", "It is 15 minutes later."},
		{"#redis [data-part=flush]", "Redis is empty."},
		{"#redis [data-part=toggle]", "Redis is stopped."},
		{"#send", "session-redis 503"},
		{".replica[aria-label=app-1] button", "app-1 is dead"},
		{".replica[aria-label=app-2] button", "app-2 is dead"},
		{".replica[aria-label=app-3] button", "app-3 is dead"},
		{"#send", "session-redis 502"},
		{"#login button", "✕ session-memory: "},
		{"#lab [data-part=reset]", "A clean lab"},
		{"#send", "session-redis 401"},
		{"#logout", "Logged out on every lane."},
	} {
		p.do(chromedp.Tap(chromedp.CSS(step.button)))
		wait[bool](p, fmt.Sprintf(`document.getElementById("message").textContent.includes(%q)`, step.message))
		wait[bool](p, idle)
		p.expectNoSidewaysScrolling("after " + step.button + ": " + step.message)
	}
	if inline := ask[[]string](p, inlineCode); len(inline) > 0 {
		t.Errorf("inline script or style in the document: %q", inline)
	}
}
