package experiment

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"strings"

	"authlab/lab/contract"
)

// simulatedPassword is what all simulated users share. It costs next to nothing to check.
const simulatedPassword = "the same for all"

// fewUsers is how many simulated users every trial has from the start. Populate adds more.
const fewUsers = 10

// simulated is the simulated user of a number, from 1, and not logged in.
func (trial *Trial) simulated(scheme string, number int) *User {
	user := trial.client(scheme, contract.SimulatedName(number), contract.SimulatedAddress(number))
	user.password = simulatedPassword
	return user
}

// LogIn returns the first simulated user, logged in by a scheme. A policy balances the login and all that follows.
func (trial *Trial) LogIn(ctx context.Context, scheme, policy string) (*User, error) {
	user := trial.simulated(scheme, 1)
	user.Policy = policy
	return user, user.Login(ctx)
}

// Logins are users who are logged in, by scheme.
type Logins map[string]*User

// LoggedIn logs the first simulated user in by each scheme, as an admin.
func (trial *Trial) LoggedIn(ctx context.Context, schemes ...string) (Logins, error) {
	if err := trial.Target.SetRoles(ctx, contract.SimulatedName(1), []string{"user", "admin"}); err != nil {
		return nil, err
	}
	users := Logins{}
	for _, scheme := range schemes {
		var err error
		if users[scheme], err = trial.LogIn(ctx, scheme, Sticky); err != nil {
			return nil, err
		}
	}
	return users, nil
}

// LoggedInAsAlice logs alice in by each scheme, with a password that takes as long to hash as a password should.
func (trial *Trial) LoggedInAsAlice(ctx context.Context) (Logins, error) {
	return together(Schemes(), func(scheme string) (*User, error) {
		user := trial.User(scheme)
		return user, user.Login(ctx)
	})
}

// LoggedInAt logs the first simulated user in by each scheme, at one replica. Both Bearer schemes get the same token,
// because both take it.
func (trial *Trial) LoggedInAt(ctx context.Context, replica string, schemes ...string) (Logins, error) {
	users := Logins{}
	for _, scheme := range schemes {
		user := trial.simulated(scheme, 1)
		if other, ok := users[TokenStateless]; ok && scheme == TokenRevocable {
			user = other.Copy()
			user.Scheme = scheme
		} else if err := user.PinTo(ctx, replica); err != nil {
			return nil, err
		} else if err := user.Login(ctx); err != nil {
			return nil, err
		}
		if _, err := user.Page(ctx, "/me"); err != nil {
			return nil, err
		}
		users[scheme] = user
	}
	return users, nil
}

// inOrder are the logins in the order of the one table.
func (l Logins) inOrder() iter.Seq2[string, *User] {
	order := EveryScheme()
	names := slices.SortedFunc(maps.Keys(l), func(a, b string) int {
		return cmp.Or(slices.Index(order, l[a].Scheme)-slices.Index(order, l[b].Scheme), strings.Compare(a, b))
	})
	return func(yield func(string, *User) bool) {
		for _, name := range names {
			if !yield(name, l[name]) {
				return
			}
		}
	}
}

// get lets each of them ask for a page, one after the other.
func (l Logins) get(ctx context.Context, page string) (map[string]Answer, error) {
	answers := map[string]Answer{}
	for scheme, user := range l.inOrder() {
		var err error
		if answers[scheme], err = user.Get(ctx, page); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// kept is what each of them has set aside of its credentials.
func (l Logins) kept() Logins {
	others := Logins{}
	for scheme, user := range l.inOrder() {
		others[scheme] = user.Kept()
	}
	return others
}
