package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"authlab/session"
	"authlab/token"
)

// keyFile is the content of the key file, which all replicas share. It is a secret.
type keyFile struct {
	// TokenKeys is a JWK Set (RFC 7517, section 5) of private keys; the first signs, all verify.
	TokenKeys json.RawMessage `json:"token_keys"`
	// SessionCookieKeys sign the cookies of session-cookie; the first signs, all verify. In JSON they are base64.
	SessionCookieKeys [][]byte `json:"session_cookie_keys"`
	// RotatedAt is when a schedule has changed the keys last. It is left out where none has.
	RotatedAt time.Time `json:"rotated_at,omitzero"`
}

// A keySet is what a key file says. The first key of each kind signs, and all verify.
type keySet struct {
	tokens    []*token.Key
	cookies   [][]byte
	rotatedAt time.Time
}

// replicaKeys are the keys that one replica signs and verifies with.
type replicaKeys struct {
	path    string // empty: the keys were made for this process
	tokens  *token.Keyring
	cookies *session.CookieKeys
	mu      sync.Mutex
	ids     []string // of the keys in tokens
}

// loadKeys reads the keys from a file, which it makes if there is none. Without a path it makes keys for this process. If
// several replicas start at once, one makes the file and all read the same.
func loadKeys(path string) (*replicaKeys, error) {
	set, err := readKeys(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := makeKeys(path); err != nil {
			return nil, err
		}
		set, err = readKeys(path)
	}
	if err != nil {
		return nil, err
	}
	k := &replicaKeys{path: path, ids: set.ids()}
	if k.tokens, err = token.NewKeyring(set.tokens...); err == nil {
		k.cookies, err = session.NewCookieKeys(set.cookies...)
	}
	if err != nil {
		return nil, fmt.Errorf("keys in %s: %w", path, err)
	}
	return k, nil
}

// readKeys reads a key file; without a path, new keys. A key that is not safe to use is an error.
func readKeys(path string) (keySet, error) {
	if path == "" {
		return keySet{}.withNew()
	}
	if err := checkNotWritable(path); err != nil {
		return keySet{}, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return keySet{}, fmt.Errorf("read keys: %w", err)
	}
	set, err := parseKeys(text)
	if err != nil {
		return keySet{}, fmt.Errorf("keys in %s: %w", path, err)
	}
	return set, nil
}

// makeKeys makes a key file, unless there is one, and tells whether it did.
func makeKeys(path string) (made bool, err error) {
	set, err := keySet{}.withNew()
	var text []byte
	if err == nil {
		text, err = set.encode()
	}
	if err == nil {
		made, err = makeSecret(path, text, 0o600)
	}
	if err != nil {
		return false, fmt.Errorf("make keys: %w", err)
	}
	return made, nil
}

func parseKeys(text []byte) (keySet, error) {
	var file keyFile
	if err := json.Unmarshal(text, &file); err != nil {
		return keySet{}, err
	}
	var jwks struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(file.TokenKeys, &jwks); err != nil {
		return keySet{}, fmt.Errorf("token keys: %w", err)
	}
	set := keySet{cookies: file.SessionCookieKeys, rotatedAt: file.RotatedAt}
	for _, jwk := range jwks.Keys {
		ring, err := token.ParseKeyring(fmt.Appendf(nil, `{"keys":[%s]}`, jwk))
		if err != nil {
			return keySet{}, err
		}
		set.tokens = append(set.tokens, ring.Signing())
	}
	_, err := session.NewCookieKeys(set.cookies...)
	return set, err
}

func (s keySet) ids() []string {
	var ids []string
	for _, k := range s.tokens {
		ids = append(ids, k.ID())
	}
	return ids
}

// withNew returns the keys with a new one of each kind before them, which signs.
func (s keySet) withNew() (keySet, error) {
	key, cookie, err := makeKeyPair()
	if err != nil {
		return keySet{}, err
	}
	return keySet{tokens: append([]*token.Key{key}, s.tokens...), cookies: append([][]byte{cookie}, s.cookies...)}, nil
}

// makeKeyPair makes a key of each kind.
func makeKeyPair() (*token.Key, []byte, error) {
	key, err := token.GenerateKey(token.DefaultAlgorithm)
	if err != nil {
		return nil, nil, err
	}
	cookie := make([]byte, 32)
	rand.Read(cookie)
	return key, cookie, nil
}

// encode makes the content of a key file.
func (s keySet) encode() ([]byte, error) {
	ring, err := token.NewKeyring(s.tokens...)
	if err != nil {
		return nil, err
	}
	file := keyFile{SessionCookieKeys: s.cookies, RotatedAt: s.rotatedAt}
	if file.TokenKeys, err = ring.MarshalPrivate(); err != nil {
		return nil, err
	}
	return json.MarshalIndent(file, "", "  ")
}
