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

// LoggedInAt returns a simulated user for each scheme, logged in at one replica. Both Bearer schemes get the same token,
// because both take it.
func (b *Bench) LoggedInAt(ctx context.Context, replica string, schemes ...string) (map[string]*User, error) {
	users := map[string]*User{}
	for _, scheme := range schemes {
		if other, ok := users[TokenStateless]; ok && scheme == TokenRevocable {
			users[scheme] = other.Copy()
			users[scheme].Scheme = scheme
			continue
		}
		user, err := b.Simulated(ctx, scheme)
		if err != nil {
			return nil, err
		}
		if err := user.PinTo(ctx, replica); err != nil {
			return nil, err
		}
		if err := user.Login(ctx); err != nil {
			return nil, err
		}
		users[scheme] = user
	}
	return users, allIn(ctx, users)
}

// allIn makes sure that what follows begins with users who are logged in.
func allIn(ctx context.Context, users map[string]*User) error {
	for scheme, user := range users {
		status, err := user.Status(ctx, "/me")
		if err != nil {
			return err
		}
		if status != http.StatusOK {
			return fmt.Errorf("%s: %d after logging in", scheme, status)
		}
	}
	return nil
}
