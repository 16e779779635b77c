package embedded_test

import (
	"testing"

	"authlab/lab/contract"
	"authlab/lab/experiment"
)

// stories are what recordings have to tell, by experiment.
var stories = map[string]func(*testing.T, story){
	"round-robin":         tellsRoundRobin,
	"sticky-replica-dies": tellsTheKill,
	"redis-down":          tellsTheOutage,
	"logout":              tellsTheLogout,
	"stolen":              tellsTheTheft,
	"other-service":       tellsTheOtherService,
	"stale-role":          tellsTheDemotion,
	"concurrent-refresh":  tellsTheRace,
	"rolling-deploy":      tellsTheCrowd,
}

func tellsRoundRobin(t *testing.T, s story) {
	requests := s.of(experiment.SessionMemory, s.Beats)
	login, known := requests[0], 0
	if login.Action != "login" || login.Given == nil || len(requests) != 31 {
		t.Fatalf("%d requests, the first is a %s", len(requests), login.Action)
	}
	s.changed(login, login.Replica, login.Given.ID, false)
	for _, b := range requests[1:] {
		if idOf(b.Credential) != login.Given.ID {
			t.Errorf("carries %+v", b.Credential)
		}
		if b.Replica == login.Replica {
			s.looked(b, "replica", "found")
			known++
		} else if s.looked(b, "replica", "missing"); b.Status != 401 || b.Problem != "session-unknown" {
			t.Errorf("%s: %d %s", b.Replica, b.Status, b.Problem)
		}
	}
	if known != 10 {
		t.Errorf("known %d times", known)
	}
	for _, b := range s.of(experiment.SessionRedis, s.Beats)[1:] {
		s.looked(b, "redis", "found")
	}
	for _, b := range s.of(experiment.TokenStateless, s.Beats)[1:] {
		if s.looked(b, "signature", "good"); len(b.Lookups) != 1 || b.Credential.KeyID == "" || b.Credential.ExpiresIn <= 0 {
			t.Errorf("%+v, %+v", b.Lookups, b.Credential)
		}
	}
}

func tellsTheKill(t *testing.T, s story) {
	login, kill := s.request(experiment.SessionMemory, "login", 200, 0), s.kind(contract.BeatBreak, 0)
	given := s.Beats[login].Given.ID
	if login > kill || s.Beats[kill].Fault != "replica-killed:app-1" {
		t.Errorf("%s before the login", s.Beats[kill].Fault)
	}
	s.changed(s.Beats[kill], "app-1", given, true)
	lost := s.Beats[s.request(experiment.SessionMemory, "page", 401, kill)]
	s.looked(lost, "replica", "missing")
	if lost.Replica == "app-1" || lost.Credential.ID != given {
		t.Errorf("%s, %+v", lost.Replica, lost.Credential)
	}
	s.looked(s.Beats[s.request(experiment.SessionRedis, "page", 200, kill)], "redis", "found")
	if s.kind(contract.BeatMend, kill) != len(s.Beats)-1 {
		t.Error("something came after the mending")
	}
}

func tellsTheOutage(t *testing.T, s story) {
	stop := s.kind(contract.BeatBreak, 0)
	start := s.kind(contract.BeatMend, stop)
	for _, scheme := range experiment.Schemes() {
		during, after := s.of(scheme, s.Beats[stop:start]), s.of(scheme, s.Beats[start:])
		if len(during) != 1 || len(after) != 1 {
			t.Fatalf("%s: %d and %d requests", scheme, len(during), len(after))
		}
		where := map[string]string{experiment.SessionRedis: "redis", experiment.TokenRevocable: "denylist"}[scheme]
		if where == "" {
			if during[0].Status != 200 {
				t.Errorf("%s: %d", scheme, during[0].Status)
			}
			continue
		}
		s.looked(during[0], where, "no-answer")
		if during[0].Status != 503 || during[0].Problem != "store-unavailable" || after[0].Status != 200 {
			t.Errorf("%s: %d %s, then %d", scheme, during[0].Status, during[0].Problem, after[0].Status)
		}
		if during[0].Taken || during[0].Credential.ID != after[0].Credential.ID {
			t.Errorf("%s: the client lost its credential", scheme)
		}
	}
}

func tellsTheLogout(t *testing.T, s story) {
	for scheme, where := range map[string]string{experiment.SessionMemory: "", experiment.SessionRedis: "redis"} {
		i := s.request(scheme, "logout", 204, 0)
		logout := s.Beats[i]
		if where == "" {
			where = logout.Replica
		}
		s.changed(logout, where, logout.Credential.ID, true)
		again := s.Beats[s.request(scheme, "page", 401, i)]
		if !logout.Taken || again.Credential.ID != logout.Credential.ID || again.Client == logout.Client {
			t.Errorf("%s: %+v, then %+v", scheme, logout, again)
		}
	}
	i := s.request(experiment.TokenRevocable, "logout", 204, 0)
	s.changed(s.Beats[i], "redis", s.Beats[i].Credential.ID, false)
	s.looked(s.Beats[s.request(experiment.TokenRevocable, "page", 401, i)], "denylist", "found")
	i = s.request(experiment.SessionCookie, "logout", 204, 0)
	if again := s.request(experiment.SessionCookie, "page", 200, i); len(s.Beats[i].Changes) != 0 || s.Beats[again].Credential.ID != s.Beats[i].Credential.ID {
		t.Errorf("%+v, then %+v", s.Beats[i], s.Beats[again])
	}
	i = s.kind(contract.BeatAdvance, s.request(experiment.TokenStateless, "page", 200, s.request(experiment.TokenStateless, "logout", 204, 0)))
	if over := s.Beats[s.request(experiment.TokenStateless, "page", 401, i)]; over.Problem != "token-time" || over.Credential.ExpiresIn >= 0 {
		t.Errorf("%s, %+v", over.Problem, over.Credential)
	}
	s.request(experiment.SessionCookie, "page", 200, i)
	for _, beat := range s.Beats {
		if beat.Kind == contract.BeatCopy && !beat.Kept {
			t.Errorf("%s has the copy of %s, and is said to be another user", beat.Client, beat.From)
		}
	}
}

func tellsTheTheft(t *testing.T, s story) {
	for scheme, status := range map[string]int{experiment.SessionRedis: 401, experiment.SessionCookie: 200, experiment.TokenStateless: 200, experiment.TokenRevocable: 401} {
		theft := s.index("copy of "+scheme, 0, func(b contract.Beat) bool { return b.Kind == contract.BeatCopy && b.Scheme == scheme })
		thief, owner := s.Beats[theft].Client, s.Beats[theft].From
		in := s.request(scheme, "page", 200, theft)
		out := s.request(scheme, "logout", 204, in)
		after := s.request(scheme, "page", status, out)
		if s.Beats[theft].Kept || s.Beats[in].Client != thief || s.Beats[out].Client != owner || s.Beats[after].Client != thief || thief == owner || owner == "" {
			t.Errorf("%s: %s copies from %s; %s, %s, %s", scheme, thief, owner, s.Beats[in].Client, s.Beats[out].Client, s.Beats[after].Client)
		}
	}
}

func tellsTheOtherService(t *testing.T, s story) {
	cut := s.kind(contract.BeatBreak, 0)
	whole := s.kind(contract.BeatMend, cut)
	for scheme, status := range map[string]int{experiment.SessionRedis: 503, experiment.TokenStateless: 200, experiment.TokenRevocable: 503} {
		before, during := s.of(scheme, s.Beats[:cut]), s.of(scheme, s.Beats[cut:whole])
		if len(during) != 1 || during[0].Status != status || during[0].Service != "reports" || during[0].Client != before[0].Client {
			t.Fatalf("%s: %+v", scheme, during)
		}
		last := before[len(before)-1]
		switch scheme {
		case experiment.TokenStateless:
			s.looked(during[0], "signature", "good")
			if len(last.Lookups) != 1 {
				t.Errorf("%s: %+v", scheme, last.Lookups)
			}
		default:
			s.looked(last, "home", "found")
			s.looked(during[0], "home", "no-answer")
		}
	}
	if s.Beats[cut].Fault != contract.HomeCut {
		t.Error(s.Beats[cut].Fault)
	}
}

func tellsTheDemotion(t *testing.T, s story) {
	promoted := s.kind(contract.BeatRoles, 0)
	demoted := s.kind(contract.BeatRoles, promoted+1)
	if roles := s.Beats[demoted].Roles; len(roles) != 1 || roles[0] != "user" {
		t.Errorf("%v", roles)
	}
	s.request(experiment.Basic, "page", 403, demoted)
	still := s.request(experiment.TokenStateless, "page", 200, demoted)
	over := s.request(experiment.TokenStateless, "page", 401, still)
	passed := 0.0
	for _, b := range s.Beats[still:over] {
		passed += b.Seconds
	}
	if passed < 600 || passed > 1200 || s.Beats[over].Problem != "token-time" {
		t.Errorf("%s after %v s", s.Beats[over].Problem, passed)
	}
}

func tellsTheRace(_ *testing.T, s story) {
	won := s.Beats[s.request(experiment.TokenStateless, "refresh", 200, 0)]
	s.request(experiment.TokenStateless, "refresh", 401, 0)
	if won.Given == nil || won.Credential.Kind != "refresh-token" {
		s.Errorf("%+v", won)
	}
}

func tellsTheCrowd(t *testing.T, s story) {
	kill := s.kind(contract.BeatBreak, 0)
	gone := s.Beats[kill].Changes
	if len(gone) < 10 {
		t.Fatalf("%d sessions died", len(gone))
	}
	for _, c := range gone {
		if !c.Gone || c.Where != "app-1" || c.Kind != "session" || c.User == "" {
			t.Errorf("%+v", c)
		}
	}
	out := s.request(experiment.SessionMemory, "page", 401, kill)
	s.looked(s.Beats[out], "replica", "missing")
	s.index("login of the one who was logged out", 0, func(b contract.Beat) bool {
		return b.Action == "login" && b.Client == s.Beats[out].Client && idOf(b.Given) == s.Beats[out].Credential.ID
	})
	s.request(experiment.SessionMemory, "login", 200, out)
}
