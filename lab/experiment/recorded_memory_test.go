package experiment

import (
	"slices"
	"testing"

	"authlab/lab/contract"
)

func TestOnlyWhatALookTellsIsAChange(t *testing.T) {
	view := func(redisAlive bool, count int, sessions ...string) contract.View {
		v := contract.View{Redis: contract.RedisView{Alive: redisAlive}}
		r := contract.ReplicaView{Name: "app-1", Alive: true, SessionCount: count}
		for _, id := range sessions {
			r.Sessions = append(r.Sessions, contract.SessionView{ID: id, User: "alice"})
			v.Redis.Keys = append(v.Redis.Keys, contract.KeyView{Key: "denied:" + id, Kind: "denied"})
		}
		v.Replicas = append(v.Replicas, r)
		v.Redis.KeyCount = map[string]int{"denied": count}
		return v
	}
	session := func(id string, gone bool) contract.Change {
		return contract.Change{Where: "app-1", Kind: "session", ID: id, User: "alice", Gone: gone}
	}
	denied := func(id string, gone bool) contract.Change {
		return contract.Change{Where: "redis", Kind: "denied", ID: id, Gone: gone}
	}
	for name, tt := range map[string]struct {
		before, after contract.View
		want          []contract.Change
	}{
		"the same":                     {view(true, 1, "a"), view(true, 1, "a"), nil},
		"one came":                     {view(true, 0), view(true, 1, "a"), []contract.Change{session("a", false), denied("a", false)}},
		"one went":                     {view(true, 1, "a"), view(true, 0), []contract.Change{session("a", true), denied("a", true)}},
		"one of many came into view":   {view(true, 3, "a", "b"), view(true, 2, "b", "c"), []contract.Change{session("a", true), denied("a", true)}},
		"one of many went out of view": {view(true, 2, "b", "c"), view(true, 3, "a", "b"), []contract.Change{session("a", false), denied("a", false)}},
		"Redis is not to be seen":      {view(true, 1, "a"), view(false, 0), []contract.Change{session("a", true)}},
		"the replica is taken away":    {view(true, 1, "a"), contract.View{}, []contract.Change{session("a", true)}},
	} {
		before := memoryOf(tt.before, memory{})
		if got := before.changes(memoryOf(tt.after, before)); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
	before := memoryOf(view(true, 1, "a"), memory{})
	unseen := memoryOf(view(false, 0), before)
	if got := unseen.changes(memoryOf(view(true, 0), unseen)); !slices.Equal(got, []contract.Change{denied("a", true)}) {
		t.Errorf("Redis came back empty: %+v", got)
	}
}

func TestALookupCameToWhatTheAnswerTellsAndToNothingElse(t *testing.T) {
	const signature, mget, getex, users = `signature;desc="s";dur=1`, `store;desc="redis MGET";dur=1`, `store;desc="redis GETEX";dur=1`, `users;desc="u"`
	for _, tt := range []struct {
		scheme, action string
		status         int
		problem        string
		timing         string
		want           string
	}{
		{SessionMemory, actionPage, 200, "", users, "replica found, users found"},
		{SessionMemory, actionPage, 401, "session-unknown", "", "replica missing"},
		{SessionMemory, actionPage, 401, "session-expired", "", "replica found"},
		{SessionMemory, actionPage, 502, "", "", ""},
		{SessionRedis, actionPage, 200, "", getex + "," + users, "redis found, users found"},
		{SessionRedis, actionPage, 401, "session-unknown", getex, "redis missing"},
		{SessionRedis, actionPage, 503, "store-unavailable", getex, "redis no-answer"},
		{SessionRedis, actionPage, 503, "users-unavailable", getex + "," + users, "redis , users no-answer"},
		{SessionCookie, actionPage, 401, "session-tampered", signature, "signature bad"},
		{SessionCookie, actionPage, 401, "session-expired", signature, "signature good"},
		{TokenStateless, actionPage, 200, "", signature, "signature good"},
		{TokenStateless, actionPage, 403, "not-admin", signature, "signature good"},
		{TokenStateless, actionPage, 401, "token-time", signature, "signature good"},
		{TokenStateless, actionPage, 401, "token-signature", signature, "signature bad"},
		{TokenStateless, actionPage, 401, "token-format", signature, "signature "},
		{TokenRevocable, actionPage, 200, "", signature + "," + mget, "signature good, denylist missing"},
		{TokenRevocable, actionPage, 401, "token-revoked", signature + "," + mget, "signature good, denylist found"},
		{TokenRevocable, actionPage, 503, "store-unavailable", signature + "," + mget, "signature good, denylist no-answer"},
		{SessionRedis, actionLogin, 401, "bad-credentials", `users,hash`, "users , hash bad"},
		{SessionRedis, actionLogin, 503, "store-unavailable", `store;desc="redis EVAL",users,hash,store;desc="redis SET ZADD"`, "redis , users , hash , redis no-answer"},
		{TokenRevocable, actionRefresh, 401, "refresh-unknown", `store;desc="redis EVAL"`, "redis missing"},
		{TokenRevocable, actionRefresh, 200, "", `store;desc="redis EVAL",users,store;desc="redis EVAL"`, "redis found, users found, redis "},
	} {
		b := contract.Beat{Scheme: tt.scheme, Action: tt.action, Status: tt.status, Problem: tt.problem, Credential: &contract.Credential{}}
		if tt.status != 502 {
			b.Replica = "app-1"
		}
		got := ""
		for i, l := range lookupsOf(b, contract.ParseServerTiming(tt.timing)) {
			if i > 0 {
				got += ", "
			}
			got += l.Where + " " + l.Result
		}
		if got != tt.want {
			t.Errorf("%s %s, %d %s: %q, want %q", tt.scheme, tt.action, tt.status, tt.problem, got, tt.want)
		}
	}
}
