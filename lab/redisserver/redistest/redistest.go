// Package redistest lends tests a Redis Cluster, and a Redis that runs already.
package redistest

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"authlab/lab/redisserver"
	"authlab/lab/testkit"
)

// A Shared is a cluster that all tests of a package share, because it takes two seconds to start.
type Shared struct {
	once    sync.Once
	cluster *redisserver.Cluster
	err     error
}

// startTimeout is how long a cluster may take to start on a busy machine.
const startTimeout = 20 * time.Second

// Cluster returns the cluster. The first test that needs it starts it. With -short, or where no redis-server is installed, the
// test is skipped: see package testkit.
func (s *Shared) Cluster(t testing.TB) *redisserver.Cluster {
	t.Helper()
	if testing.Short() {
		t.Skip("a cluster takes two seconds to start")
	}
	s.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), startTimeout)
		defer cancel()
		s.cluster, s.err = redisserver.StartCluster(ctx)
	})
	SkipWithout(t, s.err)
	return s.cluster
}

// SkipWithout skips a test whose Redis could not be started because none is installed (package testkit), and fails it for every
// other error.
func SkipWithout(t testing.TB, err error) {
	t.Helper()
	switch {
	case errors.Is(err, redisserver.ErrNone):
		testkit.Missing(t, err)
	case err != nil:
		t.Fatal(err)
	}
}

// Real returns a client of the Redis that AUTHLAB_TEST_REDIS names, and a prefix of its own for the test. What the test leaves
// there is removed.
func Real(t testing.TB) (*redis.Client, string) {
	t.Helper()
	options, err := redis.ParseURL(testkit.Named(t, "AUTHLAB_TEST_REDIS"))
	if err != nil {
		t.Fatal(err)
	}
	options.MaxRetries = -1
	client, prefix := redis.NewClient(options), Prefix(t)
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		if keys, err := client.Keys(ctx, prefix+"*").Result(); err == nil && len(keys) > 0 {
			client.Del(ctx, keys...)
		}
		client.Close()
	})
	return client, prefix
}

// Prefix is a prefix for the keys of one test, which no run before has used.
func Prefix(t testing.TB) string {
	return "authlab-test:" + strings.ReplaceAll(t.Name(), "/", ":") + ":" + rand.Text() + ":"
}

// Run runs the tests of a package and ends the cluster. Call it in TestMain.
func (s *Shared) Run(m *testing.M) {
	code := m.Run()
	if s.cluster != nil {
		if err := s.cluster.Stop(); err != nil {
			code = 1
		}
	}
	os.Exit(code)
}
