package embedded

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"

	"authlab/lab/control"
	"authlab/lab/fault"
	"authlab/web"
)

// A store is the Redis of a lab: one in this process, or the user's own. Replicas reach it over a wire that can be cut;
// the lab itself looks at it directly.
type store struct {
	address  *url.URL
	embedded *miniredis.Miniredis // nil: the user's own
	wire     *fault.Wire
	client   redis.UniversalClient
	closed   chan struct{}

	mu      sync.Mutex
	guarded *guardedStore         // nil: the replicas are at the store itself
	counts  map[string]int64      // commands by name, if embedded
	asked   *control.CommandCount // if not: what it counts itself
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
		// A part of a broken address may be the password.
		return nil, errors.New("that is not the address of one Redis: it should look like redis://127.0.0.1:6379")
	}
	if s.address.Port() == "" {
		s.address.Host += ":6379"
	}
	if s.address.Scheme != "redis" {
		return nil, errors.New("redis address: the lab needs one Redis at redis://, because it cuts the wire: TLS would notice, and a cluster or Sentinel leads around it")
	}
	if s.client, err = web.OpenRedis(s.address.String()); err != nil {
		return nil, err
	}
	if err := web.PingRedis(ctx, s.client); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if s.wire, err = fault.NewWire(s.address.Host); err != nil {
		return nil, errors.Join(err, s.close())
	}
	s.asked = control.NewCommandCount(s.client)
	s.resetCounts(ctx)
	return s, nil
}

// driveEvery is how often the embedded Redis removes what is over. Whether a login is over, the replicas tell by their
// own clocks, so a record that is still there lets no client in.
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

// reachedAt is the address at which replicas reach the store: by the wire, if it is not guarded.
func (s *store) reachedAt() string {
	if g := s.guard(); g != nil {
		return g.Address()
	}
	address := *s.address
	address.Host = s.wire.Addr()
	return address.String()
}

func (s *store) close() error {
	close(s.closed)
	failed := []error{s.setGuarded(context.Background(), false)}
	if s.wire != nil {
		failed = append(failed, s.wire.SetCut(true))
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
	if s.embedded == nil {
		s.asked.Reset(ctx)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.counts)
}

// commands is how often the logins have sent each command since the lab was reset, counted at Redis.
func (s *store) commands(ctx context.Context) map[string]int64 {
	if s.embedded == nil {
		return s.asked.Since(ctx)
	}
	s.mu.Lock()
	counts := maps.Clone(s.counts)
	s.mu.Unlock()
	maps.DeleteFunc(counts, func(name string, n int64) bool { return control.Housekeeping(name) || n == 0 })
	return counts
}
