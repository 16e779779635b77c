package token

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// A Keyring holds the key that signs and the keys that still verify.
//
// To change keys without logging users out: Add the new key, wait until the other services have fetched the JWKS, Sign
// with it, and Drop the old one when the last token that it signed has expired.
//
// All replicas need the same keyring, because a replica refuses a token whose key it does not have. A "stateless" token
// needs that much shared state.
type Keyring struct {
	mu   sync.RWMutex
	keys []*Key // the first signs
}

// NewKeyring returns a keyring. The first key signs; all verify.
func NewKeyring(keys ...*Key) (*Keyring, error) {
	if len(keys) == 0 {
		return nil, errors.New("keyring: no key")
	}
	ring := &Keyring{}
	for _, k := range keys {
		if err := ring.Add(k); err != nil {
			return nil, err
		}
	}
	return ring, nil
}

// Add puts a key on the keyring. It verifies, and does not sign yet.
func (r *Keyring) Add(key *Key) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.index(key.id) >= 0 {
		return fmt.Errorf("keyring: two keys with the ID %q", key.id)
	}
	r.keys = append(r.keys, key)
	return nil
}

// Sign makes a key of the keyring the one that signs. The key that signed before still verifies.
func (r *Keyring) Sign(id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := r.index(id)
	if i < 0 {
		return fmt.Errorf("keyring: no key with the ID %q", id)
	}
	r.keys = append([]*Key{r.keys[i]}, slices.Delete(slices.Clone(r.keys), i, i+1)...)
	return nil
}

// Drop removes a key: every token that it signed is refused from now on. The key that signs cannot be dropped.
func (r *Keyring) Drop(id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := r.index(id)
	if i < 1 {
		return fmt.Errorf("keyring: the key %q is not there, or it signs", id)
	}
	r.keys = slices.Delete(slices.Clone(r.keys), i, i+1)
	return nil
}

// Forget drops every key but the one that signs.
func (r *Keyring) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys = r.keys[:1:1]
}

// Signing returns the key that signs.
func (r *Keyring) Signing() *Key {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.keys[0]
}

// find returns the key with this ID, if the keyring has it.
func (r *Keyring) find(id string) (*Key, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if i := r.index(id); i >= 0 {
		return r.keys[i], true
	}
	return nil, false
}

// signed tells whether one of the keys signed a text.
func (r *Keyring) signed(text string, signature []byte) bool {
	r.mu.RLock()
	keys := r.keys // replaced as a whole, never changed
	r.mu.RUnlock()
	return slices.ContainsFunc(keys, func(k *Key) bool { return k.method.Verify(text, signature, k.public) == nil })
}

// index returns the place of a key, or -1.
func (r *Keyring) index(id string) int {
	return slices.IndexFunc(r.keys, func(k *Key) bool { return k.id == id })
}

// JWKS returns the public keys as a JWK Set (RFC 7517), for services that verify. It leaves out HS256 keys, which have no
// public half: a service that knew the secret could sign.
func (r *Keyring) JWKS() jose.JSONWebKeySet {
	r.mu.RLock()
	defer r.mu.RUnlock()
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, k := range r.keys {
		if k.Algorithm() != HS256 {
			set.Keys = append(set.Keys, k.jwk(k.public))
		}
	}
	return set
}

// MarshalPrivate returns all keys, with their private halves, as a JWK Set: a secret, for a file that only the server may
// read.
func (r *Keyring) MarshalPrivate() ([]byte, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var set jose.JSONWebKeySet
	for _, k := range r.keys {
		set.Keys = append(set.Keys, k.jwk(k.private))
	}
	return json.Marshal(set)
}

// ParseKeyring reads the text of MarshalPrivate, or any JWK Set of private keys of which each names its alg. The first key
// signs. ErrWeakKey: one of the keys is not safe to use, or it is for something else than to sign (RFC 7517, sections 4.2
// and 4.3).
func ParseKeyring(text []byte) (*Keyring, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("read keyring: %w", err)
	}
	keys := make([]*Key, 0, len(set.Keys))
	for _, text := range set.Keys {
		var jwk jose.JSONWebKey
		var more struct {
			Operations []string `json:"key_ops"` // nil: all
		}
		if err := errors.Join(json.Unmarshal(text, &jwk), json.Unmarshal(text, &more)); err != nil {
			return nil, fmt.Errorf("read keyring: %w", err)
		}
		var err error
		switch {
		case jwk.Use != "" && jwk.Use != "sig":
			err = fmt.Errorf("%w: its use is %q, and not sig", ErrWeakKey, jwk.Use)
		case more.Operations != nil && !slices.Contains(more.Operations, "sign"):
			err = fmt.Errorf("%w: its key_ops are %q, without sign", ErrWeakKey, more.Operations)
		}
		var key *Key
		if err == nil {
			key, err = NewKey(jwk.KeyID, jwk.Algorithm, jwk.Key)
		}
		if err != nil {
			return nil, fmt.Errorf("read keyring: key %q: %w", jwk.KeyID, err)
		}
		keys = append(keys, key)
	}
	return NewKeyring(keys...)
}
