package account

import (
	"context"
	"errors"
)

// A Demo is an account with a public password, which the login page shows.
type Demo struct {
	User
	Password string
}

// Demos returns the two accounts of every lesson: alice, who is an admin, and bob, who is not.
func Demos() []Demo {
	return []Demo{
		{User{Name: "alice", Roles: []string{RoleUser, RoleAdmin}, Email: "alice@example.com"}, "wonderland"},
		{User{Name: "bob", Roles: []string{RoleUser}, Email: "bob@example.com"}, "builder"},
	}
}

// CreateDemos adds the demo accounts that the directory does not have yet, and hashes passwords only for those.
func CreateDemos(ctx context.Context, directory Directory, hasher *Hasher) error {
	for _, demo := range Demos() {
		_, err := directory.User(ctx, demo.Name)
		if err == nil {
			continue
		}
		if !errors.Is(err, ErrUnknownUser) {
			return err
		}
		hash, err := hasher.Hash(ctx, demo.Password)
		if err != nil {
			return err
		}
		if err := directory.Create(ctx, demo.User, hash); err != nil && !errors.Is(err, ErrUserExists) {
			return err
		}
	}
	return nil
}

// ResetDemos gives the demo accounts the roles and addresses that they began with, and empty carts.
func ResetDemos(ctx context.Context, directory Directory) error {
	for _, demo := range Demos() {
		if err := directory.SetRoles(ctx, demo.Name, demo.Roles); err != nil {
			return err
		}
		if err := directory.SetEmail(ctx, demo.Name, demo.Email); err != nil {
			return err
		}
		if err := directory.EmptyCart(ctx, demo.Name); err != nil {
			return err
		}
	}
	return nil
}
