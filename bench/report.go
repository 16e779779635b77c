package main

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// report is RESULTS.md.
func report(subjects []*subject, o options, took time.Duration) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# What a request costs, against what people would use instead

Written by `+"`make bench`"+` on %s, in %s: %d rounds of %s, %d connections, each server a process with one processor
(GOMAXPROCS=1). Machine: %d × %s, %s/%s, %s. Load average over the last five minutes of the run, with its own
two processes: %s.

Every server answers GET /me with the same JSON. authlab is as its users run it: a line of log, metrics and Server-Timing for
each request. A peer that is "observed" writes a line of log and counts each request too; the others do neither. The load
balancers stand before three replicas that answer with a constant. session-postgres is there if the run was given a PostgreSQL.

Ratios are of requests a second, within one round: the median of the rounds, and in brackets the least and the most. Beside
them is the ratio of the processor time that a server uses for one request, the other way round, so that more is better too.
It depends less on what else the machine does, and does not count what Redis and PostgreSQL use. A promise is reached if both say so.

`, time.Now().UTC().Format(time.DateOnly), took.Round(time.Second), o.rounds, o.turn, o.connections,
		runtime.NumCPU(), processor(), runtime.GOOS, runtime.GOARCH, runtime.Version(), load())

	byName := map[string]*subject{}
	for _, s := range subjects {
		byName[s.name] = s
	}
	b.WriteString("| authlab | against | requests/s | processor time | observed peer: requests/s | processor time | promised | |\n")
	b.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for _, p := range promises {
		ours, peer, seen := byName[p.ours], byName[p.peer], byName[p.peer+observed]
		if ours == nil || peer == nil {
			continue
		}
		observedRequests, observedCPU := "", ""
		if seen != nil {
			observedRequests, observedCPU = spread(ratios(ours, seen)), fmt.Sprintf("%.2f", cheaper(ours, seen))
		}
		reached := "unclear" // the two measures do not agree
		switch requests, cpu := median(ratios(ours, peer)), cheaper(ours, peer); {
		case min(requests, cpu) >= p.atLeast:
			reached = "reached"
		case max(requests, cpu) < p.atLeast:
			reached = "missed"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %.2f | %s | %s | %.2f | %s |\n", strings.TrimPrefix(p.ours, "authlab "), p.peer,
			spread(ratios(ours, peer)), cheaper(ours, peer), observedRequests, observedCPU, p.atLeast, reached)
	}
	fmt.Fprintf(&b, "\n| server | requests/s | against %s | processor time a request | half of the answers within | 99 of 100 within |\n", plainGin)
	b.WriteString("| --- | --- | --- | --- | --- | --- |\n")
	for _, s := range subjects {
		fmt.Fprintf(&b, "| %s | %.0f | %s | %s | %s | %s |\n", s.name, median(of(s, func(t turn) float64 { return t.rate })),
			spread(ratios(s, subjects[0])), medianTime(s, func(t turn) time.Duration { return t.cpu }),
			medianTime(s, func(t turn) time.Duration { return t.p50 }), medianTime(s, func(t turn) time.Duration { return t.p99 }))
	}
	fmt.Fprintf(&b, "\nVersions: %s.\n", strings.Join(versions(), ", "))
	return b.String()
}

func of(s *subject, value func(turn) float64) []float64 {
	values := make([]float64, len(s.turns))
	for i, t := range s.turns {
		values[i] = value(t)
	}
	return values
}

// ratios returns the ratio of the rates of two subjects in each round.
func ratios(a, b *subject) []float64 {
	values := make([]float64, len(a.turns))
	for i := range values {
		values[i] = a.turns[i].rate / b.turns[i].rate
	}
	return values
}

// cheaper is how many times the processor time of a request to a one to b costs.
func cheaper(a, b *subject) float64 {
	cpu := func(t turn) float64 { return float64(t.cpu) }
	return median(of(b, cpu)) / median(of(a, cpu))
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

func medianTime(s *subject, value func(turn) time.Duration) time.Duration {
	unit := time.Microsecond
	m := time.Duration(median(of(s, func(t turn) float64 { return float64(value(t)) })))
	if m >= time.Millisecond {
		unit = 100 * time.Microsecond
	} else if m < 100*time.Microsecond {
		unit = 100 * time.Nanosecond
	}
	return m.Round(unit)
}

func spread(values []float64) string {
	return fmt.Sprintf("%.2f (%.2f–%.2f)", median(values), slices.Min(values), slices.Max(values))
}

// versions are those of the libraries that are measured.
func versions() []string {
	var all []string
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		switch m.Path {
		case "github.com/gin-gonic/gin", "github.com/gin-contrib/sessions", "github.com/alexedwards/scs/v2", "github.com/alexedwards/scs/goredisstore",
			"github.com/appleboy/gin-jwt/v2", "github.com/golang-jwt/jwt/v5", "github.com/redis/go-redis/v9", "github.com/valyala/fasthttp":
			all = append(all, strings.TrimPrefix(m.Path, "github.com/")+" "+m.Version)
		}
	}
	return all
}

// load is what else the machine did, as Linux tells it (proc_loadavg(5)).
func load() string {
	text, _ := os.ReadFile("/proc/loadavg")
	if averages := strings.Fields(string(text)); len(averages) > 1 {
		return averages[1]
	}
	return "unknown"
}

// processor is the model, as Linux tells it.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	_, rest, _ := strings.Cut(string(text), "model name")
	line, _, _ := strings.Cut(rest, "\n")
	return cmp.Or(strings.TrimSpace(strings.TrimLeft(line, "\t :")), "unknown processor")
}
