package session

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/gorilla/securecookie"
)

const minKeyBytes = 32 // RFC 2104: a key shorter than the hash's output weakens HMAC

// CookieKeys sign the cookies of Signed. All replicas need the same, because a replica refuses a cookie whose key it does
// not have.
type CookieKeys struct {
	mu     sync.RWMutex
	codecs []securecookie.Codec // the first signs, all verify
}

// NewCookieKeys returns keys of which the first signs and all verify. Each needs 32 bytes or more: ErrWeakKey.
func NewCookieKeys(keys ...[]byte) (*CookieKeys, error) {
	k := &CookieKeys{}
	if err := k.Replace(keys...); err != nil {
		return nil, err
	}
	return k, nil
}

// Replace makes these the keys, all at once: no request finds only some of them. On an error the keys stay as they were.
func (k *CookieKeys) Replace(keys ...[]byte) error {
	fresh := &CookieKeys{}
	for _, key := range slices.Backward(keys) {
		if err := fresh.Rotate(key); err != nil {
			return err
		}
	}
	if len(fresh.codecs) == 0 {
		return fmt.Errorf("%w: none", ErrWeakKey)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.codecs = fresh.codecs
	return nil
}

// Rotate makes a new key sign. The keys before it still verify, until Forget.
func (k *CookieKeys) Rotate(key []byte) error {
	if len(key) < minKeyBytes {
		return fmt.Errorf("%w: %d bytes", ErrWeakKey, len(key))
	}
	codec := securecookie.New(key, nil)
	codec.SetSerializer(jsonSerializer{})
	codec.MaxAge(0) // it would use the machine's clock; the Manager checks the record's times by Config.Now
	codec.MaxLength(MaxCookie)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.codecs = append([]securecookie.Codec{codec}, k.codecs...)
	return nil
}

// Forget drops every key but the one that signs: cookies that the others signed are refused from now on.
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

// A jsonSerializer is securecookie.JSONEncoder without a decoder and a buffer for each cookie.
type jsonSerializer struct{}

func (jsonSerializer) Serialize(record any) ([]byte, error)      { return json.Marshal(record) }
func (jsonSerializer) Deserialize(text []byte, record any) error { return json.Unmarshal(text, record) }
