package session

import (
	"fmt"
	"sync"

	"github.com/gorilla/securecookie"
)

const minKeyBytes = 32 // RFC 2104: a key shorter than the hash's output weakens HMAC

// CookieKeys sign the cookies of Signed. All replicas need the same: a cookie is only good where its key is known.
type CookieKeys struct {
	mu     sync.RWMutex
	codecs []securecookie.Codec // the first signs, all verify
}

// NewCookieKeys returns keys of which the first signs and all verify. Each needs 32 bytes or more: ErrWeakKey.
func NewCookieKeys(keys ...[]byte) (*CookieKeys, error) {
	k := &CookieKeys{}
	for i := range keys {
		if err := k.Rotate(keys[len(keys)-1-i]); err != nil {
			return nil, err
		}
	}
	if len(k.codecs) == 0 {
		return nil, fmt.Errorf("%w: none", ErrWeakKey)
	}
	return k, nil
}

// Rotate makes a new key sign. The ones before go on verifying, until Forget.
func (k *CookieKeys) Rotate(key []byte) error {
	if len(key) < minKeyBytes {
		return fmt.Errorf("%w: %d bytes", ErrWeakKey, len(key))
	}
	codec := securecookie.New(key, nil)
	codec.SetSerializer(securecookie.JSONEncoder{})
	codec.MaxAge(0) // it would look at the machine's clock; the record carries its own times, for ours
	codec.MaxLength(MaxCookie)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.codecs = append([]securecookie.Codec{codec}, k.codecs...)
	return nil
}

// Forget lets go of every key but the one that signs: what the others signed is refused from now on.
func (k *CookieKeys) Forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.codecs = k.codecs[:1:1]
}

func (k *CookieKeys) current() []securecookie.Codec {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.codecs
}
