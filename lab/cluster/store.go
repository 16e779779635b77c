package cluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"

	"authlab/lab/fault"
	"authlab/web"
)

// A store is the Redis of a lab: one in this process, or the user's own. Replicas reach it over a wire that can be cut;
// the lab itself looks at it directly.
type store struct {
	address  *url.URL
	embedded *miniredis.Miniredis // nil: the user's own
	wire     *fault.Wire
	client   *redis.Client
	closed   chan struct{}

	mu     sync.Mutex
	counts map[string]int64 // commands by name: counted here if embedded, else what there was before us
}

// housekeeping are the commands that open a connection, group others, or come from the lab itself. What is left is
// what the two logins cost.
var housekeeping = map[string]bool{
	"HELLO": true, "AUTH": true, "SELECT": true, "CLIENT": true, "COMMAND": true, "PING": true, "MULTI": true, "EXEC": true, "QUIT": true,
	"SCAN": true, "STRLEN": true, "ZCARD": true, "PTTL": true, "PEXPIRE": true, "UNLINK": true, "INFO": true,
}

func openStore(ctx context.Context, address string) (*store, error) {
	s := &store{counts: map[string]int64{}, closed: make(chan struct{})}
	if address == "" {
		s.embedded = miniredis.NewMiniRedis()
		if err := s.embedded.Start(); err != nil {
			return nil, fmt.Errorf("embedded Redis: %w", err)
		}
		go s.drive()
		s.embedded.Server().SetPreHook(s.count)
		address = "redis://" + s.embedded.Addr()
	}
	var err error
	if s.address, err = url.Parse(address); err != nil || s.address.Host == "" {
		return nil, fmt.Errorf("%q is not the address of a Redis: it should look like redis://127.0.0.1:6379", address)
	}
	if s.address.Port() == "" {
		s.address.Host += ":6379"
	}
	if s.address.Scheme != "redis" {
		return nil, fmt.Errorf("redis address %q: the lab needs redis://, because it cuts the wire and TLS would notice", s.address.Redacted())
	}
	if s.client, err = web.OpenRedis(s.address.String()); err != nil {
		return nil, err
	}
	if err := s.client.Ping(ctx).Err(); err != nil {
		return nil, errors.Join(fmt.Errorf("redis at %s cannot be reached: %w", s.address.Host, err), s.close())
	}
	if s.wire, err = fault.NewWire(s.address.Host); err != nil {
		return nil, errors.Join(err, s.close())
	}
	s.resetCounts(ctx)
	return s, nil
}

// driveEvery is how often the embedded Redis lets go of what is over. Whether a login is over, the replicas tell by
// their own clocks, so nobody is let in by a record that lingers.
const driveEvery = 5 * time.Second

// drive lets the embedded Redis grow older: its clock stands still otherwise, and nothing would ever expire. (Its
// ClockTTL does it too, by looking at every key at every command, which ten thousand users make slow.)
func (s *store) drive() {
	tick := time.NewTicker(driveEvery)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case <-s.closed:
			return
		case now := <-tick.C:
			s.embedded.FastForward(now.Sub(last))
			last = now
		}
	}
}

// userInfo is the user:password@ of the address, if it has one.
func (s *store) userInfo() string {
	if s.address.User == nil {
		return ""
	}
	return s.address.User.String() + "@"
}

// database is the /0 of the address, if it has one.
func (s *store) database() string { return s.address.Path }

func (s *store) close() error {
	close(s.closed)
	var failed []error
	if s.wire != nil {
		failed = append(failed, s.wire.Cut())
	}
	if s.client != nil {
		failed = append(failed, s.client.Close())
	}
	if s.embedded != nil {
		s.embedded.Close()
	}
	return errors.Join(failed...)
}

func (s *store) count(_ *server.Peer, command string, _ ...string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[strings.ToUpper(command)]++
	return false
}

func (s *store) resetCounts(ctx context.Context) {
	now := map[string]int64{}
	if s.embedded == nil {
		now = s.asked(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts = now
}

// commands is how often the logins have sent each command since the lab was reset, counted at Redis.
func (s *store) commands(ctx context.Context) map[string]int64 {
	s.mu.Lock()
	counts := maps.Clone(s.counts)
	s.mu.Unlock()
	if s.embedded == nil {
		before := counts
		counts = s.asked(ctx)
		for name, n := range before {
			counts[name] -= n
		}
	}
	maps.DeleteFunc(counts, func(name string, n int64) bool { return housekeeping[name] || n == 0 })
	return counts
}

// asked reads a real Redis's own count. No answer is no count.
func (s *store) asked(ctx context.Context) map[string]int64 {
	counts := map[string]int64{}
	text, err := s.client.Info(ctx, "commandstats").Result()
	if err != nil {
		return counts
	}
	for line := range strings.Lines(text) {
		name, rest, ok := strings.Cut(strings.TrimPrefix(line, "cmdstat_"), ":calls=")
		if !ok || strings.Contains(name, "|") {
			continue
		}
		calls, _, _ := strings.Cut(rest, ",")
		if n, err := strconv.ParseInt(calls, 10, 64); err == nil {
			counts[strings.ToUpper(name)] += n
		}
	}
	return counts
}
