package experiment

import (
	"context"
	"fmt"
	"maps"
	"net/http"
)

// PinTo pins a user to a chosen replica, by asking until that replica answers. How the balancer pins is its own business,
// so all cookies but the login's are dropped before each request, and those that come with the answer are kept.
func (u *User) PinTo(ctx context.Context, replica string) error {
	const requests = 100 // far more than there are replicas
	u.Policy = Sticky
	for range requests {
		login := u.cookieName()
		maps.DeleteFunc(u.cookies, func(name, _ string) bool { return name != login })
		answer, err := u.do(ctx, http.MethodGet, "/livez", nil)
		if err != nil || answer.Replica == replica {
			return err
		}
	}
	return fmt.Errorf("%s: %s did not answer once in %d requests", u.Scheme, replica, requests)
}

// StatusAt asks a replica for /me.
func (u *User) StatusAt(ctx context.Context, replica string) (int, error) {
	if err := u.PinTo(ctx, replica); err != nil {
		return 0, err
	}
	return u.Status(ctx, "/me")
}
