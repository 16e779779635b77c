package token

import (
	"crypto/sha256"

	"github.com/maypok86/otter/v2"
)

// verifiedCacheBytes bounds the cache by the sum of the lengths of its tokens: some ten thousand ordinary ones.
const verifiedCacheBytes = 4 << 20

// A verifiedCache remembers tokens whose signature was good, so that Verify computes the signature of each token once:
// the same bytes under the same key have the same signature. It remembers nothing else. What can change is checked at
// every request: the times, and whether the key is still on the keyring.
//
// Only good tokens are added, so a flood of forged ones cannot push them out. The cache's keys are hashes, so a dump of
// the memory does not show tokens.
//
// It is not a session: a replica may forget an entry at any time, and then computes one more signature.
type verifiedCache struct {
	cache *otter.Cache[[sha256.Size]byte, verifiedEntry]
}

type verifiedEntry struct {
	claims Claims
	key    *Key // under which the signature was good
	length int  // of the token
}

func newVerifiedCache() *verifiedCache {
	return &verifiedCache{cache: otter.Must(&otter.Options[[sha256.Size]byte, verifiedEntry]{
		MaximumWeight: verifiedCacheBytes,
		Weigher:       func(_ [sha256.Size]byte, v verifiedEntry) uint32 { return uint32(v.length) }, // at most MaxLength
	})}
}

func (c *verifiedCache) get(token string) (verifiedEntry, bool) {
	return c.cache.GetIfPresent(sha256.Sum256([]byte(token)))
}

func (c *verifiedCache) add(token string, claims Claims, key *Key) {
	c.cache.Set(sha256.Sum256([]byte(token)), verifiedEntry{claims: claims, key: key, length: len(token)})
}
