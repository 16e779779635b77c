package embedded_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// handMade are recordings as a lab writes them, short enough to be read. They are for what no experiment of today records.
const handMade = `
	const login = (scheme, replica, given, extra = {}) => ({ kind: "request", scheme, client: "alice", action: "login", method: "POST", policy: "round-robin",
		replica, status: 200, duration_ms: 62, credential: { kind: "password" }, given, lookups: [{ where: "users", result: "found", ms: 0.1 }, { where: "hash", result: "good", ms: 61 }], ...extra });
	const page = (scheme, replica, status, credential, lookups, extra = {}) => ({ kind: "request", scheme, client: "alice", action: "page", method: "GET", path: "/me", policy: "round-robin",
		replica, status, duration_ms: 0.8, credential, lookups, ...extra });
	const ticket = (id) => ({ kind: "session-id", id, bytes: 43 });
	const letter = (id) => ({ kind: "token", id, kid: "k1", bytes: 600, expires_in: 900 });
	const look = (where, result, ms = 0.05) => ({ where, result, ms });
	const numbered = (beats) => beats.map((beat, i) => ({ at_ms: i, ...beat }));
	const M = "session-memory", R = "session-redis", T = "token-stateless", V = "token-revocable", C = "session-cookie";
	window.recordings = {
		"round-robin": { replicas: 3, totals: [], beats: numbered([
			login(M, "app-1", ticket("306f1a2b")), login(R, "app-2", ticket("91c07733")), login(T, "app-3", letter("7d2e9900")),
			...Array.from({ length: 30 }, (_, i) => {
				const desk = "app-" + ((i + 1) % 3 + 1);
				return [
					page(M, desk, desk === "app-1" ? 200 : 401, ticket("306f1a2b"), [look("replica", desk === "app-1" ? "found" : "missing")]),
					page(R, desk, 200, ticket("91c07733"), [look("redis", "found", 0.2)]),
					page(T, desk, 200, letter("7d2e9900"), [look("signature", "good")]),
				];
			}).flat(),
		]) },
		"redis-down": { replicas: 3, totals: [], beats: numbered([
			login(M, "app-1", ticket("306f1a2b"), { policy: "sticky" }), login(R, "app-2", ticket("91c07733")), login(T, "app-3", letter("7d2e9900")), login(V, "app-3", letter("5a0b9900")),
			{ kind: "break", fault: "redis-stopped" },
			page(M, "app-1", 200, ticket("306f1a2b"), [look("replica", "found")], { policy: "sticky" }), page(R, "app-3", 503, ticket("91c07733"), [look("redis", "no-answer", 500)], { duration_ms: 501 }),
			page(T, "app-2", 200, letter("7d2e9900"), [look("signature", "good")]), page(V, "app-2", 503, letter("5a0b9900"), [look("signature", "good"), look("denylist", "no-answer", 500)]),
			{ kind: "mend", fault: "redis-stopped" },
			page(M, "app-1", 200, ticket("306f1a2b"), [look("replica", "found")], { policy: "sticky" }), page(R, "app-1", 200, ticket("91c07733"), [look("redis", "found", 0.2)]),
			page(T, "app-2", 200, letter("7d2e9900"), [look("signature", "good")]), page(V, "app-2", 200, letter("5a0b9900"), [look("signature", "good"), look("denylist", "missing")]),
		]) },
		"sticky-replica-dies": { replicas: 3, totals: [], beats: numbered([
			login(M, "app-2", ticket("306f1a2b"), { policy: "sticky" }), login(R, "app-2", ticket("91c07733"), { policy: "sticky" }), login(T, "app-2", letter("7d2e9900"), { policy: "sticky" }),
			...Array.from({ length: 10 }, () => [
				page(M, "app-2", 200, ticket("306f1a2b"), [look("replica", "found")], { policy: "sticky" }), page(R, "app-2", 200, ticket("91c07733"), [look("redis", "found")], { policy: "sticky" }),
				page(T, "app-2", 200, letter("7d2e9900"), [look("signature", "good")], { policy: "sticky" })]).flat(),
			{ kind: "break", fault: "replica-killed:app-2" },
			page(M, "app-3", 401, ticket("306f1a2b"), [look("replica", "missing")], { policy: "sticky" }), page(R, "app-3", 200, ticket("91c07733"), [look("redis", "found")], { policy: "sticky" }),
			page(T, "app-1", 200, letter("7d2e9900"), [look("signature", "good")], { policy: "sticky" }),
			{ kind: "mend", fault: "replica-killed:app-2" },
		]) },
		"logout": { replicas: 3, totals: [], beats: numbered([
			login(R, "app-1", ticket("91c07733")), login(C, "app-2", { kind: "signed-cookie", bytes: 210 }), login(T, "app-3", letter("7d2e9900")), login(V, "app-3", letter("5a0b9900")),
			{ kind: "copy", scheme: R, client: "alice-2", from: "alice" }, { kind: "copy", scheme: C, client: "alice-2", from: "alice" }, { kind: "copy", scheme: T, client: "alice-2", from: "alice" }, { kind: "copy", scheme: V, client: "alice-2", from: "alice" },
			page(R, "app-2", 200, ticket("91c07733"), [look("redis", "found")]),
			page(R, "app-3", 204, ticket("91c07733"), [look("redis", "")], { action: "logout", method: "POST", taken: true }),
			page(C, "app-2", 204, { kind: "signed-cookie" }, [look("signature", "good")], { action: "logout", method: "POST", taken: true }),
			page(T, "app-2", 204, letter("7d2e9900"), [look("signature", "good"), look("denylist", "")], { action: "logout", method: "POST" }),
			page(V, "app-2", 204, letter("5a0b9900"), [look("signature", "good"), look("denylist", "")], { action: "logout", method: "POST" }),
			page(R, "app-1", 401, ticket("91c07733"), [look("redis", "missing")], { client: "alice-2" }),
			page(C, "app-1", 200, { kind: "signed-cookie" }, [look("signature", "good")], { client: "alice-2" }),
			page(T, "app-1", 200, letter("7d2e9900"), [look("signature", "good")], { client: "alice-2" }),
			page(V, "app-1", 401, letter("5a0b9900"), [look("signature", "good"), look("denylist", "found")], { client: "alice-2" }),
			{ kind: "advance", seconds: 901 },
			page(T, "app-1", 401, letter("7d2e9900"), [look("signature", "good")], { client: "alice-2", problem: "token-time" }),
		]) },
		"other-service": { replicas: 3, totals: [], beats: numbered([
			login(R, "app-1", ticket("91c07733")), login(T, "app-3", letter("7d2e9900")),
			...Array.from({ length: 3 }, () => [
				page(R, "", 200, ticket("91c07733"), [look("home", "found", 1)], { service: "reports" }), page(T, "", 200, letter("7d2e9900"), [look("signature", "good")], { service: "reports" })]).flat(),
			{ kind: "break", fault: "home-cut" },
			page(R, "", 503, ticket("91c07733"), [look("home", "no-answer", 1)], { service: "reports" }), page(T, "", 200, letter("7d2e9900"), [look("signature", "good")], { service: "reports" }),
			{ kind: "mend", fault: "home-cut" },
		]) },
	};`

// openFilm opens the walkthrough with a film on its stage: window.film.
func openFilm(t *testing.T, address string, width, height int64) *page {
	t.Helper()
	p := openWalkthrough(t, address, width, height)
	play[bool](p, handMade+`
		window.film = await (async () => { const { film } = document.querySelector("lab-stage"); await film.play(null, []); return film.loaded; })();
		return true;`)
	p.do(chromedp.EmulateViewport(width, height))
	return p
}
