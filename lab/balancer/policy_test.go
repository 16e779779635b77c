package balancer

import (
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// candidates makes app-1, app-2 and so on out of one letter each: 'x' is not available.
func candidates(live string) []candidate {
	var cs []candidate
	for i, c := range live {
		cs = append(cs, candidate{name: "app-" + strconv.Itoa(i+1), available: c != 'x'})
	}
	return cs
}

func TestRoundRobinTakesTurnsAndStepsOver(t *testing.T) {
	for _, tt := range []struct {
		live string
		want []int
	}{
		{"ooo", []int{0, 1, 2, 0, 1, 2}},
		{"oxo", []int{0, 2, 0, 2, 0, 2}}, // the share of the dead one is spread, not given to its neighbour
		{"xox", []int{1, 1, 1, 1, 1, 1}},
		{"xxx", []int{-1, -1, -1, -1, -1, -1}},
		{"", []int{-1, -1, -1, -1, -1, -1}},
	} {
		t.Run(tt.live, func(t *testing.T) {
			var p roundRobin
			var got []int
			for range tt.want {
				got = append(got, p.pick(httptest.NewRequest("GET", "/", nil), candidates(tt.live)))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("picked %v, want %v", got, tt.want)
			}
		})
	}
}

func TestStickyFollowsTheCookieWhileItCan(t *testing.T) {
	for _, tt := range []struct {
		name, cookie, live string
		want               int
	}{
		{"no cookie", "", "ooo", 0},
		{"other cookies only", "sid=app-3", "ooo", 0},
		{"names a replica", "a=b; authlab_replica=app-3", "ooo", 2},
		{"names one that is not available", "authlab_replica=app-3", "oox", 0},
		{"names an unknown one", "authlab_replica=app-9", "ooo", 0},
		{"is empty", "authlab_replica=", "ooo", 0},
		{"none is available", "authlab_replica=app-3", "xxx", -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			if tt.cookie != "" {
				r.Header.Set("Cookie", tt.cookie)
			}
			p := sticky{fallback: new(roundRobin)}
			if got := p.pick(r, candidates(tt.live)); got != tt.want {
				t.Errorf("picked %d, want %d", got, tt.want)
			}
		})
	}
}

func TestHashGivesAnAddressOneHomeAndThenTheFollowingOne(t *testing.T) {
	pick := func(addr, live string) int {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = addr + ":1234"
		return hashing{}.pick(r, candidates(live))
	}
	// FNV-1a, 32 bit, of "203.0.113.9" is 2647623402, which leaves 0 when divided by 3.
	for _, tt := range []struct {
		live string
		want int
	}{
		{"ooo", 0},
		{"xoo", 1},
		{"xxo", 2},
		{"oxx", 0},
		{"xxx", -1},
		{"", -1},
	} {
		if got := pick("203.0.113.9", tt.live); got != tt.want {
			t.Errorf("%q: picked %d, want %d", tt.live, got, tt.want)
		}
	}

	spread := make([]int, 3)
	for i := range 240 {
		spread[pick("10.0.0."+strconv.Itoa(i), "ooo")]++
	}
	for i, n := range spread {
		if n < 40 {
			t.Errorf("app-%d got %d of 240 addresses: %v", i+1, n, spread)
		}
	}
}

func TestHashBelievesXForwardedForFromLoopbackOnly(t *testing.T) {
	pick := func(peer string, forwarded ...string) int {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = peer
		for _, line := range forwarded {
			r.Header.Add("X-Forwarded-For", line)
		}
		return hashing{}.pick(r, candidates(strings.Repeat("o", 1009))) // so many that two addresses rarely meet
	}
	const loopback, remote = "127.0.0.1:1234", "203.0.113.9:1234"
	home := func(addr string) int { return pick(addr + ":1") }

	for _, tt := range []struct {
		name string
		got  int
		want int
	}{
		{"from loopback", pick(loopback, "10.0.0.7"), home("10.0.0.7")},
		{"from loopback over IPv6", pick("[::1]:1234", "10.0.0.7"), home("10.0.0.7")},
		{"the first of several", pick(loopback, "10.0.0.7, 10.0.0.8"), home("10.0.0.7")},
		{"the first valid one", pick(loopback, "unknown,, 10.0.0.7:x, [10.0.0.7, 10.0.0.7]:9, [10.0.0.7]", " 10.0.0.8 "), home("10.0.0.8")},
		{"a port", pick(loopback, "10.0.0.7:99"), home("10.0.0.7")},
		{"IPv6", pick(loopback, "2001:db8::7"), home("[2001:db8::7]")},
		{"IPv6 in brackets", pick(loopback, "[2001:db8::7]"), home("[2001:db8::7]")},
		{"IPv6 in brackets with a port", pick(loopback, "[2001:db8::7]:99, 10.0.0.8"), home("[2001:db8::7]")},
		{"an IPv4 address written as IPv6", pick(loopback, "::ffff:10.0.0.7"), home("10.0.0.7")},
		{"a zone", pick(loopback, "fe80::1%eth0"), home("[fe80::1]")},
		{"nothing valid", pick(loopback, "unknown"), home("127.0.0.1")},
		{"nothing", pick(loopback), home("127.0.0.1")},
		{"from another peer", pick(remote, "10.0.0.7"), home("203.0.113.9")},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: replica %d, want %d", tt.name, tt.got, tt.want)
		}
	}
	if home("10.0.0.7") == home("203.0.113.9") || home("10.0.0.7") == home("127.0.0.1") || home("10.0.0.7") == home("10.0.0.8") {
		t.Fatal("the addresses of this test share a home, so it shows nothing")
	}
}
