package experiment

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// A simulated user who is answered 503, "I can't tell right now, try again", does so after a second, as Retry-After asks,
// and up to so often. Thousands of users on one machine that is busy with other things do see it, and no experiment
// with many users is about it.
const (
	retryAfter = time.Second
	tries      = 5
)

func patiently(ctx context.Context, ask func() (unavailable bool, err error)) error {
	for try := 1; ; try++ {
		unavailable, err := ask()
		if !unavailable || try == tries {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(retryAfter):
		}
	}
}

func (u *User) loginPatiently(ctx context.Context) error {
	return patiently(ctx, func() (bool, error) {
		err := u.Login(ctx)
		var refused refusedError
		return errors.As(err, &refused) && refused.status == http.StatusServiceUnavailable, err
	})
}

func (u *User) visitPatiently(ctx context.Context) (answer Answer, err error) {
	err = patiently(ctx, func() (bool, error) {
		answer, err = u.Get(ctx, "/me")
		return answer.Status == http.StatusServiceUnavailable, err
	})
	return answer, err
}
