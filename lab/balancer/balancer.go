// Package balancer is the load balancer between the clients and the replicas of the lab. It shows what a load balancer
// does to a login: each request may reach another replica, unless the policy keeps a client on one.
//
//	                         X-Balance: round-robin | sticky | hash
//	                                       |
//	                                       v                        app-1   answers
//	client --- request ---> policy picks one available replica ---> app-2   refuses: a GET goes on to the next
//	       <-- response ---   the replica's own, unchanged          app-3   passed over since it failed a moment ago
//
// The client names the policy in each request, so a teacher changes it without editing a configuration file. What happens
// when a replica fails follows nginx, because the same experiments run against nginx and must give the same table:
// health is passive, learned from the requests themselves (health.go), a GET is repeated at the next replica, and a POST
// is delivered at most once (failover.go).
package balancer

import (
	"cmp"
	"context"
	"net/http"
	"net/http/httputil"
	"strings"
	"time"

	"authlab/lab/contract"
)

// Balancer forwards each request to one of several replicas. It is safe for concurrent use; make one with New.
type Balancer struct {
	config   Config
	policies map[string]policy
	upstream *failover
	proxy    *httputil.ReverseProxy
}

var _ http.Handler = (*Balancer)(nil)

// New returns a Balancer over the replicas that c.Backends lists.
func New(c Config) *Balancer {
	if c.Now == nil {
		c.Now = time.Now
	}
	c.ResponseTimeout = cmp.Or(c.ResponseTimeout, 5*time.Second)
	upstream := newFailover(newHealth(c.Now), c.ResponseTimeout, c.Logger)
	b := &Balancer{config: c, policies: newPolicies(), upstream: upstream}
	b.proxy = newProxy(upstream, b.writeError)
	return b
}

// ServeHTTP forwards r by the policy that its X-Balance header names (round-robin without one) and passes the replica's
// response on. The balancer's own errors are application/problem+json (RFC 9457), and name the balancer in X-Served-By:
//
//	400 urn:authlab:problem:unknown-policy   X-Balance names no policy
//	400 urn:authlab:problem:bad-request      the request's body could not be read to its end
//	502 urn:authlab:problem:no-replica       no replica could be reached
//	502 urn:authlab:problem:bad-gateway      a replica failed, and the request must not be repeated
//	504 urn:authlab:problem:silent-replica   a replica did not answer in time, and no other one may be asked
//
// If a replica fails in the middle of its body, ServeHTTP aborts the response (panic with http.ErrAbortHandler, as
// httputil.ReverseProxy does), so that the client sees that the response is incomplete.
func (b *Balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := cmp.Or(r.Header.Get(contract.PolicyHeader), contract.RoundRobin)
	p, ok := b.policies[name]
	if !ok {
		b.refuse(w, r, problem("unknown-policy", "Unknown balancing policy", http.StatusBadRequest,
			contract.PolicyHeader+" names one of: "+strings.Join(contract.Policies(), ", ")+"."))
		return
	}

	if strings.HasSuffix(r.URL.Path, "/stream") { // it goes on for longer than the server lets an answer take
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
	}
	ex := newExchange(r, name, p, b.config.Backends())
	ex.seen.At = b.config.Now()
	start := time.Now()
	cutShort := true
	defer func() { // deferred, because an aborted response panics, and is observed too
		if cutShort && b.config.Logger != nil && r.Context().Err() == nil {
			b.config.Logger.Warn("response cut short", "method", r.Method, "replica", ex.seen.Replica)
		}
		if b.config.Observe != nil {
			ex.seen.DurationMS = float64(time.Since(start).Microseconds()) / 1000
			b.config.Observe(ex.seen)
		}
	}()
	b.proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, ex)))
	cutShort = false
	if b.config.Observe != nil && ex.seen.Status != http.StatusSwitchingProtocols {
		// net/http buffers the end of a response until the handler returns. It is flushed first: observe may be slow.
		_ = http.NewResponseController(w).Flush()
	}
}

// Forgive forgets that a replica has failed. A lab that has mended a replica calls it, so that clients need not wait until
// the balancer tries the replica by itself.
func (b *Balancer) Forgive(replica string) { b.upstream.health.forgive(replica) }

// Close closes the idle connections to the replicas. Requests in progress go on.
func (b *Balancer) Close() {
	b.upstream.reuse.CloseIdleConnections() // the other transport keeps none
}
