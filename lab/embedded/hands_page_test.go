package embedded_test

import (
	"fmt"
	"slices"
	"testing"
)

// hand presses buttons of a chapter's own, and waits until as many answers stand in its rows.
func (p *page) hand(action string, answers int) {
	p.t.Helper()
	wait[bool](p, fmt.Sprintf(`document.querySelector("[data-action=hand-%s]:not([aria-disabled=true], :disabled)") !== null`, action))
	ask[bool](p, fmt.Sprintf(`document.querySelector("[data-action=hand-%s]").click() ?? true`, action))
	wait[bool](p, fmt.Sprintf(`document.querySelectorAll("#your-turn .lane li").length === %d && !document.querySelector("#your-turn [data-action][aria-disabled=true]")`, answers))
}

// statuses are the answers to a scheme, in order.
func (p *page) statuses(scheme string) string {
	p.t.Helper()
	return ask[string](p, fmt.Sprintf(`[...document.querySelectorAll("#your-turn [data-scheme=%s] li")].map((li) => li.dataset.status).join(" ")`, scheme))
}

func (p *page) expectStatuses(want map[string]string) {
	p.t.Helper()
	for scheme, statuses := range want {
		if got := p.statuses(scheme); got != statuses {
			p.t.Errorf("%s: %s, want %s", scheme, got, statuses)
		}
	}
}

func TestAReaderChangesATokenAndSendsIt(t *testing.T) {
	p := openWalkthrough(t, "/?lang=en#the-signed-letter", 1280, 1024)
	p.hand("login", 0)
	p.hand("send", 1)
	p.hand("role", 1)
	if says := ask[string](p, `document.querySelector(".token-says").textContent`); says != "It says: bob, user, admin." {
		t.Errorf("%q", says)
	}
	p.hand("send", 2)
	p.hand("character", 2)
	p.hand("send", 3)
	p.hand("undo", 3)
	p.hand("send", 4)
	p.expectStatuses(map[string]string{"token-stateless": "403 401 401 403"})
}

func TestAnOldCookieIsSentAgainAfterTheLogout(t *testing.T) {
	p := openWalkthrough(t, "/?lang=en#leaving", 1280, 1024)
	p.hand("login", 0)
	p.hand("ask", 4)
	p.hand("logout", 8)
	p.hand("again", 12)
	p.expectStatuses(map[string]string{
		"session-redis": "200 204 401", "session-cookie": "200 204 200", "token-stateless": "200 204 200", "token-revocable": "200 204 401",
	})
	p.expectContrast("with the old ones")
}

func TestAReaderIsTheThief(t *testing.T) {
	p := openWalkthrough(t, "/?lang=en#thieves-and-forgers", 1280, 1024)
	p.hand("login", 0)
	p.hand("thief", 4)
	p.hand("copy", 4)
	p.hand("thief", 8)
	p.hand("logout", 12)
	p.hand("thief", 16)
	p.expectStatuses(map[string]string{
		"session-redis": "401 200 204 401", "session-cookie": "401 200 204 200", "token-stateless": "401 200 204 200", "token-revocable": "401 200 204 401",
	})
}

func TestAReaderAsksTheSecondServiceAndCutsItsWayHome(t *testing.T) {
	p := openWalkthrough(t, "/?lang=en#other-desks-and-other-pages", 1280, 1024)
	p.hand("login", 0)
	p.hand("reports", 3)
	calls := ask[[]string](p, `[...document.querySelectorAll("#your-turn .lane li")].map((li) => li.dataset.by)`)
	if !slices.Contains(calls, "calls: 1") {
		t.Errorf("of calls home the page says %q", calls)
	}
	p.hand("cut", 3)
	p.hand("reports", 6)
	p.expectStatuses(map[string]string{"session-redis": "200 503", "token-stateless": "200 200", "token-revocable": "200 503"})
	ask[bool](p, `(location.hash = "#the-bill", true)`)                               // and what was cut is mended
	waitThere[bool](p, `document.querySelector("lab-stage").lab.faults.length === 0`) // no change of the document may tell it
}

func TestPermissionsGrowUntilTheyDoNotFit(t *testing.T) {
	p := openWalkthrough(t, "/?lang=en#in-your-hand", 1280, 1024)
	wait[bool](p, `document.getElementById("permissions") !== null`)
	for i, n := range []int{1, 100, 500} {
		ask[bool](p, fmt.Sprintf(`(() => {
			const slider = document.getElementById("permissions");
			slider.value = %d;
			for (const type of ["input", "change"]) slider.dispatchEvent(new Event(type));
			return true;
		})()`, n))
		wait[bool](p, fmt.Sprintf(`document.querySelectorAll("#your-turn .lane li").length === %d`, 3*(i+1)))
	}
	p.expectStatuses(map[string]string{"session-redis": "200 200 200", "session-cookie": "200 200 500", "token-stateless": "200 200 200"})
	ask[bool](p, `(location.hash = "#leaving", true)`) // and alice has her own roles again
	waitThere[bool](p, `document.querySelector("lab-stage").lab.accountNamed("alice").roles.length === 2`)
}

func TestTheWayToRedisIsALever(t *testing.T) {
	p := openWalkthrough(t, "/?lang=en#the-bill", 1280, 1024)
	wait[bool](p, `document.getElementById("distance") !== null`)
	if lines := ask[string](p, `[...document.querySelectorAll("#your-turn .curve-lines li, #your-turn .curve-axis")].map(({ textContent }) => textContent).join(", ")`); lines != "session-memory, session-redis, token-stateless, token-revocable, time of a request, how far away Redis is →" {
		t.Errorf("the lines and axes are called %q", lines)
	}
	ask[bool](p, `(() => {
		const slider = document.getElementById("distance");
		slider.value = 6;
		for (const type of ["input", "change"]) slider.dispatchEvent(new Event(type));
		return true;
	})()`)
	took := func(scheme string) float64 {
		t.Helper()
		return wait[float64](p, fmt.Sprintf(`parseFloat(document.querySelector(".took-each dt[data-scheme=%s] + dd")?.textContent) + 0.001`, scheme))
	}
	for scheme, isFar := range map[string]bool{"session-redis": true, "token-revocable": true, "token-stateless": false, "session-memory": false} {
		if ms := took(scheme); (ms >= 6) != isFar {
			t.Errorf("%s took %.2f ms with Redis 6 ms away", scheme, ms)
		}
	}
	ask[bool](p, `(location.hash = "#leaving", true)`)
	waitThere[bool](p, `document.querySelector("lab-stage").lab.faults.length === 0`) // no change of the document may tell it
}
