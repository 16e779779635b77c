package experiment

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
)

// DefaultUsers is how many simulated users a population has.
const DefaultUsers = 200

// populationConcurrency is how many of them send a request at the same time. More would only wait for each other on one
// machine.
const populationConcurrency = 32

// A population is many simulated users, each with cookies, tokens and a client address of their own.
type population []*User

// Populate makes n users of each scheme and logs them all in. The user of a number has the same name and address in
// every scheme and in every run.
func (trial *Trial) Populate(ctx context.Context, policy string, n int, schemes ...string) (population, error) {
	if err := trial.Target.AddUsers(ctx, n, simulatedPassword); err != nil {
		return nil, err
	}
	people := make(population, 0, n*len(schemes))
	for _, scheme := range schemes {
		for i := range n {
			user := trial.simulated(scheme, i+1)
			user.Policy = policy
			people = append(people, user)
		}
	}
	return people, people.logIn(ctx)
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

// each lets all users do something, populationConcurrency of them at a time. The first error ends it.
func (p population) each(ctx context.Context, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(populationConcurrency, len(p)) {
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
	return p.each(ctx, func(ctx context.Context, i int) error { return p[i].loginWithRetries(ctx) })
}

// A sorting is a population sorted by what became of each user's request.
type sorting struct {
	known    population // 200
	out      population // 401: logged out
	unserved population // 502: no replica could be reached
}

// visit lets each user ask for /me once. A status that is none of the three is an error.
func (p population) visit(ctx context.Context) (sorting, error) {
	status := make([]int, len(p))
	err := p.each(ctx, func(ctx context.Context, i int) error {
		answer, err := p[i].visitWithRetries(ctx)
		status[i], p[i].at = answer.Status, answer.Replica
		return err
	})
	if err != nil {
		return sorting{}, err
	}
	var sorted sorting
	for i, user := range p {
		switch status[i] {
		case http.StatusOK:
			sorted.known = append(sorted.known, user)
		case http.StatusUnauthorized:
			sorted.out = append(sorted.out, user)
		case http.StatusBadGateway:
			sorted.unserved = append(sorted.unserved, user)
		default:
			return sorting{}, fmt.Errorf("%s of %s: %d", user.Name, user.Scheme, status[i])
		}
	}
	return sorted, nil
}

// spread counts how many people were at each of the replicas last, in the order of the replicas.
func (p population) spread(replicas []string) []int {
	count := make([]int, len(replicas))
	for i, replica := range replicas {
		for _, user := range p {
			if user.at == replica {
				count[i]++
			}
		}
	}
	return count
}

// addCounts adds counts to measures as name_1, name_2 and so on.
func addCounts(measures map[string]float64, name string, counts []int) {
	for i, n := range counts {
		measures[fmt.Sprintf("%s_%d", name, i+1)] = float64(n)
	}
}
