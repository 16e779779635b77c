// Package measure measures what one request and one login cost in each scheme, on this machine.
//
//	client ──one open connection──▶ replica (web.New) ─────────────▶ Redis   near
//	client ──one open connection──▶ replica (web.New) ──▶ wire ────▶ Redis   1 ms, 5 ms away
//
// Everything runs in this process, on the loopback interface: the client, the replica, and an embedded Redis. The times
// are this machine's; their ratio carries over to other machines. So each median is also given as a ratio to a baseline:
// a route of the same server without a login (GET /livez), measured together with the others.
//
// To be fair:
//   - Requests take turns in short bursts, in another order each round, so that noise affects all alike. The first burst
//     of each is not counted.
//   - A request is written and read as bytes, on a connection that stays open. A browser would add some hundred bytes of
//     header to each scheme alike; here there are none. The replica does not log.
//   - Allocations are the replica's alone. They are counted in process, one request after the other, and Redis's
//     responses come from a tape, because the embedded Redis would add its own allocations.
//   - Median and p99 are values that were measured (nearest rank), and there is no p99 of fewer than 100.
//   - basic hashes a password for each request. The hash takes 19 MiB of memory, which would disturb the request after
//     it, so basic is measured after the others, with fewer requests.
//   - A request repeats one credential, as a client does. Where an algorithm is measured by itself, each token is
//     verified once, so no cache can help.
//
// Not measured: TLS, a balancer, concurrent requests, and a users database outside this process.
package measure

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"time"
)

// Defaults and bounds of Config.
const (
	DefaultRequests = 300
	MaxRequests     = 100_000
	DefaultLogins   = 5
)

// Config says how much is measured.
type Config struct {
	Requests int // of each scheme; DefaultRequests
	Logins   int // of each scheme; DefaultLogins
	// Progress is called when a part begins, with how many are done and how many there are. May be nil.
	Progress func(done, total int, part string)
}

// Run measures everything. If ctx ends it stops, and returns the report of what was measured so far with the error.
func Run(ctx context.Context, config Config) (report Report, err error) {
	config.Requests = cmp.Or(config.Requests, DefaultRequests)
	config.Logins = cmp.Or(config.Logins, DefaultLogins)
	if config.Progress == nil {
		config.Progress = func(int, int, string) {}
	}
	start := time.Now()
	m := &measurement{config: config, report: newReport(config)}
	defer func() {
		report = m.report
		report.DurationMS = time.Since(start).Milliseconds()
		m.close()
	}()
	if err := m.open(ctx); err != nil {
		return report, fmt.Errorf("start what is measured: %w", err)
	}
	parts := []struct {
		name    string
		measure func(context.Context) error
	}{
		{"one request", m.measureRequests},
		{"one login", m.measureLogins},
		{"algorithms", m.measureAlgorithms},
		{"distance of the store", m.measureDistances},
	}
	for i, part := range parts {
		config.Progress(i, len(parts), part.name)
		runtime.GC() // each part begins with the same heap
		if err := part.measure(ctx); err != nil {
			return report, fmt.Errorf("measure %s: %w", part.name, err)
		}
	}
	config.Progress(len(parts), len(parts), "")
	return report, nil
}
