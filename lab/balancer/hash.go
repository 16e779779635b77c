package balancer

import (
	"hash/fnv"
	"net/http"
)

// Hash sends a client address to the same replica every time without remembering anything: the 32-bit FNV-1a of the
// address as text, modulo the number of configured replicas. That is its charm and its two lessons: everyone behind one
// address lands on one replica, and one more replica moves most clients to another.
type Hash struct{}

var _ Policy = Hash{}

// Pick returns the candidate that the client's address hashes to, or the first available one after it. The modulus
// counts the dead replicas too, so a death moves only the clients of the one that died.
func (Hash) Pick(r *http.Request, candidates []Candidate) int {
	n := len(candidates)
	if n == 0 {
		return -1
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(clientAddr(r).String()))
	home := int(sum.Sum32() % uint32(n))
	for step := range n {
		if i := (home + step) % n; candidates[i].Available {
			return i
		}
	}
	return -1
}
