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

	"authlab/lab/contract"
)

const (
	requestTimeout = 3 * time.Second       // for one request
	settleTimeout  = 30 * time.Second      // until the lab is as it should be
	pollEvery      = 25 * time.Millisecond // how long to wait before looking again
	closeTimeout   = time.Minute           // to take all down
	// nameCached is how long nginx can go on using an address that it has looked up: "valid=1s" in deploy/nginx/nginx.conf,
	// and the lookup.
	nameCached = 1500 * time.Millisecond
)

// until looks again and again until what it looks at is as it should be. What was wrong at last is in the error.
func until(ctx context.Context, what string, look func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	for {
		err := look(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait until %s: %w: %w", what, ctx.Err(), err)
		case <-time.After(pollEvery):
		}
	}
}

// waitForNames waits until nginx has looked up that the name of a killed replica is gone, and so has forgotten that it
// failed. A replica that comes back sooner is the same to nginx, and is passed over for seconds (fail_timeout in
// deploy/nginx/nginx.conf).
func (t *Target) waitForNames(ctx context.Context) error {
	select {
	case <-time.After(nameCached - time.Since(t.killed)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// waitForBalancer waits until nginx sends requests to the replicas that should answer, to each of them and to no other, by
// every policy, and does so for a while. The while is needed where nginx could still use the address of what is gone.
func (t *Target) waitForBalancer(ctx context.Context, while time.Duration) error {
	if err := t.waitForConsole(ctx); err != nil {
		return err
	}
	want, since := t.alive(), time.Now()
	return until(ctx, "nginx sends requests to "+strings.Join(want, ", "), func(ctx context.Context) error {
		for _, policy := range contract.Policies() {
			if err := t.checkPolicy(ctx, policy, want); err != nil {
				since = time.Now()
				return fmt.Errorf("%s: %w", policy, err)
			}
		}
		if left := while - time.Since(since); left > 0 {
			return fmt.Errorf("%s more, to be sure", left.Round(time.Millisecond))
		}
		return nil
	})
}

// checkPolicy tells whether new clients are sent to the wanted replicas, to each and to no other: by round-robin as often
// to each, by sticky with a cookie that names the replica, by hash from many addresses.
func (t *Target) checkPolicy(ctx context.Context, policy string, want []string) error {
	const rounds, addresses = 2, 40
	requests := rounds * len(want)
	if policy == contract.Hash {
		requests = addresses
	}
	answers := map[string]int{}
	for i := range requests {
		header := http.Header{contract.PolicyHeader: {policy}}
		if policy == contract.Hash {
			header.Set("X-Forwarded-For", fmt.Sprintf("192.0.2.%d", i+1))
		}
		got, err := t.get(ctx, t.URL()+"/livez", header)
		if err != nil {
			return err
		}
		replica := got.header.Get("X-Served-By")
		switch pinned := got.lastCookie(); {
		case got.status != http.StatusOK:
			return fmt.Errorf("the answer is %d", got.status)
		case !slices.Contains(want, replica):
			return fmt.Errorf("%s answered", replica)
		case policy == contract.Sticky && pinned != replica:
			return fmt.Errorf("%s answered, and the cookie says %q", replica, pinned)
		}
		answers[replica]++
	}
	for _, replica := range want {
		if n := answers[replica]; n == 0 || (policy == contract.RoundRobin && n != rounds) {
			return fmt.Errorf("%s answered %d of %d requests", replica, n, requests)
		}
	}
	return nil
}

// An answer is one that has been read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) lastCookie() (value string) {
	for _, cookie := range (&http.Response{Header: a.header}).Cookies() {
		value = cookie.Value
	}
	return value
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
