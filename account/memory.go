package account

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// Memory is a Directory in this process. The replicas of an embedded lab share one, as they would share a database.
type Memory struct {
	mu      sync.RWMutex
	entries map[string]entry
}

type entry struct {
	user User
	hash string
	cart []string
}

var _ Directory = (*Memory)(nil)

// NewMemory returns an empty directory.
func NewMemory() *Memory {
	return &Memory{entries: map[string]entry{}}
}

// Len is how many accounts there are.
func (m *Memory) Len() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.entries)
}

// Names are the names of all users, in no order.
func (m *Memory) Names() []string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return slices.Collect(maps.Keys(m.entries))
}

// User implements Directory.
func (m *Memory) User(ctx context.Context, name string) (User, error) {
	user, _, err := m.PasswordHash(ctx, name)
	return user, err
}

// PasswordHash implements Directory.
func (m *Memory) PasswordHash(_ context.Context, name string) (User, string, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	e, ok := m.entries[name]
	if !ok {
		return User{}, "", fmt.Errorf("find %q: %w", name, ErrUnknownUser)
	}
	e.user.Roles = slices.Clone(e.user.Roles)
	return e.user, e.hash, nil
}

// SetRoles implements Directory.
func (m *Memory) SetRoles(_ context.Context, name string, roles []string) error {
	return m.change(name, func(e *entry) error { e.user.Roles = slices.Clone(roles); return nil })
}

// SetEmail implements Directory.
func (m *Memory) SetEmail(_ context.Context, name, email string) error {
	return m.change(name, func(e *entry) error { e.user.Email = email; return nil })
}

// SetPasswordHash implements Directory.
func (m *Memory) SetPasswordHash(_ context.Context, name, passwordHash string) error {
	return m.change(name, func(e *entry) error { e.hash = passwordHash; return nil })
}

// Cart implements Directory.
func (m *Memory) Cart(_ context.Context, name string) (items []string, err error) {
	err = m.change(name, func(e *entry) error { items = slices.Clone(e.cart); return nil })
	return items, err
}

// AddToCart implements Directory.
func (m *Memory) AddToCart(_ context.Context, name, item string) (items []string, err error) {
	err = m.change(name, func(e *entry) error {
		if len(e.cart) >= MaxCart {
			return fmt.Errorf("add to cart of %q: %w", name, ErrCartFull)
		}
		e.cart = append(e.cart, item)
		items = slices.Clone(e.cart)
		return nil
	})
	return items, err
}

// EmptyCart implements Directory.
func (m *Memory) EmptyCart(_ context.Context, name string) error {
	return m.change(name, func(e *entry) error { e.cart = nil; return nil })
}

// Create implements Directory.
func (m *Memory) Create(_ context.Context, user User, passwordHash string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.entries[user.Name]; ok {
		return fmt.Errorf("create %q: %w", user.Name, ErrUserExists)
	}
	user.Roles = slices.Clone(user.Roles)
	m.entries[user.Name] = entry{user: user, hash: passwordHash}
	return nil
}

// RemoveAllBut removes every user but those of these names.
func (m *Memory) RemoveAllBut(_ context.Context, names ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.entries, func(name string, _ entry) bool { return !slices.Contains(names, name) })
	return nil
}

func (m *Memory) change(name string, edit func(*entry) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.entries[name]
	if !ok {
		return fmt.Errorf("change %q: %w", name, ErrUnknownUser)
	}
	err := edit(&e)
	m.entries[name] = e
	return err
}
