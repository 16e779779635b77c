package balancer

import (
	"hash/fnv"
	"net/http"
)

// hashing sends a client address to the same replica every time, without any state: the 32-bit FNV-1a of the address as
// text, modulo the number of configured replicas. Two lessons follow: all clients behind one address reach one replica,
// and adding a replica moves most clients to another.
type hashing struct{}

var _ policy = hashing{}

// pick returns the candidate that the client's address hashes to, or the first available one after it. The modulus
// counts the dead replicas too, so when a replica dies only its own clients move.
func (hashing) pick(r *http.Request, candidates []candidate) int {
	n := len(candidates)
	if n == 0 {
		return -1
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(clientAddr(r).String()))
	home := int(sum.Sum32() % uint32(n))
	for step := range n {
		if i := (home + step) % n; candidates[i].available {
			return i
		}
	}
	return -1
}
