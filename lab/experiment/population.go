package experiment

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
)

// How many simulated users a population has.
const (
	DefaultUsers = 200
	MaxUsers     = 10_000
)

// atOnce is how many of them send a request at the same time. More would only wait for each other on one machine.
const atOnce = 32

// mostReplicas is how many replicas a lab can have.
const mostReplicas = 16

// simulatedPassword is what all simulated users share. Sharing a hash saves nothing: each login checks it anew.
const simulatedPassword = "the same for everybody"

// populatedSchemes are those that have something to lose or to keep; basic brings everything every time.
func populatedSchemes() []string { return except(Basic) }

// A population is many simulated users, each with cookies, tokens and a client address of their own.
type population []*User

// Populate makes n users of each scheme and logs them all in. The user of a number has the same name and address in
// every scheme and in every run.
func (b *Bench) Populate(ctx context.Context, policy string, n int, schemes ...string) (population, error) {
	if err := b.Target.AddUsers(ctx, n, simulatedPassword); err != nil {
		return nil, err
	}
	people := make(population, 0, n*len(schemes))
	for _, scheme := range schemes {
		for i := range n {
			user := b.simulated(scheme, i+1)
			user.Policy = policy
			people = append(people, user)
		}
	}
	return people, people.logIn(ctx)
}

// simulated is the simulated user of a number, from 1, and not logged in.
func (b *Bench) simulated(scheme string, number int) *User {
	user := b.client(scheme, simulatedName(number), simulatedAddress(number))
	user.password = simulatedPassword
	return user
}

func simulatedName(number int) string { return fmt.Sprintf("user-%05d", number) }

// simulatedAddress is the i-th address of 198.18.0.0/15, which is set aside for benchmarks (RFC 2544).
func simulatedAddress(i int) string {
	return netip.AddrFrom4([4]byte{198, byte(18 + i>>16&1), byte(i >> 8), byte(i)}).String()
}

// of is the part of the population that uses a scheme.
func (p population) of(scheme string) population {
	return p.where(func(i int) bool { return p[i].Scheme == scheme })
}

// where is the part of the population whose indexes are chosen.
func (p population) where(chosen func(i int) bool) population {
	var part population
	for i, user := range p {
		if chosen(i) {
			part = append(part, user)
		}
	}
	return part
}

// each lets all users do something, atOnce at a time. The first error ends it.
func (p population) each(ctx context.Context, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(atOnce, len(p)) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1) - 1)
				if i >= len(p) {
					return
				}
				if err := do(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

func (p population) logIn(ctx context.Context) error {
	return p.each(ctx, func(ctx context.Context, i int) error { return p[i].loginPatiently(ctx) })
}

// An outcome sorts people by what became of their request.
type outcome struct {
	known    population // 200
	out      population // 401: logged out
	unserved population // 502: no replica could be reached
}

// visit sends everybody to their page once. An answer that sorts nobody is an error.
func (p population) visit(ctx context.Context) (outcome, error) {
	status := make([]int, len(p))
	err := p.each(ctx, func(ctx context.Context, i int) error {
		answer, err := p[i].visitPatiently(ctx)
		status[i], p[i].at = answer.Status, answer.Replica
		return err
	})
	if err != nil {
		return outcome{}, err
	}
	var o outcome
	for i, user := range p {
		switch status[i] {
		case http.StatusOK:
			o.known = append(o.known, user)
		case http.StatusUnauthorized:
			o.out = append(o.out, user)
		case http.StatusBadGateway:
			o.unserved = append(o.unserved, user)
		default:
			return outcome{}, fmt.Errorf("%s of %s: %d", user.Name, user.Scheme, status[i])
		}
	}
	return o, nil
}

// places are the replicas that everybody was at last, by index.
func (p population) places() []string {
	at := make([]string, len(p))
	for i, user := range p {
		at[i] = user.at
	}
	return at
}

// spread counts how many people were at each of the replicas last, in the order of the replicas.
func (p population) spread(replicas []Replica) []int {
	count := make([]int, len(replicas))
	for i, replica := range replicas {
		for _, user := range p {
			if user.at == replica.Name {
				count[i]++
			}
		}
	}
	return count
}

// notes adds counts to measures as name_1, name_2 and so on.
func notes(measures map[string]float64, name string, counts []int) {
	for i, n := range counts {
		measures[fmt.Sprintf("%s_%d", name, i+1)] = float64(n)
	}
}

// howMany says k of n in words, where words do.
func howMany(k, n int) string {
	switch k {
	case 0:
		return "none"
	case n:
		return "all"
	}
	return fmt.Sprintf("%d of %d", k, n)
}
