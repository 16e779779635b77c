package account

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
)

// Simulated users are many, and a password hash is slow on purpose: ten thousand logins would measure nothing else.
// Their stored hash is Argon2id too, at the least cost that it has. A hash carries its own cost, so they log in on the
// same way as everybody, through the same code, only faster. Real accounts are never made like this.
const (
	simulatedMemory = 8 // KiB, the least for one lane
	simulatedPasses = 1
)

// CreateSimulated adds users with the role user, named as name(0), name(1), and so on, who share a password. Names
// that exist are left as they are.
func CreateSimulated(ctx context.Context, directory Directory, hasher *Hasher, count int, name func(int) string, password string) error {
	p := params{memory: simulatedMemory, passes: simulatedPasses, lanes: argonLanes, salt: make([]byte, argonSaltLen), key: make([]byte, argonKeyLen)}
	rand.Read(p.salt)
	var err error
	if p.key, err = hasher.derive(ctx, password, p); err != nil {
		return err
	}
	hash := p.String()
	for i := range count {
		user := User{Name: name(i), Roles: []string{RoleUser}, Email: name(i) + "@example.com"}
		if err := directory.Create(ctx, user, hash); err != nil && !errors.Is(err, ErrUserExists) {
			return fmt.Errorf("create simulated users: %w", err)
		}
	}
	return nil
}
