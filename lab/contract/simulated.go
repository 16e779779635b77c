package contract

import (
	"fmt"
	"net/netip"
)

// SimulatedName is the name of the simulated user of a number, from 1.
func SimulatedName(number int) string { return fmt.Sprintf("user-%05d", number) }

// SimulatedAddress is the client address of the simulated user of a number, from 1: of 198.18.0.0/15, which is set aside
// for benchmarks (RFC 2544).
func SimulatedAddress(number int) string {
	return netip.AddrFrom4([4]byte{198, byte(18 + number>>16&1), byte(number >> 8), byte(number)}).String()
}
