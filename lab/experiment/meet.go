package experiment

import (
	"context"
	"fmt"
	"maps"
	"net/http"
)

// Meet pins a user to a replica of our choice, by asking until it is that one who answers. How the balancer pins is its
// own business, so the cookies that are not the login's are dropped, and those that come with the answer kept.
func (u *User) Meet(ctx context.Context, replica string) error {
	const tries = 100 // far more than there are replicas
	u.Policy = Sticky
	for range tries {
		login := u.cookieName()
		maps.DeleteFunc(u.cookies, func(name, _ string) bool { return name != login })
		answer, err := u.do(ctx, http.MethodGet, "/livez", nil)
		if err != nil || answer.Replica == replica {
			return err
		}
	}
	return fmt.Errorf("%s: %s did not answer once in %d requests", u.Scheme, replica, tries)
}

// StatusAt asks a replica for /me.
func (u *User) StatusAt(ctx context.Context, replica string) (int, error) {
	if err := u.Meet(ctx, replica); err != nil {
		return 0, err
	}
	return u.Status(ctx, "/me")
}

// Simulated is a new client of a simulated user, always the same one, whose password costs next to nothing to check.
func (b *Bench) Simulated(ctx context.Context, scheme string) (*User, error) {
	user := b.User(scheme)
	user.Name, user.password = simulatedName(1), simulatedPassword
	return user, b.Target.AddUsers(ctx, 1, simulatedPassword)
}

// LoggedInAt returns a simulated user for each scheme, logged in at one replica. Both Bearer schemes get the same token,
// because that is what they take.
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
		if err := user.Meet(ctx, replica); err != nil {
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
