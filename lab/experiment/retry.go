package experiment

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Simulated users who are answered 503 send the request again after a second, as Retry-After asks, until they have sent
// it so often. Thousands of users on a machine that is busy with other things do get a 503 now and then, and no
// experiment with many users is about that.
const (
	retryAfter = time.Second
	mostTries  = 5
)

// retry asks until the answer is not 503, at most mostTries times.
func retry(ctx context.Context, ask func() (unavailable bool, err error)) error {
	for try := 1; ; try++ {
		unavailable, err := ask()
		if !unavailable || try == mostTries {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(retryAfter):
		}
	}
}

func (u *User) loginWithRetries(ctx context.Context) error {
	return retry(ctx, func() (bool, error) {
		err := u.Login(ctx)
		var refused unexpectedError
		return errors.As(err, &refused) && refused.Status == http.StatusServiceUnavailable, err
	})
}

func (u *User) visitWithRetries(ctx context.Context) (answer Answer, err error) {
	err = retry(ctx, func() (bool, error) {
		answer, err = u.Get(ctx, "/me")
		return answer.Status == http.StatusServiceUnavailable, err
	})
	return answer, err
}
