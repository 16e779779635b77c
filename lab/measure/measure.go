// Package measure finds out what one request and one login cost in each scheme, on this machine.
//
//	line ──1 kept-alive connection──▶ replica (web.New) ─────────────▶ Redis   near
//	line ──1 kept-alive connection──▶ replica (web.New) ──▶ wire ────▶ Redis   1 ms, 5 ms away
//
// Everything runs in this process, on the loopback interface: the client, the replica, and a Redis that is embedded.
// So the times are this machine's, and what carries over is their ratio: each median stands beside that of a baseline,
// a route of the same server without a login (GET /livez), which was measured among them.
//
// What is done to be fair:
//   - Requests take turns in short bursts, in another order each round, so that noise hits all alike. A first burst of
//     each is not counted.
//   - A request is sent and read as bytes, on a connection that stays open, by a client that does as little as it can.
//     A browser adds some hundred bytes of header to each scheme alike; here there are none. The replica's log is off.
//   - Allocations are the replica's alone. They are counted in process, one request after the other, while Redis's
//     answers come from a tape: the embedded Redis would count its own among them.
//   - Median and p99 are values that were measured (nearest rank), and there is no p99 of fewer than 100.
//   - basic hashes a password at each request, 19 MiB that would disturb whoever comes next. It is measured after the
//     others, with fewer requests.
//   - A request repeats one credential, as a client does. Where an algorithm is measured by itself, each token is
//     verified once, so that nothing can remember it.
//
// What is not in it: TLS, a balancer, more than one request at once, and a users database that is further away than
// this process.
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
	// Progress hears which part begins, and how many parts there are. Nil: nobody.
	Progress func(done, total int, part string)
}

// Run measures. If ctx ends it stops, and returns what was measured so far with the error.
func Run(ctx context.Context, config Config) (report Report, err error) {
	config.Requests = cmp.Or(config.Requests, DefaultRequests)
	config.Logins = cmp.Or(config.Logins, DefaultLogins)
	if config.Progress == nil {
		config.Progress = func(int, int, string) {}
	}
	start := time.Now()
	b := &bench{config: config, report: newReport(config)}
	defer func() {
		report = b.report
		report.DurationMS = time.Since(start).Milliseconds()
		b.close()
	}()
	if err := b.open(ctx); err != nil {
		return report, fmt.Errorf("start what is measured: %w", err)
	}
	parts := []struct {
		name    string
		measure func(context.Context) error
	}{
		{"one request", b.measureRequests},
		{"one login", b.measureLogins},
		{"algorithms", b.measureAlgorithms},
		{"distance of the store", b.measureDistances},
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
