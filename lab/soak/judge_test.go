package soak

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"authlab/web/scheme"
)

// epoch is second 0 of these tests.
var epoch = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// sec is a span from one second to another.
func sec(from, to float64) span {
	at := func(s float64) time.Time { return epoch.Add(time.Duration(s * float64(time.Second))) }
	if to < 0 {
		return span{from: at(from)}
	}
	return span{at(from), at(to)}
}

// testTicket is alice's, of second 10, made at app-1. A token lives for 15 minutes.
func testTicket(name string) *ticket {
	row, _ := scheme.Named(name)
	t := &ticket{
		scheme: row, user: "alice", signed: sec(10, 10.1), home: "app-1", begun: sec(10, 10).from, used: sec(10, 10).from,
		login: &login{began: sec(10, 10.1), refresh: "r"},
		cart:  &cart{map[string]bool{"saved": true, "maybe": false}},
	}
	if row.Credential == scheme.Bearer || name == scheme.TokenCookie {
		t.issued, t.exp = sec(10, 10).from, sec(910, 910).from
	}
	return t
}

// get is a request of seconds 20 to 20.1 and its right answer.
func get(name string, what action) exchange {
	t := testTicket(name)
	e := exchange{at: sec(20, 20.1), scheme: t.scheme, action: what, user: "alice", ticket: t, sure: t.cart.sure(), status: 200, replica: "app-1"}
	if what == logout {
		e.status = http.StatusNoContent
	}
	e.body.User.Name, e.body.Scheme, e.body.Items = "alice", name, []string{"saved"}
	return e
}

func TestJudgeReportsWhatBreaksAnInvariantAndNothingElse(t *testing.T) {
	const redis, memory, cookie = scheme.SessionRedis, scheme.SessionMemory, scheme.SessionCookie
	const stateless, revocable = scheme.TokenStateless, scheme.TokenRevocable
	type change = func(*world, *exchange)
	status := func(s int) change { return func(_ *world, e *exchange) { e.status = s } }
	at := func(from, to float64) change { return func(_ *world, e *exchange) { e.at = sec(from, to) } }
	by := func(replica string) change { return func(_ *world, e *exchange) { e.replica = replica } }
	flushed := func(s span) change { return func(w *world, _ *exchange) { w.flushes = append(w.flushes, s) } }
	lostKeys := func(s span) change { return func(w *world, _ *exchange) { w.keyLosses = append(w.keyLosses, s) } }
	outage := func(s span) change { return func(w *world, _ *exchange) { w.outages = append(w.outages, s) } }
	down := func(s span) change { return func(w *world, _ *exchange) { w.downs = append(w.downs, s) } }
	ahead := func(s span, by time.Duration) change {
		return func(w *world, _ *exchange) { w.ahead = append(w.ahead, move{s, by}) }
	}
	skew := func(i int, by time.Duration) change {
		return func(w *world, _ *exchange) {
			w.replicas[i].skews = append(w.replicas[i].skews, move{sec(12, 12.1), by})
		}
	}
	killed := func(i int, s span) change {
		return func(w *world, _ *exchange) {
			w.replicas[i].kills, w.replicas[i].troubles = spans{s}, spans{span{from: s.from}}
		}
	}
	silent := func(i int, s span) change {
		return func(w *world, _ *exchange) { w.replicas[i].silences, w.replicas[i].troubles = spans{s}, spans{s} }
	}
	stalled := func(s span) change { return func(w *world, _ *exchange) { w.stalls = append(w.stalls, s) } }
	ended := func(surely bool) change { return func(_ *world, e *exchange) { e.ticket.end(sec(15, 15.1), surely) } }
	items := func(items ...string) change { return func(_ *world, e *exchange) { e.body.Items = items } }
	taken := func(_ *world, e *exchange) { e.cookieTaken = true }
	user := func(name string) change { return func(_ *world, e *exchange) { e.body.User.Name = name } }
	isAdmin := func(now, then bool) change {
		return func(_ *world, e *exchange) { e.admin, e.ticket.admin = now, then }
	}

	for _, tt := range []struct {
		name    string
		e       exchange
		changes []change
		want    string // the invariant; empty: none is broken
	}{
		{"served as herself", get(redis, me), nil, ""},
		{"served as another", get(redis, me), []change{user("bob")}, NoOther},
		{"another's page of an admin", get(redis, admin), []change{user("bob"), isAdmin(true, true)}, NoOther},
		{"another logged in", get(cookie, logIn), []change{user("bob")}, NoOther},
		{"her cart", get(redis, look), nil, ""},
		{"another's item", get(redis, look), []change{items("saved", "theirs")}, NoOther},
		{"an item whose answer was lost is there", get(redis, look), []change{items("saved", "maybe")}, ""},
		{"an item twice", get(redis, look), []change{items("saved", "maybe", "maybe")}, Once},
		{"a saved item gone", get(redis, look), []change{items("maybe")}, Saved},
		{"an item that was answered and is not there", get(stateless, add), []change{func(_ *world, e *exchange) { e.item = "maybe" }}, Saved},
		{"an item that was answered and is there", get(stateless, add), []change{items("saved", "maybe"), func(_ *world, e *exchange) { e.item = "maybe" }}, ""},

		{"a valid session refused", get(redis, me), []change{status(401)}, Valid},
		{"a right password refused", get(redis, logIn), []change{status(401)}, Valid},
		{"a password of every request refused", get(scheme.Basic, me), []change{status(401)}, Valid},
		{"refused after Redis was emptied", get(redis, me), []change{status(401), flushed(sec(12, 12.1))}, ""},
		{"accepted after Redis was emptied", get(redis, me), []change{flushed(sec(12, 12.1))}, Ended},
		{"refused while Redis is emptied", get(redis, me), []change{status(401), flushed(sec(20.05, -1))}, ""},
		{"accepted while Redis is emptied", get(redis, me), []change{flushed(sec(20.05, -1))}, ""},
		{"Redis was emptied before the login", get(redis, me), []change{status(401), flushed(sec(8, 9))}, Valid},
		{"Redis was emptied during the login, refused", get(redis, me), []change{status(401), flushed(sec(9, 10.05))}, ""},
		{"Redis was emptied during the login, accepted", get(redis, me), []change{flushed(sec(9, 10.05))}, ""},
		{"Redis was emptied after the answer", get(redis, me), []change{status(401), flushed(sec(21, 22))}, Valid},
		{"a cookie needs no Redis", get(cookie, me), []change{status(401), flushed(sec(12, 12.1))}, Valid},
		{"refused after half an hour", get(redis, me), []change{status(401), ahead(sec(12, 12.1), 31*time.Minute)}, ""},
		{"refused after twenty minutes", get(redis, me), []change{status(401), ahead(sec(12, 12.1), 20*time.Minute)}, Valid},
		{"refused when half an hour may have passed", get(redis, me), []change{status(401), ahead(sec(20, -1), 31*time.Minute)}, ""},

		{"a valid token refused", get(stateless, me), []change{status(401)}, Valid},
		{"an expired token refused", get(stateless, me), []change{status(401), at(911, 911.1)}, ""},
		{"an expired token accepted", get(stateless, me), []change{at(911, 911.1)}, Ended},
		{"a token refused as it expires", get(stateless, me), []change{status(401), at(909.9, 910.1)}, ""},
		{"a token accepted as it expires", get(stateless, me), []change{at(909.9, 910.1)}, ""},
		{"expired by the lab's clock", get(stateless, me), []change{ahead(sec(12, 12.1), 15*time.Minute)}, Ended},
		{"expired by this replica's clock", get(stateless, me), []change{status(401), skew(0, 15*time.Minute)}, ""},
		{"expired by another replica's clock", get(stateless, me), []change{status(401), skew(1, 15*time.Minute)}, Valid},
		{"issued in the future of this replica", get(stateless, me), []change{status(401), skew(0, -2*time.Minute)}, ""},
		{"accepted from the future", get(stateless, me), []change{skew(0, -2*time.Minute)}, Ended},
		{"refused after its key was lost", get(stateless, me), []change{status(401), lostKeys(sec(12, 12.1))}, ""},
		{"accepted after its key was lost", get(stateless, me), []change{lostKeys(sec(12, 12.1))}, Ended},
		{"a cookie accepted after its key was lost", get(cookie, me), []change{lostKeys(sec(12, 12.1))}, Ended},
		{"a session needs no key", get(redis, me), []change{status(401), lostKeys(sec(12, 12.1))}, Valid},

		{"logged out and accepted", get(redis, me), []change{ended(true)}, Ended},
		{"logged out and refused", get(redis, me), []change{status(401), ended(true)}, ""},
		{"perhaps logged out and accepted", get(redis, me), []change{ended(false)}, ""},
		{"perhaps logged out and refused", get(redis, me), []change{status(401), ended(false)}, ""},
		{"on the denylist and accepted", get(revocable, me), []change{ended(true)}, Ended},
		{"on a denylist that was lost, accepted", get(revocable, me), []change{ended(true), flushed(sec(16, 17))}, ""},
		{"on a denylist that was lost, refused", get(revocable, me), []change{status(401), ended(true), flushed(sec(16, 17))}, Valid},
		{"logged out without a denylist, accepted", get(stateless, me), []change{ended(true)}, ""},
		{"logged out without a denylist, refused", get(stateless, me), []change{status(401), ended(true)}, Valid},
		{"a cookie that was logged out is good", get(cookie, me), []change{status(401), ended(true)}, Valid},
		{"a refresh token works", get(stateless, refresh), nil, ""},
		{"a refresh token refused", get(stateless, refresh), []change{status(401)}, Valid},
		{"a refresh token of a login that has ended", get(stateless, refresh), []change{ended(true)}, Ended},
		{"a refresh token that was lost", get(stateless, refresh), []change{status(401), flushed(sec(12, 13))}, ""},
		{"a lost refresh token works", get(stateless, refresh), []change{flushed(sec(12, 13))}, Ended},

		{"a memory refused at its home", get(memory, me), []change{status(401)}, Valid},
		{"a memory refused elsewhere", get(memory, me), []change{status(401), by("app-2")}, ""},
		{"a memory known elsewhere", get(memory, me), []change{by("app-2")}, Ended},
		{"a memory refused after its home was killed", get(memory, me), []change{status(401), killed(0, sec(12, 12.1))}, ""},
		{"a memory known after its home was killed", get(memory, me), []change{killed(0, sec(12, 12.1))}, Ended},
		{"a memory refused after another was killed", get(memory, me), []change{status(401), killed(1, sec(12, 12.1))}, Valid},

		{"503 while Redis is away", get(redis, me), []change{status(503), outage(sec(19, -1))}, ""},
		{"503 without a cause", get(redis, me), []change{status(503)}, Returns},
		{"503 of a lane without Redis", get(stateless, me), []change{status(503), outage(sec(19, -1))}, Returns},
		{"503 of a login that keeps tokens", get(stateless, logIn), []change{status(503), outage(sec(19, -1))}, ""},
		{"503 of a login that keeps nothing", get(scheme.TokenCookie, logIn), []change{status(503), outage(sec(19, -1))}, Returns},
		{"503 within a second of the mending", get(redis, me), []change{status(503), outage(sec(15, 20.05))}, ""},
		{"503 later", get(redis, me), []change{status(503), outage(sec(15, 19.9))}, Returns},
		{"503 after a second", get(redis, me), []change{status(503), outage(sec(19, -1)), at(20, 21.1)}, Soon},
		{"503 after a second at a silent replica", get(redis, me), []change{status(503), outage(sec(19, -1)), at(20, 21.1), silent(1, sec(19, 20.2))}, ""},
		{"503 after a second more than that", get(redis, me), []change{status(503), outage(sec(19, -1)), at(20, 21.3), silent(1, sec(19, 20.2))}, Soon},
		{"503 after a second of which the machine took some", get(redis, me), []change{status(503), outage(sec(19, -1)), at(20, 21.1), stalled(sec(20.5, 20.7))}, ""},
		{"503 after more than that", get(redis, me), []change{status(503), outage(sec(19, -1)), at(20, 21.3), stalled(sec(20.5, 20.7))}, Soon},
		{"503 without a cause but that of the machine", get(redis, me), []change{status(503), at(20, 21), stalled(sec(20.2, 20.7))}, ""},
		{"503 after a replica was killed under it", get(redis, me), []change{status(503), outage(sec(19, -1)), at(20, 21.9), killed(1, sec(21, 21.1))}, ""},
		{"401 while Redis is stopped", get(redis, me), []change{status(401), outage(sec(19, -1)), down(sec(19.1, -1)), flushed(sec(12, 13))}, Outage},
		{"200 while Redis is stopped", get(revocable, me), []change{outage(sec(19, -1)), down(sec(19.1, -1))}, Outage},
		{"200 as Redis is stopped", get(revocable, me), []change{outage(sec(19, -1)), down(sec(20.05, -1))}, ""},
		{"200 as Redis comes back", get(revocable, me), []change{outage(sec(19, -1)), down(sec(19.1, 20.05))}, ""},
		{"204 while Redis is stopped", get(redis, logout), []change{outage(sec(19, -1)), down(sec(19.1, -1))}, Outage},
		{"a lane without Redis while it is stopped", get(stateless, me), []change{outage(sec(19, -1)), down(sec(19.1, -1))}, ""},

		{"a cookie taken by an outage", get(redis, me), []change{status(503), outage(sec(19, -1)), taken}, Cookie},
		{"a cookie taken by a refusal", get(memory, me), []change{status(401), by("app-2"), taken}, Cookie},
		{"a cookie taken by a logout", get(redis, logout), []change{taken}, ""},
		{"a cookie taken by a logout at another replica", get(memory, logout), []change{status(401), by("app-2"), taken}, ""},
		{"a cookie taken by a logout that was refused", get(stateless, logout), []change{status(401), at(911, 911.1), taken}, Cookie},
		{"a logout at another replica that says it ended something", get(memory, logout), []change{by("app-2")}, Ended},
		{"a memory logged out at its home", get(memory, logout), []change{taken}, ""},
		{"a cookie taken by a logout that failed", get(redis, logout), []change{status(503), outage(sec(19, -1)), taken}, Cookie},

		{"502 of a GET while one is dead", get(redis, me), []change{status(502), killed(0, sec(20, 20.05))}, Returns},
		{"502 of a GET while all are in trouble", get(redis, me), []change{status(502), killed(0, sec(20, 20.05)), silent(1, sec(19, -1)), silent(2, sec(19, 20))}, ""},
		{"502 of a POST as a replica is killed", get(redis, add), []change{status(502), killed(0, sec(20, 20.05))}, ""},
		{"502 of a POST after that", get(redis, add), []change{status(502), killed(0, sec(19, 19.9))}, Returns},
		{"504 of a POST at a silent replica", get(redis, add), []change{status(504), silent(0, sec(19, -1))}, ""},
		{"504 of a POST without one", get(redis, add), []change{status(504)}, Returns},
		{"504 of a GET while others answer", get(redis, me), []change{status(504), silent(0, sec(19, -1))}, Returns},
		{"half an answer of a replica that is killed", get(redis, me), []change{status(0), killed(0, sec(20, 20.05))}, ""},
		{"half an answer", get(redis, me), []change{status(0)}, Returns},
		{"500", get(redis, me), []change{status(500), outage(sec(19, -1))}, Returns},
		{"429", get(redis, logIn), []change{status(429)}, Valid},
		{"409", get(redis, add), []change{status(409)}, Valid},

		{"an admin", get(redis, admin), []change{isAdmin(true, false)}, ""},
		{"an admin refused", get(redis, admin), []change{status(403), isAdmin(true, false)}, Roles},
		{"no admin any more", get(redis, admin), []change{status(403), isAdmin(false, true)}, ""},
		{"no admin any more, and let in", get(redis, admin), []change{isAdmin(false, true)}, Roles},
		{"an admin by token", get(stateless, admin), []change{isAdmin(false, true)}, ""},
		{"not yet an admin by token", get(stateless, admin), []change{isAdmin(true, false)}, Roles},
		{"an admin by cookie", get(cookie, admin), []change{isAdmin(false, true)}, ""},
		{"403 of another page", get(redis, me), []change{status(403)}, Valid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(3)
			for i := range w.replicas[3:] { // those that are not there were never there
				w.replicas[3+i].troubles[0].from = time.Time{}
			}
			for _, change := range tt.changes {
				change(w, &tt.e)
			}
			got := ""
			if b := w.judge(tt.e, 2*time.Second); b != nil && !b.machine {
				got = b.Invariant
			}
			if got != tt.want {
				t.Errorf("broken: %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAScriptIsTheSameForTheSameSeedAndLeavesAReplicaAlive(t *testing.T) {
	events := func(seed uint64) (all []string) {
		s := newScript(seed, 3)
		for range 2000 {
			e := s.next()
			all = append(all, fmt.Sprint(e, e.pause))
			if s.whole() < 1 || len(s.broken) > mostBroken || s.replicas < 2 || s.replicas > mostReplicas {
				t.Fatalf("seed %d: %v with %d replicas", seed, s.broken, s.replicas)
			}
		}
		return all
	}
	if !slices.Equal(events(7), events(7)) {
		t.Error("the same seed gave other events")
	}
	if slices.Equal(events(7), events(8)) {
		t.Error("another seed gave the same events")
	}
}

func TestChoicesAreTheSameForTheSameSeed(t *testing.T) {
	choices := func(seed uint64, number int) (all []choice) {
		p := newPerson(&soak{config: Config{Seed: seed, People: 3}}, number)
		for range 200 {
			all = append(all, draw(p.random))
		}
		return all
	}
	if !slices.Equal(choices(7, 1), choices(7, 1)) {
		t.Error("the same seed gave other choices")
	}
	if slices.Equal(choices(7, 1), choices(7, 2)) || slices.Equal(choices(7, 1), choices(8, 1)) {
		t.Error("another person, or another seed, gave the same choices")
	}
}

func TestWhatHasNotComeBackIsTold(t *testing.T) {
	before := resources{10, 20, 1 << 20}
	for name, tt := range map[string]struct {
		after resources
		want  bool
	}{
		"nothing": {before, false}, "goroutines": {resources{11, 20, 1 << 20}, true}, "descriptors": {resources{10, 21, 1 << 20}, true},
		"memory": {resources{10, 20, 18 << 20}, true}, "what libraries keep": {resources{9, 19, 16 << 20}, false},
	} {
		if got := tt.after.missing(before); (got != "") != tt.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
