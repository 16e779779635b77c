package experiment

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"authlab/lab/contract"
)

const (
	// visits is how many pages each client of replica-silent asks for.
	visits = 12
	// slow is an answer that a person notices. A balancer waits longer than that for a silent replica.
	slow = time.Second
)

// replicaSilent makes a replica accept connections and answer nothing.
func replicaSilent() Experiment {
	schemes := except(Basic)
	return Experiment{
		Name: "replica-silent",
		PredictedFor: func(replicas int) Predictions {
			if replicas == 1 { // no other replica is left to ask
				return same(silentOutcome(http.StatusGatewayTimeout, http.StatusOK), schemes...)
			}
			kept := silentOutcome(http.StatusOK, http.StatusOK)
			return Predictions{
				SessionMemory:  silentOutcome(http.StatusUnauthorized, http.StatusOK),
				SessionRedis:   kept,
				SessionCookie:  kept,
				TokenStateless: kept,
				TokenRevocable: kept,
				TokenCookie:    kept,
			}
		},
		Run: func(ctx context.Context, trial *Trial) error {
			replicas, err := trial.ReplicaNames(ctx)
			if err != nil {
				return err
			}
			replica := replicas[len(replicas)/2]
			clients, err := trial.clientsAt(ctx, replica, schemes)
			if err != nil {
				return err
			}
			var meanwhile string
			err = during(ctx, trial.Target, contract.OfReplica(contract.ReplicaSilent, replica), func() (err error) {
				if err := clients.visit(ctx); err != nil {
					return err
				}
				meanwhile, err = trial.Email(ctx, "alice")
				return err
			})
			if err != nil {
				return err
			}
			for _, c := range clients {
				if c.afterwards, err = c.visitors[Hash].user.Status(ctx, "/me"); err != nil {
					return err
				}
			}
			later, err := trial.Email(ctx, "alice")
			for _, c := range clients {
				c.observe(trial, meanwhile, later)
			}
			return err
		},
		Lesson: func(r Result) []string {
			return []string{either(r.Measure("sum", "post_late") > 0, "lesson-late", "")}
		},
	}
}

// silentOutcome says what became of a login while a replica was silent, and after that.
func silentOutcome(during, after int) Outcome {
	switch {
	case during == http.StatusOK && after == http.StatusOK:
		return stays()
	case after == http.StatusOK:
		return loginOutcome(during).Means.composed("known-again", loginOutcome(during))
	}
	return Meaning("").composed("at-last", loginOutcome(during), loginOutcome(after))
}

// silentClients are a client of each scheme, logged in at the same replica.
type silentClients []*silentClient

// A silentClient is one login, used under every policy, and for one POST.
type silentClient struct {
	scheme     string
	visitors   map[string]*visitor // by policy
	poster     *User
	post       Answer
	afterwards int // the status under hash, when the silence is over
}

// A visitor asks for pages, one after the other.
type visitor struct {
	user  *User
	last  int // status
	known int
	slow  int
	worst time.Duration
}

// clientsAt logs alice in at a replica, by each scheme. Under sticky and under hash she is sent there from then on.
func (trial *Trial) clientsAt(ctx context.Context, replica string, schemes []string) (silentClients, error) {
	address, err := trial.addressOf(ctx, replica)
	if err != nil {
		return nil, err
	}
	var all silentClients
	for _, scheme := range schemes {
		user := trial.User(scheme)
		if err := user.PinTo(ctx, replica); err != nil {
			return nil, err
		}
		if err := user.Login(ctx); err != nil {
			return nil, err
		}
		c := &silentClient{scheme: scheme, visitors: map[string]*visitor{}, poster: user.Copy()}
		for _, policy := range []string{RoundRobin, Sticky, Hash} {
			visitor := &visitor{user: user.Copy()}
			visitor.user.Policy = policy
			if policy == Hash {
				visitor.user.address = address
			}
			c.visitors[policy] = visitor
		}
		all = append(all, c)
	}
	return all, nil
}

// addressOf finds an address that the policy hash sends to a replica.
func (trial *Trial) addressOf(ctx context.Context, replica string) (string, error) {
	const addresses = 254
	for i := range addresses {
		user := trial.client(Basic, "", fmt.Sprintf("192.0.2.%d", i+1))
		user.Policy = Hash
		answer, err := user.do(ctx, http.MethodGet, "/livez", nil)
		if err != nil {
			return "", err
		}
		if answer.Replica == replica {
			return user.address, nil
		}
	}
	return "", fmt.Errorf("of %d addresses, none is sent to %s by hash", addresses, replica)
}

// visit sends all requests at once, before the balancer has found out that the replica is silent.
func (all silentClients) visit(ctx context.Context) error {
	var sends []func() error
	for _, c := range all {
		for _, v := range c.visitors {
			sends = append(sends, func() error { return v.visit(ctx) })
		}
		sends = append(sends, func() (err error) {
			c.post, err = c.poster.do(ctx, http.MethodPost, base(c.scheme)+"/email", map[string]string{"email": c.email()})
			return err
		})
	}
	return concurrently(len(sends), func(i int) error { return sends[i]() })
}

func (c *silentClient) email() string { return c.scheme + "@silent.example" }

func (v *visitor) visit(ctx context.Context) error {
	for range visits {
		answer, err := v.user.Get(ctx, "/me")
		if err != nil {
			return err
		}
		v.last = answer.Status
		v.worst = max(v.worst, answer.Took)
		if answer.Took >= slow {
			v.slow++
		}
		switch {
		case answer.Status == http.StatusOK:
			v.known++
		case answer.Status >= http.StatusInternalServerError:
			return nil // no replica is left: it would wait again each time
		}
	}
	return nil
}

func (c *silentClient) observe(trial *Trial, meanwhile, later string) {
	outcome := silentOutcome(c.visitors[Sticky].last, c.afterwards)
	if hash := silentOutcome(c.visitors[Hash].last, c.afterwards); !hash.Equal(outcome) {
		outcome = Meaning("").composed("otherwise-by-hash", outcome, hash)
	}
	if c.post.Status < http.StatusInternalServerError {
		outcome = Meaning("").composed("post-answered", outcome, status(c.post.Status))
	} else if meanwhile == c.email() {
		outcome = Dangerous.composed("post-repeated", outcome)
	}
	measures := map[string]float64{
		"clients": 1, "requests": visits, "post_status": float64(c.post.Status), "post_ms": milliseconds(c.post.Took),
		"post_late": oneIf(later == c.email()),
	}
	for policy, v := range c.visitors {
		name := strings.ReplaceAll(policy, "-", "_")
		measures[name+"_slow"], measures[name+"_known"], measures[name+"_worst_s"] = float64(v.slow), float64(v.known), v.worst.Seconds()
	}
	trial.Observe(c.scheme, outcome, measures)
}
