package embedded_test

import (
	"net/http"
	"strings"
	"testing"

	"authlab/lab/contract"
	"authlab/lab/embedded"
	"authlab/lab/redisserver/redistest"
	"authlab/lab/testkit"
)

func TestAGuardedRedisTakesThePlaceOfTheLabsAndGivesItBack(t *testing.T) {
	lab, target := start(t, embedded.Config{Replicas: 1})
	guarded, cut, stopped := contract.Fault{Name: contract.RedisGuarded}, contract.Fault{Name: contract.ReplicationCut}, contract.Fault{Name: contract.RedisStopped}
	refused := func(f contract.Fault, why string) {
		t.Helper()
		if err := target.Break(t.Context(), f); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v, want %q", f, err, why)
		}
	}
	sessions := func(want int) {
		t.Helper()
		if v, err := target.View(t.Context()); err != nil || v.Redis.KeyCount["session"] != want {
			t.Errorf("%d sessions, %v; want %d", v.Redis.KeyCount["session"], err, want)
		}
	}
	login := func() {
		t.Helper()
		if code, detail := post(t, target.URL()+"/session/redis/login", `{"username":"alice","password":"wonderland"}`); code != http.StatusOK {
			t.Fatalf("%d %s", code, detail)
		}
	}
	refused(cut, "break redis-guarded first")
	login()
	sessions(1)
	redistest.SkipWithout(t, lab.Break(t.Context(), guarded)) // over HTTP the reason would be lost
	sessions(0)
	for range 2 {
		login()
	}
	sessions(2)
	refused(stopped, "another Redis now")
	for range 2 {
		testkit.Must(t, target.Break(t.Context(), cut))
	}
	testkit.Must(t, target.Mend(t.Context(), cut))
	sessions(0) // three new processes
	testkit.Must(t, target.Mend(t.Context(), guarded))
	sessions(1)
	if v, err := target.View(t.Context()); err != nil || len(v.Faults) > 0 {
		t.Errorf("left: %q, %v", v.Faults, err)
	}
	login()
}
