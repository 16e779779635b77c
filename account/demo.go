package account

import (
	"context"
	"errors"
	"sync"
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

// CopyDemos adds the demo accounts of one directory to another that has none, without hashing a password again.
func CopyDemos(ctx context.Context, from, to Directory) error {
	for _, demo := range Demos() {
		_, hash, err := from.PasswordHash(ctx, demo.Name)
		if err != nil {
			return err
		}
		if err := to.Create(ctx, demo.User, hash); err != nil {
			return err
		}
	}
	return nil
}

// A DemoReset makes the demo accounts as they began: their passwords, roles and addresses, and empty carts.
type DemoReset struct {
	Directory Directory
	Hasher    *Hasher

	mu   sync.Mutex
	fits map[string]string // by name: the stored hash that was last seen to be of the account's own password
}

// Reset hashes a password only if the stored hash is another than last time.
func (r *DemoReset) Reset(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, demo := range Demos() {
		if err := r.password(ctx, demo); err != nil {
			return err
		}
		if err := r.Directory.SetRoles(ctx, demo.Name, demo.Roles); err != nil {
			return err
		}
		if err := r.Directory.SetEmail(ctx, demo.Name, demo.Email); err != nil {
			return err
		}
		if err := r.Directory.EmptyCart(ctx, demo.Name); err != nil {
			return err
		}
	}
	return nil
}

func (r *DemoReset) password(ctx context.Context, demo Demo) error {
	_, stored, err := r.Directory.PasswordHash(ctx, demo.Name)
	if err != nil || stored == r.fits[demo.Name] {
		return err
	}
	fits, err := r.Hasher.Matches(ctx, stored, demo.Password)
	if err != nil {
		return err
	}
	if !fits {
		if stored, err = r.Hasher.Hash(ctx, demo.Password); err != nil {
			return err
		}
		if err := r.Directory.SetPasswordHash(ctx, demo.Name, stored); err != nil {
			return err
		}
	}
	if r.fits == nil {
		r.fits = map[string]string{}
	}
	r.fits[demo.Name] = stored
	return nil
}
