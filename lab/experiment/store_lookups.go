package experiment

import (
	"context"
	"fmt"
	"net/http"
	"sync"
)

// storeLookups counts, at Redis, what a thousand requests ask of it.
func storeLookups() Experiment {
	const requests, clients = 1000, 8
	schemes := except(Basic) // a thousand password hashes would measure something else
	count := func(n int64) string {
		if n >= 1000 {
			return fmt.Sprintf("%d,%03d", n/1000, n%1000)
		}
		return fmt.Sprint(n)
	}
	return Experiment{
		Name:     "store-lookups",
		Question: "How often is Redis asked in 1,000 requests?",
		Claim:    "Tokens need no lookup; sessions need one for every request.",
		Predict:  whatever(with(always("0", schemes...), "1,000", SessionRedis, TokenRevocable)),
		Run: func(ctx context.Context, b *Bench) error {
			users, err := b.LoggedIn(ctx, schemes...)
			if err != nil {
				return err
			}
			for _, scheme := range schemes {
				before, err := b.Target.Store(ctx)
				if err != nil {
					return err
				}
				if err := repeat(ctx, users[scheme], requests, clients); err != nil {
					return err
				}
				after, err := b.Target.Store(ctx)
				if err != nil {
					return err
				}
				asked := after.Sum() - before.Sum()
				b.Observe(scheme, count(asked), map[string]float64{"requests": requests, "commands": float64(asked)})
			}
			return nil
		},
		Lesson: says("One command for every request of a session in Redis, and none for a token. But a token that can be logged " +
			"out costs exactly what the session costs; and the session in memory and the signed cookie cost nothing either. " +
			"The lookup is the price of being able to forget somebody, not of cookies."),
	}
}

// repeat sends one user's request many times, a few at once.
func repeat(ctx context.Context, user *User, requests, clients int) error {
	var wg sync.WaitGroup
	failed := make(chan error, clients)
	for range clients {
		worker := user.Copy()
		wg.Go(func() {
			for range requests / clients {
				status, err := worker.Status(ctx, "/me")
				if err == nil && status != http.StatusOK {
					err = fmt.Errorf("%s: %d while counting", user.Scheme, status)
				}
				if err != nil {
					failed <- err
					return
				}
			}
		})
	}
	wg.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}
