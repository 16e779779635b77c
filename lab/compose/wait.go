package compose

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"authlab/lab/experiment"
)

const (
	// patience is how long one request may take.
	patience = 3 * time.Second
	// settling is how long anything may take to be as it should be.
	settling = 30 * time.Second
	// again is how long to wait before looking again.
	again = 25 * time.Millisecond
	// lookups is how long nginx can go on believing what it has looked up: "valid=1s" in deploy/nginx/nginx.conf, and the
	// lookup.
	lookups = 1500 * time.Millisecond
	// farewell is how long it may take to take all down.
	farewell = time.Minute
)

// until looks again and again until what it looks at is as it should be. What was wrong at last is in the error.
func until(ctx context.Context, what string, look func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, settling)
	defer cancel()
	for {
		err := look(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait until %s: %w: %w", what, ctx.Err(), err)
		case <-time.After(again):
		}
	}
}

// nameGone notes that a replica's name is gone from now on.
func (t *Target) nameGone() { t.killed = time.Now() }

// forgotten waits until nginx has looked up that the name of a killed replica is gone, and so has forgotten that it failed.
// One that comes back sooner is the same to nginx, and is passed over for seconds (fail_timeout in deploy/nginx/nginx.conf).
func (t *Target) forgotten(ctx context.Context) error {
	select {
	case <-time.After(lookups - time.Since(t.killed)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// inTurn waits until nginx deals requests to those replicas that should answer, to each of them and to nobody else, by
// every policy, and does so for a while. It takes a while to know where nginx could still believe in what is gone.
func (t *Target) inTurn(ctx context.Context, while time.Duration) error {
	if err := t.shown(ctx); err != nil {
		return err
	}
	want, since := t.alive(), time.Now()
	return until(ctx, "nginx deals requests to "+strings.Join(want, ", "), func(ctx context.Context) error {
		for _, deal := range []func(context.Context, []string) error{t.roundRobin, t.sticky, t.hash} {
			if err := deal(ctx, want); err != nil {
				since = time.Now()
				return err
			}
		}
		if left := while - time.Since(since); left > 0 {
			return fmt.Errorf("%s more, to be sure", left.Round(time.Millisecond))
		}
		return nil
	})
}

// roundRobin is right if in two rounds each gets two requests.
func (t *Target) roundRobin(ctx context.Context, want []string) error {
	var met []string
	for range 2 * len(want) {
		seen, err := t.meet(ctx, experiment.RoundRobin, "")
		if err != nil {
			return err
		}
		met = append(met, seen.replica)
	}
	slices.Sort(met)
	if !slices.Equal(met, slices.Sorted(slices.Values(slices.Concat(want, want)))) {
		return fmt.Errorf("round-robin: %s", strings.Join(met, " "))
	}
	return nil
}

// sticky is right if new clients are dealt out to all, each with a cookie that names the replica that answered.
func (t *Target) sticky(ctx context.Context, want []string) error {
	return t.all(ctx, want, 2*len(want), func(int) (meeting, error) {
		seen, err := t.meet(ctx, experiment.Sticky, "")
		if err == nil && seen.pinned != seen.replica {
			err = fmt.Errorf("sticky: %s answered, and the cookie says %q", seen.replica, seen.pinned)
		}
		return seen, err
	})
}

// hash is right if clients of many addresses are dealt out to all.
func (t *Target) hash(ctx context.Context, want []string) error {
	const addresses = 40
	return t.all(ctx, want, addresses, func(i int) (meeting, error) {
		return t.meet(ctx, experiment.Hash, fmt.Sprintf("192.0.2.%d", i+1))
	})
}

// all wants meetings with all of them, and with nobody else.
func (t *Target) all(ctx context.Context, want []string, meetings int, meet func(i int) (meeting, error)) error {
	met := map[string]bool{}
	for i := range meetings {
		seen, err := meet(i)
		if err != nil {
			return err
		}
		if !slices.Contains(want, seen.replica) {
			return fmt.Errorf("%s: %s answered", seen.policy, seen.replica)
		}
		met[seen.replica] = true
	}
	if len(met) < len(want) {
		return fmt.Errorf("of %s, %d answered", strings.Join(want, ", "), len(met))
	}
	return ctx.Err()
}

// A meeting is who answered, and to whom the client is pinned from now on.
type meeting struct{ policy, replica, pinned string }

// meet sends a request of a new client through nginx.
func (t *Target) meet(ctx context.Context, policy, address string) (meeting, error) {
	header := http.Header{"X-Balance": {policy}}
	if address != "" {
		header.Set("X-Forwarded-For", address)
	}
	got, err := t.get(ctx, t.URL()+"/livez", header)
	if err != nil {
		return meeting{}, err
	}
	seen := meeting{policy: policy, replica: got.header.Get("X-Served-By")}
	for _, cookie := range (&http.Response{Header: got.header}).Cookies() {
		seen.pinned = cookie.Value
	}
	if got.status != http.StatusOK {
		return seen, fmt.Errorf("%s: %d", policy, got.status)
	}
	return seen, nil
}

// An answer is one that has been read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (t *Target) get(ctx context.Context, address string, header http.Header) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return answer{}, err
	}
	maps.Copy(request.Header, header)
	response, err := t.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	return answer{response.StatusCode, response.Header, body}, err
}
