package web

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// The client also opens connections that no request waits for, and keeps them.
func TestAConnectionThatFailedWhileItWasIdleIsNotUsed(t *testing.T) {
	server := miniredis.RunT(t)
	address := server.Addr()
	server.Close()
	const idle = 5
	client := redis.NewClient(&redis.Options{Addr: address, Dialer: dialRedis(nil), MinIdleConns: idle, MaxRetries: -1})
	defer client.Close()
	for deadline := time.Now().Add(5 * time.Second); client.PoolStats().IdleConns < idle; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%+v", client.PoolStats())
		}
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	for range 2 * idle {
		if err := client.Incr(t.Context(), "count").Err(); err != nil {
			t.Error(err)
		}
	}
}
