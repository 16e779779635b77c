package token

import (
	"crypto/sha256"

	"github.com/maypok86/otter/v2"
)

// seenBytes is how much of verified tokens is remembered, as the sum of their lengths: some ten thousand ordinary ones.
const seenBytes = 4 << 20

// seen remembers tokens whose signature was good, so that a client who comes again does not pay for it again: the same
// bytes under the same key have the same signature. Nothing else is remembered. What changes is asked every time: the
// clock, and whether the key is still on the keyring. Only good tokens come in, so a flood of forged ones cannot push
// them out; and what is kept is a hash, so that a dump of the memory holds no token of anybody's.
//
// This is no session. Any replica can forget it at any time, and it costs one more signature check.
type seen struct {
	cache *otter.Cache[[sha256.Size]byte, verified]
}

// verified is a token whose signature is good under a key.
type verified struct {
	claims Claims
	key    *Key
	length int
}

func newSeen() *seen {
	return &seen{cache: otter.Must(&otter.Options[[sha256.Size]byte, verified]{
		MaximumWeight: seenBytes,
		Weigher:       func(_ [sha256.Size]byte, v verified) uint32 { return uint32(v.length) }, // at most MaxLength
	})}
}

func (s *seen) get(token string) (verified, bool) {
	return s.cache.GetIfPresent(sha256.Sum256([]byte(token)))
}

func (s *seen) add(token string, claims Claims, key *Key) {
	s.cache.Set(sha256.Sum256([]byte(token)), verified{claims: claims, key: key, length: len(token)})
}
