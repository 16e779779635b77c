package main

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"authlab/lab/measure"
	"authlab/lab/testkit"
)

func TestWrongUsageOfBenchSaysWhatIsWrong(t *testing.T) {
	for name, tt := range map[string]struct {
		args   []string
		stderr string // a part of it
	}{
		"no request":        {[]string{"--requests", "0"}, "--requests 0: it can be 1 to 100000"},
		"a negative number": {[]string{"--requests", "-5"}, "--requests -5"},
		"too many requests": {[]string{"--requests", "100001"}, "--requests 100001"},
		"requests in words": {[]string{"--requests", "many"}, "invalid argument"},
		"an unknown flag":   {[]string{"--jsno"}, "unknown flag: --jsno"},
		"a word":            {[]string{"session-redis"}, "takes no arguments"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := program(t, nil, append([]string{"bench"}, tt.args...)...)
			if code != 2 || !strings.Contains(stderr, tt.stderr) || stdout != "" {
				t.Errorf("exit %d, want 2; stdout %q; stderr %q, want %q in it", code, stdout, stderr, tt.stderr)
			}
		})
	}
}

func TestBenchPrintsOneObjectOfTheAgreedForm(t *testing.T) {
	code, stdout, stderr := program(t, nil, "bench", "--requests", "1", "--json")
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d, stderr %q", code, stderr)
	}
	var report map[string]json.RawMessage
	testkit.Must(t, json.Unmarshal([]byte(stdout), &report))
	hasMembers(t, "the report", report, "machine", "requests", "duration_ms", "baseline", "one_request", "one_login", "algorithms", "store_distance")
	for name, want := range map[string]struct {
		rows    int
		members []string
	}{
		"one_request": {8, []string{
			"scheme", "requests", "median_us", "times_baseline", "allocs", "alloc_bytes",
			"credential_bytes", "request_bytes", "response_bytes", "wire_bytes", "store_commands",
		}},
		"one_login": {6, []string{
			"scheme", "logins", "median_us", "hash_us", "rest_us", "rest_times_baseline", "wire_bytes",
			"store_commands", "store_round_trips", "kept_replica_bytes", "kept_redis_bytes",
		}},
		"algorithms": {4, []string{
			"algorithm", "sign_us", "verify_us", "sign_allocs", "verify_allocs", "token_bytes", "request_us", "request_times_baseline",
		}},
		"store_distance": {3, []string{"store_ms", "requests"}},
	} {
		var rows []map[string]json.RawMessage
		if err := json.Unmarshal(report[name], &rows); err != nil || len(rows) != want.rows {
			t.Errorf("%s: %d rows, want %d: %v", name, len(rows), want.rows, err)
			continue
		}
		hasMembers(t, name, rows[0], want.members...)
	}
}

func hasMembers(t *testing.T, what string, object map[string]json.RawMessage, want ...string) {
	t.Helper()
	var got []string
	for name := range object {
		got = append(got, name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s has %v, want %v", what, got, want)
	}
}

// slow is what a machine would report that is a hundred times slower than any that we know.
func slow() measure.Report {
	return measure.Report{
		Machine: measure.Machine{OS: "linux", Arch: "amd64", CPUs: 2, Go: "go1.26.8"}, Requests: 300, DurationMS: 7210, Baseline: measure.Baseline,
		OneRequest: []measure.Request{
			{Scheme: measure.Baseline, Requests: 300, MedianUS: 42.3, TimesBaseline: 1, P99US: 9.25, Allocs: 17, AllocBytes: 1019, WireBytes: 250},
			{Scheme: "basic", Requests: 10, MedianUS: 4_512_345, TimesBaseline: 106_675.06, Allocs: 72, AllocBytes: 19_927_936, WireBytes: 472},
			{Scheme: "token-stateless", Requests: 300, MedianUS: 32_400, TimesBaseline: 765.9, P99US: 456_789, WireBytes: 91_913, StoreCommands: 1},
		},
		OneLogin: []measure.Login{{
			Scheme: "session-redis", Logins: 5, MedianUS: 9_000_000, HashUS: 4_512_345, RestUS: 4_487_655, TimesBaseline: 106_091.1,
			WireBytes: 10_061, StoreCommands: 4, StoreRoundTrips: 1, KeptReplica: 10_170, KeptRedis: 10_273,
		}},
		Algorithms: []measure.Algorithm{{
			Algorithm: "RS256", SignUS: 210_550, VerifyUS: 12_140, SignAllocs: 1036, VerifyAllocs: 1240, TokenBytes: 716, RequestUS: 20_950, TimesBaseline: 495.3,
		}},
		Distances: []measure.Distance{
			{StoreMS: 0, Requests: []measure.Timed{{Scheme: "token-revocable", Requests: 100, MedianUS: 31_000, TimesBaseline: 732.9}}},
			{StoreMS: 1, Requests: []measure.Timed{{Scheme: "token-revocable", Requests: 100, MedianUS: 131_000, TimesBaseline: 3096.9}}},
			{StoreMS: 5, Requests: []measure.Timed{{Scheme: "token-revocable", Requests: 100, MedianUS: 531_000, TimesBaseline: 12_553}}},
		},
	}
}

func TestBenchTablesFitIn80ColumnsAlsoOnASlowMachine(t *testing.T) {
	var out bytes.Buffer
	testkit.Must(t, printBench(&out, slow(), false))
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > columns {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	text := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"one request: GET {base}/me", "GET /livez 42 1.0 9.2 17 1,019 250 0",
		"basic 4,512,345 106,675 – 72 19,927,936 472 0",   // 10 requests have no p99
		"token-stateless 32,400 766 456,789 – – 91,913 1", // stopped before allocations were counted
		"session-redis 4512.3 4,487,655 106,091 10,061 4 10,170 10,273",
		"RS256 210,550 1,036 12,140 1,240 716 20,950 495",
		"token-revocable 31,000 733 131,000 3,097 531,000 12,553",
		"linux/amd64, 2 CPUs, go1.26.8: up to 300 requests of each scheme, in 7.2 s",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

func TestBenchPrintsNoTableOfWhatWasNotMeasured(t *testing.T) {
	report := slow()
	report.OneLogin, report.Algorithms, report.Distances = nil, nil, nil
	var out bytes.Buffer
	testkit.Must(t, printBench(&out, report, false))
	for _, absent := range []string{"one login", "algorithms", "distance"} {
		if strings.Contains(out.String(), absent) {
			t.Errorf("%q is in\n%s", absent, out.String())
		}
	}
}

func TestAnInterruptedBenchTellsWhatItMeasured(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	config := measure.Config{Requests: 1, Progress: func(done, _ int, _ string) {
		if done == 1 {
			cancel()
		}
	}}
	report, err := measure.Run(ctx, config)
	var out bytes.Buffer
	err = printMeasured(&out, report, err, false)
	if code := exitCode(err, &bytes.Buffer{}); code != 130 || !strings.Contains(err.Error(), "stopped early: measure one login: context canceled") {
		t.Errorf("exit %d, %v", code, err)
	}
	if !strings.Contains(out.String(), "session-redis") || strings.Contains(out.String(), "one login") {
		t.Errorf("printed\n%s", out.String())
	}
}
