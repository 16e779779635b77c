package redisserver_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"authlab/lab/redisserver"
	"authlab/lab/redisserver/redistest"
)

func guarded(t *testing.T) *redisserver.Guarded {
	t.Helper()
	g, err := redisserver.StartGuarded(t.Context())
	redistest.SkipWithout(t, err)
	return g
}

func TestWhatIsWrittenWhileTheReplicaIsCutOffIsLostWhenThePrimaryDies(t *testing.T) {
	g := guarded(t)
	defer func() {
		if err := g.Stop(); err != nil {
			t.Error(err)
		}
		for _, p := range []*redisserver.Process{g.Primary, g.Replica, g.Sentinel} {
			if conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", p.Addr); err == nil {
				conn.Close()
				t.Errorf("%s still listens", p.Addr)
			}
		}
	}()
	primary := redis.NewClient(&redis.Options{Addr: g.Primary.Addr})
	defer primary.Close()
	set := func(key string) {
		t.Helper()
		if err := primary.Set(t.Context(), key, "x", 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	set("before")
	if err := g.CutReplica(t.Context()); err != nil {
		t.Fatal(err)
	}
	set("after")
	if err := g.FailOver(t.Context()); err != nil {
		t.Fatal(err)
	}
	replica := redis.NewClient(&redis.Options{Addr: g.Replica.Addr})
	defer replica.Close()
	if keys, err := replica.Exists(t.Context(), "before").Result(); err != nil || keys != 1 {
		t.Errorf("what was copied: %d, %v", keys, err)
	}
	if keys, err := replica.Exists(t.Context(), "after").Result(); err != nil || keys != 0 {
		t.Errorf("what was not copied: %d, %v", keys, err)
	}
	if err := replica.Set(t.Context(), "more", "x", 0).Err(); err != nil {
		t.Errorf("it is no primary: %v", err)
	}
}

func TestAProcessThatDoesNotSayWhatIsWaitedForIsNotWaitedForForever(t *testing.T) {
	g := guarded(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := g.Primary.Wait(ctx, "nothing like this"); err == nil {
		t.Error("no error when the time is over")
	}
	if err := g.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := g.Primary.Wait(t.Context(), "nothing like this"); err == nil {
		t.Error("no error when the process has ended")
	}
}
