package web_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"authlab/web"
)

// More commands fail than the pool has connections, after which go-redis by itself connects once a second only.
func TestServiceReturnsAtOnceHoweverManyCommandsHaveFailed(t *testing.T) {
	server := miniredis.RunT(t)
	client, err := web.OpenRedis("redis://" + server.Addr())
	must(t, err)
	defer client.Close()
	for range 3 {
		server.Close()
		var wg sync.WaitGroup
		for range 300 {
			wg.Go(func() {
				if err := client.Ping(t.Context()).Err(); err == nil {
					t.Error("it is stopped, and answers")
				}
			})
		}
		wg.Wait()
		if err := web.PingRedis(t.Context(), client); err == nil || !strings.Contains(err.Error(), "connection refused") {
			t.Errorf("the error does not say why: %v", err)
		}
		must(t, server.Restart())
		must(t, client.Ping(t.Context()).Err())
	}
}
