package experiment

import (
	"context"
	"fmt"
	"net/netip"
)

// simulatedPassword is what all simulated users share. Sharing a hash saves nothing: each login checks it anew.
const simulatedPassword = "the same for everybody"

func simulatedName(number int) string { return fmt.Sprintf("user-%05d", number) }

// simulatedAddress is the i-th address of 198.18.0.0/15, which is set aside for benchmarks (RFC 2544).
func simulatedAddress(i int) string {
	return netip.AddrFrom4([4]byte{198, byte(18 + i>>16&1), byte(i >> 8), byte(i)}).String()
}

// simulated is the simulated user of a number, from 1, and not logged in.
func (b *Bench) simulated(scheme string, number int) *User {
	user := b.client(scheme, simulatedName(number), simulatedAddress(number))
	user.password = simulatedPassword
	return user
}

// Simulated is a new client of the first simulated user, whose password costs next to nothing to check.
func (b *Bench) Simulated(ctx context.Context, scheme string) (*User, error) {
	user := b.User(scheme)
	user.Name, user.password = simulatedName(1), simulatedPassword
	return user, b.Target.AddUsers(ctx, 1, simulatedPassword)
}
