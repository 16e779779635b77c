package measure_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"authlab/lab/measure"
	"authlab/token"
	"authlab/web/scheme"
)

// schemes are the rows of a table, in their order. A login has neither of the first two.
var schemes = []string{
	measure.Baseline, scheme.Basic, scheme.SessionMemory, scheme.SessionRedis, scheme.SessionCookie,
	scheme.TokenStateless, scheme.TokenRevocable, scheme.TokenCookie,
}

func namesOf[T any](rows []T, name func(T) string) []string {
	var names []string
	for _, row := range rows {
		names = append(names, name(row))
	}
	return names
}

func TestEverySchemeHasItsExactCost(t *testing.T) {
	report, err := measure.Run(t.Context(), measure.Config{Requests: 4, Logins: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Run("one request", func(t *testing.T) { checkRequests(t, report.OneRequest) })
	t.Run("one login", func(t *testing.T) { checkLogins(t, report.OneLogin) })
	t.Run("algorithms", func(t *testing.T) { checkAlgorithms(t, report.Algorithms) })
	t.Run("distances", func(t *testing.T) { checkDistances(t, report.Distances) })
}

// What a password costs at Redis, where guesses are counted: EVAL before it is hashed, DEL when it was right.
const guessCommands, guessTrips = 2, 2

func checkRequests(t *testing.T, rows []measure.Request) {
	if got := namesOf(rows, func(r measure.Request) string { return r.Scheme }); !slices.Equal(got, schemes) {
		t.Fatalf("rows %v, want %v", got, schemes)
	}
	wire := map[string]int{}
	for _, r := range rows {
		wire[r.Scheme] = r.WireBytes
		wantCommands := 0
		switch r.Scheme {
		case scheme.Basic:
			wantCommands = guessCommands
		case scheme.SessionRedis, scheme.TokenRevocable:
			wantCommands = 1
		}
		if r.Requests != 4 || r.StoreCommands != wantCommands {
			t.Errorf("%s: %d requests with %d store commands each, want 4 with %d", r.Scheme, r.Requests, r.StoreCommands, wantCommands)
		}
		if r.MedianUS <= 0 || r.TimesBaseline <= 0 || r.P99US != 0 || r.Allocs <= 0 || r.AllocBytes < r.Allocs {
			t.Errorf("%s: want a median, a ratio, allocations, and no p99 of so few: %+v", r.Scheme, r)
		}
		if r.CredentialBytes == 0 != (r.Scheme == measure.Baseline) || r.RequestBytes <= r.CredentialBytes || r.WireBytes <= r.RequestBytes {
			t.Errorf("%s: sizes do not add up: %+v", r.Scheme, r)
		}
	}
	for _, token := range []string{scheme.TokenStateless, scheme.TokenRevocable, scheme.TokenCookie} {
		for _, reference := range []string{scheme.SessionMemory, scheme.SessionRedis} {
			if wire[token] <= wire[reference] {
				t.Errorf("%s has %d bytes on the wire and %s %d: a token is larger than an ID", token, wire[token], reference, wire[reference])
			}
		}
	}
}

func checkLogins(t *testing.T, rows []measure.Login) {
	if got := namesOf(rows, func(l measure.Login) string { return l.Scheme }); !slices.Equal(got, schemes[2:]) {
		t.Fatalf("rows %v, want %v", got, schemes[2:])
	}
	for _, l := range rows {
		wantCommands, wantTrips := 0, 0
		switch l.Scheme {
		case scheme.SessionRedis, scheme.TokenStateless, scheme.TokenRevocable:
			wantCommands, wantTrips = 1, 1
		}
		if l.StoreCommands != guessCommands+wantCommands || l.StoreRoundTrips != guessTrips+wantTrips {
			t.Errorf("%s: %d store commands in %d round trips, want %d in %d more than a password takes",
				l.Scheme, l.StoreCommands, l.StoreRoundTrips, wantCommands, wantTrips)
		}
		if l.KeptReplica > 0 != (l.Scheme == scheme.SessionMemory) || l.KeptRedis > 0 != (wantCommands > 0) {
			t.Errorf("%s: a replica keeps %d bytes and Redis %d", l.Scheme, l.KeptReplica, l.KeptRedis)
		}
		if l.Logins != 1 || l.HashUS <= 0 || l.RestUS <= 0 || l.TimesBaseline <= 0 || l.WireBytes <= 0 {
			t.Errorf("%s: want one login with a hash and a rest: %+v", l.Scheme, l)
		}
	}
}

func checkAlgorithms(t *testing.T, rows []measure.Algorithm) {
	if got := namesOf(rows, func(a measure.Algorithm) string { return a.Algorithm }); !slices.Equal(got, token.Algorithms()) {
		t.Fatalf("rows %v, want %v", got, token.Algorithms())
	}
	bytes := map[string]int{}
	for _, a := range rows {
		bytes[a.Algorithm] = a.TokenBytes
		if a.SignUS <= 0 || a.VerifyUS <= 0 || a.SignAllocs <= 0 || a.VerifyAllocs <= 0 || a.RequestUS <= 0 || a.TimesBaseline <= 0 {
			t.Errorf("%s: something was not measured: %+v", a.Algorithm, a)
		}
	}
	if bytes[token.RS256] <= bytes[token.ES256] || bytes[token.ES256] <= bytes[token.HS256] {
		t.Errorf("token bytes %v: want RS256 > ES256 > HS256", bytes)
	}
}

func checkDistances(t *testing.T, rows []measure.Distance) {
	if got := namesOf(rows, func(d measure.Distance) string { return string('0' + rune(d.StoreMS)) }); !slices.Equal(got, []string{"0", "1", "5"}) {
		t.Fatalf("distances %v", got)
	}
	want := append([]string{measure.Baseline}, schemes[2:]...)
	for _, d := range rows {
		if got := namesOf(d.Requests, func(r measure.Timed) string { return r.Scheme }); !slices.Equal(got, want) {
			t.Fatalf("%d ms: rows %v, want %v", d.StoreMS, got, want)
		}
		for _, r := range d.Requests {
			waits := r.Scheme == scheme.SessionRedis || r.Scheme == scheme.TokenRevocable
			if r.Requests != 2 || r.TimesBaseline <= 0 || waits && r.MedianUS < float64(1000*d.StoreMS) {
				t.Errorf("%d ms away: %+v", d.StoreMS, r)
			}
		}
	}
}

func TestAnInterruptedRunReturnsWhatItMeasured(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var parts []string
	report, err := measure.Run(ctx, measure.Config{Requests: 2, Logins: 1, Progress: func(_, total int, part string) {
		if parts = append(parts, part); len(parts) == 2 {
			cancel()
		}
		if total != 4 {
			t.Errorf("%d parts", total)
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if !slices.Equal(parts, []string{"one request", "one login"}) {
		t.Errorf("it began %v", parts)
	}
	if len(report.OneRequest) != len(schemes) || report.DurationMS == 0 {
		t.Errorf("%d rows after %d ms", len(report.OneRequest), report.DurationMS)
	}
	if len(report.OneLogin)+len(report.Algorithms)+len(report.Distances) > 0 {
		t.Errorf("it has what it did not measure: %+v", report)
	}
}

func TestARunThatIsOverBeforeItBeginsMeasuresNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if report, err := measure.Run(ctx, measure.Config{}); err == nil || len(report.OneRequest) > 0 {
		t.Errorf("%d rows, %v", len(report.OneRequest), err)
	}
}
