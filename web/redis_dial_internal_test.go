package web

import (
	"context"
	"net"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// The client also opens connections that no request waits for, and keeps them.
func TestAConnectionThatFailedWhileItWasIdleIsNotUsed(t *testing.T) {
	server := miniredis.RunT(t)
	address := server.Addr()
	server.Close()
	const idle = 5
	dialled := make(chan struct{}, 100)
	dial := atFirstUse(dialRedis(nil))
	client := redis.NewClient(&redis.Options{
		Addr: address, MinIdleConns: idle, MaxRetries: -1,
		Dialer: func(ctx context.Context, network, address string) (net.Conn, error) {
			defer func() { dialled <- struct{}{} }()
			return dial(ctx, network, address)
		},
	})
	defer client.Close()
	for range idle {
		<-dialled
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
