package token

// PrivateOf lets a test sign what the package would never sign.
func PrivateOf(k *Key) any { return k.private }

// VerifiedCacheBytes bounds the sum of the lengths of the tokens that a Service remembers.
const VerifiedCacheBytes = verifiedCacheBytes

// VerifiedBytes is the sum of the lengths of the tokens that s remembers.
func (s *Service) VerifiedBytes() (sum int) {
	s.verified.mu.Lock()
	defer s.verified.mu.Unlock()
	for _, half := range []map[tokenHash]verifiedEntry{s.verified.young, s.verified.old} {
		for _, v := range half {
			sum += v.length
		}
	}
	return sum
}

// Len is how many proofs are remembered.
func (l *LocalProofs) Len() int { return len(l.young) + len(l.old) }
