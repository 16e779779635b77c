// Package balancer stands between the clients and the replicas of the lab, and shows what a load balancer does to a
// login: every request may land on another replica, unless the policy sees to it that it does not.
//
//	                         X-Balance: round-robin | sticky | hash
//	                                       |
//	                                       v                        app-1   answers
//	client --- request ---> policy picks one available replica ---> app-2   refuses: a GET goes on to the next
//	       <-- response ---   the replica's own, unchanged          app-3   passed over since it failed a moment ago
//
// The caller names the policy in each request, so nobody edits a configuration file in front of a class. What happens
// when a replica fails follows nginx, because the same experiments run against nginx and must give the same table:
// health is passive, learned from the requests themselves (health.go), a GET is repeated elsewhere, and a POST is
// delivered at most once (failover.go).
package balancer

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"strings"
	"time"
)

// Balancer forwards each request to one of several replicas. It is safe for concurrent use; make one with New.
type Balancer struct {
	backends func() []Backend
	observe  func(Observation)
	now      func() time.Time
	logger   *slog.Logger
	policies map[string]Policy
	upstream *failover
	proxy    *httputil.ReverseProxy
}

var _ http.Handler = (*Balancer)(nil)

// New returns a Balancer over the replicas that c.Backends lists. Only Backends is required; Config says the defaults.
func New(c Config) *Balancer {
	c = c.withDefaults()
	upstream := newFailover(newHealth(c), c.ResponseTimeout, c.Logger)
	return &Balancer{
		backends: c.Backends,
		observe:  c.Observe,
		now:      c.Now,
		logger:   c.Logger,
		policies: newPolicies(),
		upstream: upstream,
		proxy:    newProxy(upstream),
	}
}

// ServeHTTP forwards r by the policy that its X-Balance header names (round-robin without one) and answers with what
// the replica answered. What the balancer has to say itself is application/problem+json (RFC 9457):
//
//	400 urn:authlab:problem:unknown-policy   X-Balance names no policy
//	400 urn:authlab:problem:bad-request      the request's body could not be read to its end
//	502 urn:authlab:problem:no-replica       no replica could be reached
//	502 urn:authlab:problem:bad-gateway      a replica failed, and the request must not be repeated
//	504 urn:authlab:problem:silent-replica   a replica did not answer in time, and no other one may be asked
//
// A replica that fails in the middle of its body aborts the response (panic with http.ErrAbortHandler, as
// httputil.ReverseProxy does): the client has to see that it did not get everything.
func (b *Balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := cmp.Or(r.Header.Get(PolicyHeader), RoundRobinName)
	policy, ok := b.policies[name]
	if !ok {
		problem{"unknown-policy", "Unknown balancing policy", http.StatusBadRequest,
			PolicyHeader + " names one of: " + strings.Join(policyNames[:], ", ") + "."}.write(w)
		return
	}

	ex := newExchange(r, name, policy, b.backends())
	at, start := b.now(), time.Now()
	cutShort := true
	defer func() { // deferred, because an aborted response leaves as a panic and is an observation too
		if cutShort && b.logger != nil && r.Context().Err() == nil {
			b.logger.Warn("response cut short", "method", r.Method, "replica", ex.replica)
		}
		if b.observe != nil {
			b.observe(ex.observation(at, time.Since(start)))
		}
	}()
	b.proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, ex)))
	cutShort = false
	if b.observe != nil && ex.status != http.StatusSwitchingProtocols {
		// net/http keeps the end of an answer until the handler returns. Send it first: whoever observes may be slow.
		_ = http.NewResponseController(w).Flush()
	}
}

// Forgive takes a replica for well from now on, whatever became of the requests before. A lab that has mended a replica
// says so, and nobody has to wait until the balancer tries it by itself.
func (b *Balancer) Forgive(replica string) { b.upstream.health.forgive(replica) }

// Close closes the idle connections to the replicas. Requests under way go on.
func (b *Balancer) Close() {
	b.upstream.closeIdle()
}
