package experiment

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"authlab/lab/experiment/texts"
)

// elsewhere is a target at another address, whose clock can be moved.
type elsewhere struct {
	Target
	url     string
	advance func(time.Duration)
}

func (e elsewhere) URL() string { return e.url }

func (e elsewhere) Advance(_ context.Context, d time.Duration) error {
	e.advance(d)
	return nil
}

func TestTheDeviceThatLogsOutEverywhereSharesNoReplicaWithTheOthers(t *testing.T) {
	for replicas := 1; replicas <= 16; replicas++ {
		for device := range 3 {
			at := deviceReplica(device, replicas)
			if at < 0 || at >= replicas || (device > 0 && replicas > 1 && at == deviceReplica(0, replicas)) {
				t.Errorf("device %d of 3 sits at replica %d of %d", device, at, replicas)
			}
		}
	}
	if deviceReplica(1, 3) == deviceReplica(2, 3) {
		t.Error("two devices share a replica although there are three")
	}
}

func TestCellsAreToldByStatuses(t *testing.T) {
	for _, tt := range []struct {
		experiment string
		cell       interface{ outcome() Outcome }
		want       string
	}{
		{"stolen", theft{before: 200, after: 200}, "in, stays in"},
		{"stolen", theft{before: 200, after: 401}, "in, then out"},
		{"stolen", theft{before: 200, after: 503}, "200, then 503"},
		{"stolen", theft{before: 401, after: 401}, "never in"},

		{"refresh-reuse", replay{late: 401, newest: 401}, "family dies"},
		{"refresh-reuse", replay{late: 401, newest: 200}, "only the late one is refused"},
		{"refresh-reuse", replay{late: 200, newest: 200}, "works twice"},
		{"refresh-reuse", replay{late: 200, newest: 401}, "works twice"},
		{"refresh-reuse", replay{late: 503, newest: 200}, "503, then 200"},

		{"clock-skew", &drift{newElsewhere: 200, oldAtFast: 200, early: 200, late: 401}, "no difference"},
		{"clock-skew", &drift{newElsewhere: 200, oldAtFast: 200, early: 401, late: 401}, "ends early"},
		{"clock-skew", &drift{newElsewhere: 200, oldAtFast: 200, early: 200, late: 200}, "ends late"},
		{"clock-skew", &drift{newElsewhere: 401, oldAtFast: 200, early: 401, late: 200}, "refused elsewhere, ends early or late"},
		{"clock-skew", &drift{newElsewhere: 200, oldAtFast: 401, early: 401, late: 401}, "refused by the fast one, ends early"},
	} {
		if got := tt.cell.outcome().In(texts.Must(texts.English), tt.experiment); got != tt.want {
			t.Errorf("%s, %+v: %q, want %q", tt.experiment, tt.cell, got, tt.want)
		}
	}
}

func TestPinningToAReplicaKeepsTheLoginAndDropsTheBalancersCookie(t *testing.T) {
	turn := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("pinned"); err == nil {
			t.Error("the balancer's cookie came back, so that it would have had to stay where it is")
		}
		if c, err := r.Cookie(SessionRedis); err != nil || c.Value != "the-login" {
			t.Errorf("the login's cookie is %v, %v", c, err)
		}
		turn++
		name := fmt.Sprintf("app-%d", turn%3+1)
		http.SetCookie(w, &http.Cookie{Name: "pinned", Value: name})
		w.Header().Set("X-Served-By", name)
	}))
	defer server.Close()
	user := newTrial(elsewhere{url: server.URL}, 3).User(SessionRedis)
	user.SetCredential("the-login")
	for _, replica := range []string{"app-3", "app-3", "app-1"} {
		if err := user.PinTo(t.Context(), replica); err != nil || user.cookies["pinned"] != replica {
			t.Errorf("pin to %s: %v, and the cookie is for %s", replica, err, user.cookies["pinned"])
		}
	}
	if err := user.PinTo(t.Context(), "app-9"); err == nil || !strings.Contains(err.Error(), "app-9 did not answer") {
		t.Errorf("a replica that is not there: %v", err)
	}
}

func TestHowLongALoginLastsIsFoundByAsking(t *testing.T) {
	passed := time.Duration(0)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if lasts, err := time.ParseDuration(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")); err != nil || passed >= lasts {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer server.Close()
	target := elsewhere{url: server.URL, advance: func(d time.Duration) { passed += d }}
	trial := newTrial(target, 3)
	users := map[string]*User{}
	for name, lasts := range map[string]string{"not at all": "0s", "a quarter": "15m", "a bit more": "16m", "for ever": "999h"} {
		users[name] = trial.User(TokenStateless)
		users[name].Access = lasts
	}
	ended, err := loginDurations(t.Context(), target, users, 15*time.Minute, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]time.Duration{
		"not at all": 0, "a quarter": 15 * time.Minute, "a bit more": 30 * time.Minute, "for ever": time.Hour,
	} {
		if got, ok := ended[name]; !ok || got != want {
			t.Errorf("%s: refused after %s, want %s", name, got, want)
		}
	}
}

func TestSurprisesAreToldToo(t *testing.T) {
	for _, tt := range []struct {
		experiment string
		outcome    Outcome
		want       string
		means      Meaning
	}{
		{"http-forgets", passwordCheckedOn(1), "password checked on 1 of 5 pages", Costs},
		{"http-forgets", strangerGets(200), "a stranger gets 200", Dangerous},
		{"http-forgets", strangerGets(503), "a stranger gets 503", CantTell},
		{"concurrent-refresh", newPairs(0), "0 win", Lost},
		{"concurrent-refresh", newPairs(1), "1 wins", Kept},
		{"concurrent-refresh", newPairs(50), "50 win", Dangerous},
		{"key-rotation", refusedBy(0, 4, 4), "none / all", Lost},
		{"key-rotation", refusedBy(1, 3, 4), "1 of 4 / 3 of 4", Lost},
		{"logout-everywhere", devicesOut(0), "none", Dangerous},
		{"logout-everywhere", devicesOut(2), "2 of 3", Dangerous},
		{"logout-everywhere", devicesOut(3), "all", Kept},
		{"password-change", thievesAre(401, 401), "out", Kept},
		{"password-change", thievesAre(401, 200), "out; logged in at another replica: stays in", Dangerous},
		{"password-change", thievesAre(503, 503), "503", CantTell},
		{"third-device", devicesIn(false, true), "the oldest is out", Kept},
		{"third-device", devicesIn(true, true), "all are in", Dangerous},
		{"third-device", devicesIn(true, false), "the newest is refused", Lost},
		{"open-socket", streamEnds(goesOn, goesOn, goesOn), "goes on", Dangerous},
		{"open-socket", streamEnds(goesOn, time.Minute, goesOn), "never asked: goes on; asked: ends within 60 s; told: goes on", Dangerous},
		{"open-socket", streamEnds(goesOn, 0, 0), "never asked: goes on; asked: ends at once; told: ends at once", Kept},
		{"remember-me", afterReopening("by-max-age", 200, 503), "kept; with Max-Age 503", CantTell},
		{"remember-me", afterReopening("by-storage", 401, 401), "gone from sessionStorage; gone in localStorage", Lost},
		{"introspection", asksHome(10, 0), "10 calls, believed 0 s", Costs},
		{"introspection", asksHome(1, 60), "1 call, believed 60 s", Dangerous},
		{"introspection", checksItself(0, false), "0 calls, believed 0 s", Kept},
		{"cached-session", lookedUp(1, 0), "1 lookup, out at once", Kept},
		{"cached-session", lookedUp(3, goesOn), "3 lookups, in for longer", Dangerous},
		{"backend-for-frontend", compromise{pages: 10, lookups: 10}.outcome(), "looks up every page, out at once", Costs},
		{"backend-for-frontend", compromise{pages: 10, lookups: 3}.outcome(), "few lookups, out at once", Kept},
		{"backend-for-frontend", compromise{pages: 20, lookups: 10}.outcome(), "few lookups, out at once", Kept},
		{"backend-for-frontend", compromise{pages: 10, lookups: 10, in: goesOn}.outcome(), "looks up every page, in for longer", Dangerous},
		{"backend-for-frontend", compromise{pages: 10, lookups: 10, in: time.Minute, behind: goesOn}.outcome(), "looks up every page, in for longer", Dangerous},
		{"backend-for-frontend", compromise{pages: 10, lookups: 10, behind: goesOn}.outcome(), "looks up every page; cookie ends at once, stored token stays good", Dangerous},
		{"kid-storm", stormed(101, true), "a call home for each of 1,000 tokens", Dangerous},
		{"kid-storm", stormed(5, false), "the new key is not noticed", Lost},
		{"in-the-log", logged(false, false, 0), "not in the log; from the address: not in the log", Kept},
		{"in-the-log", logged(true, true, 200), "in the log, and good (200); from the address: in the log, and good (200)", Dangerous},
		{"in-the-log", logged(false, true, 401), "not in the log; from the address: in the log, then 401", Kept},
		{"redis-down", duringOutage(Answer{Status: 200}, 200), "stays", Kept},
		{"redis-down", duringOutage(Answer{Status: 503}, 401), "503, and 401 when Redis was back", Lost},
		{"redis-down", duringOutage(Answer{Status: 401, SetCookie: true}, 401), "logged out, and the cookie was touched, and 401 when Redis was back", Lost},
		{"redis-back", backWithDataThenEmpty(tokensWithData(200, 401), revokedWhenEmpty(200)), "stays; revoked tokens live again", Dangerous},
		{"redis-back", backWithDataThenEmpty(tokensWithData(200, 200), revokedWhenEmpty(200)),
			"stays, but the revoked token is 200; revoked tokens live again", Dangerous},
		{"redis-back", revokedWhenEmpty(401), "revoked tokens are 401", Kept},
	} {
		if got := tt.outcome.In(texts.Must(texts.English), tt.experiment); got != tt.want || tt.outcome.Means != tt.means {
			t.Errorf("%s: %q, %s, want %q, %s", tt.experiment, got, tt.outcome.Means, tt.want, tt.means)
		}
	}
}
