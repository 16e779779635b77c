package account

import (
	"context"
	"errors"
	"fmt"
)

// The cost of a simulated user's hash. At the real cost, ten thousand logins would measure the hashing and nothing else.
// This is Argon2id too, at the least cost that it has. A hash carries its cost in its text, so simulated users log in
// through the same code as all others, only faster. Never make a real account like this.
const (
	simulatedMemory = 8 // KiB, the least for one lane
	simulatedPasses = 1
)

// CreateSimulated adds users with the role user, named name(0), name(1) and so on, with the same password. It leaves names
// that exist as they are.
func CreateSimulated(ctx context.Context, directory Directory, hasher *Hasher, count int, name func(int) string, password string) error {
	hash, err := hasher.hash(ctx, password, newParams(simulatedMemory, simulatedPasses))
	if err != nil {
		return err
	}
	for i := range count {
		user := User{Name: name(i), Roles: []string{RoleUser}, Email: name(i) + "@example.com"}
		if err := directory.Create(ctx, user, hash); err != nil && !errors.Is(err, ErrUserExists) {
			return fmt.Errorf("create simulated users: %w", err)
		}
	}
	return nil
}

// CreateWithSecret adds a user whose password no person chose: it is a secret of 128 random bits or more, which the
// program made and a device keeps. ErrUserExists: the name is taken.
//
// The hash is as cheap as a simulated user's. A slow hash protects passwords that can be guessed; to guess 128 random bits
// takes too long at any speed, so one fast hash is enough, as for look-up secrets in NIST SP 800-63B. Never use it for a
// password that a person has chosen.
func CreateWithSecret(ctx context.Context, directory Directory, hasher *Hasher, user User, secret string) error {
	hash, err := hasher.hash(ctx, secret, newParams(simulatedMemory, simulatedPasses))
	if err != nil {
		return err
	}
	return directory.Create(ctx, user, hash)
}
