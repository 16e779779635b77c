package experiment

import (
	"authlab/lab/contract"
	"context"
)

// simulatedPassword is what all simulated users share. Sharing a hash saves nothing: each login checks it anew.
const simulatedPassword = "the same for everybody"

// simulated is the simulated user of a number, from 1, and not logged in.
func (b *Bench) simulated(scheme string, number int) *User {
	user := b.client(scheme, contract.SimulatedName(number), contract.SimulatedAddress(number))
	user.password = simulatedPassword
	return user
}

// Simulated is a new client of the first simulated user, whose password costs next to nothing to check.
func (b *Bench) Simulated(ctx context.Context, scheme string) (*User, error) {
	user := b.User(scheme)
	user.Name, user.password = contract.SimulatedName(1), simulatedPassword
	return user, b.Target.AddUsers(ctx, 1, simulatedPassword)
}
