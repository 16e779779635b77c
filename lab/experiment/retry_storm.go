package experiment

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// retryStorm has many calls of one page in flight when the access token expires. Each is answered 401, and the client
// refreshes and sends it again: a naive client for each call, one with a single flight once for all.
func retryStorm() Experiment {
	const calls, accessLives = 20, 16 * time.Minute // a little longer than an access token
	schemes := []string{TokenStateless, TokenRevocable}
	return Experiment{
		Name:      "retry-storm",
		Predicted: same(Meaning("").composed("either", storm{calls, 0, http.StatusUnauthorized}.outcome(), storm{1, calls, http.StatusOK}.outcome()), schemes...),
		Run: func(ctx context.Context, trial *Trial) error {
			clients := map[string][2]*User{}
			for _, scheme := range schemes {
				for i := range 2 {
					user, err := trial.LogIn(ctx, scheme, RoundRobin)
					if err != nil {
						return err
					}
					pair := clients[scheme]
					pair[i] = user
					clients[scheme] = pair
				}
			}
			if err := trial.Target.Advance(ctx, accessLives); err != nil {
				return err
			}
			for _, scheme := range schemes {
				naive, err := clients[scheme][0].callAll(ctx, calls, false)
				if err != nil {
					return err
				}
				single, err := clients[scheme][1].callAll(ctx, calls, true)
				if err != nil {
					return err
				}
				trial.Observe(scheme, Meaning("").composed("either", naive.outcome(), single.outcome()), map[string]float64{
					"calls": calls, "naive_refreshes": float64(naive.refreshes), "naive_answered": float64(naive.answered), "naive_next_status": float64(naive.next),
					"single_refreshes": float64(single.refreshes), "single_answered": float64(single.answered), "single_next_status": float64(single.next),
				})
			}
			return nil
		},
	}
}

// A storm is what a client sent when its access token had expired, and what became of it.
type storm struct {
	refreshes int
	answered  int // calls, when they were sent again
	next      int // what the newest refresh token gets afterwards
}

func (s storm) outcome() Outcome {
	switch s.next {
	case http.StatusOK:
		return Kept.says("refreshes-stays", "refreshes", s.refreshes)
	case http.StatusUnauthorized:
		return Lost.says("refreshes-logged-out", "refreshes", s.refreshes)
	}
	return status(s.next)
}

// callAll makes this client send so many calls at once with an access token that has expired, refresh, and send each again
// that has a new token then.
func (u *User) callAll(ctx context.Context, calls int, singleFlight bool) (storm, error) {
	senders := make([]*User, calls)
	for i := range senders {
		senders[i] = u.alike()
	}
	err := concurrently(calls, func(i int) error {
		status, err := senders[i].Status(ctx, "/me")
		if err == nil && status != http.StatusUnauthorized {
			err = fmt.Errorf("%s: %d for an access token that has expired", u.Scheme, status)
		}
		return err
	})
	if err != nil {
		return storm{}, err
	}
	var seen storm
	var mu sync.Mutex
	refresh := func(sender *User) error {
		answer, err := sender.RefreshTokens(ctx)
		mu.Lock()
		defer mu.Unlock()
		if seen.refreshes++; answer.Status == http.StatusOK {
			u.Access, u.Refresh = sender.Access, sender.Refresh
		}
		return err
	}
	flight := sync.OnceValue(func() error { return refresh(u.alike()) })
	err = concurrently(calls, func(i int) error {
		if !singleFlight {
			return refresh(senders[i])
		}
		err := flight()
		mu.Lock()
		defer mu.Unlock()
		senders[i].Access = u.Access
		return err
	})
	if err != nil {
		return seen, err
	}
	err = concurrently(calls, func(i int) error {
		status, err := senders[i].Status(ctx, "/me")
		mu.Lock()
		defer mu.Unlock()
		if status == http.StatusOK {
			seen.answered++
		}
		return err
	})
	if err != nil {
		return seen, err
	}
	answer, err := u.RefreshTokens(ctx)
	seen.next = answer.Status
	return seen, err
}
