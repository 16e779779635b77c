package token

import "math/big"

// isROCA tells an RSA modulus that was made by the library of CVE-2017-15361. Its primes are not random: both are powers of
// 65537 modulo many small primes, and so is their product. Anyone can factor such a modulus for some thousand dollars
// (Nemec, Sys and others: The Return of Coppersmith's Attack, 2017). Of other moduli one in 2^150 looks the same.
func isROCA(modulus *big.Int) bool {
	for prime := int64(3); prime <= 167; prime += 2 {
		p := big.NewInt(prime)
		if p.ProbablyPrime(0) && !isPower(65537%prime, new(big.Int).Mod(modulus, p).Int64(), prime) {
			return false
		}
	}
	return true
}

// isPower tells whether n is a power of base modulo a prime.
func isPower(base, n, prime int64) bool {
	power := int64(1)
	for range prime - 1 {
		if power == n {
			return true
		}
		power = power * base % prime
	}
	return false
}
