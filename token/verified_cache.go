package token

import (
	"crypto/sha256"
	"sync"
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
// It has two halves. A token is added to the young one. When that is full, it becomes the old one, and what was old is
// forgotten, but for the tokens that were used since: a use moves a token to the young half. So no request ever waits
// for a search of what to forget.
//
// It is not a session: a replica may forget an entry at any time, and then computes one more signature.
type verifiedCache struct {
	mu         sync.Mutex
	young, old map[tokenHash]verifiedEntry
	bytes      int // length of the tokens in young
}

type tokenHash = [sha256.Size]byte

type verifiedEntry struct {
	claims *Claims // never changed
	key    *Key    // under which the signature was good
	length int     // of the token; at most MaxLength
}

func newVerifiedCache() *verifiedCache {
	return &verifiedCache{young: map[tokenHash]verifiedEntry{}}
}

func (c *verifiedCache) get(hash tokenHash) (verifiedEntry, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.young[hash]; ok {
		return v, true
	}
	v, ok := c.old[hash]
	if ok {
		c.put(hash, v)
	}
	return v, ok
}

func (c *verifiedCache) add(hash tokenHash, v verifiedEntry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(hash, v)
}

func (c *verifiedCache) put(hash tokenHash, v verifiedEntry) {
	if c.bytes+v.length > verifiedCacheBytes/2 {
		c.young, c.old, c.bytes = make(map[tokenHash]verifiedEntry, len(c.young)), c.young, 0
	}
	c.young[hash] = v
	c.bytes += v.length
}
