package main

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	tokens, cookies, err := readKeys(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := makeKeys(path); err != nil {
			return nil, err
		}
		tokens, cookies, err = readKeys(path)
	}
	if err != nil {
		return nil, err
	}
	k := &replicaKeys{path: path, ids: idsOf(tokens)}
	if k.tokens, err = token.NewKeyring(tokens...); err == nil {
		k.cookies, err = session.NewCookieKeys(cookies...)
	}
	if err != nil {
		return nil, fmt.Errorf("keys in %s: %w", path, err)
	}
	return k, nil
}

// readKeys reads a key file; without a path, new keys. A key that is not safe to use is an error.
func readKeys(path string) (tokens []*token.Key, cookies [][]byte, err error) {
	var text []byte
	if path == "" {
		text, err = newKeys(nil, nil)
	} else {
		if err := checkNotWritable(path); err != nil {
			return nil, nil, err
		}
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read keys: %w", err)
	}
	if tokens, cookies, err = parseKeys(text); err != nil {
		return nil, nil, fmt.Errorf("keys in %s: %w", cmp.Or(path, "this process"), err)
	}
	return tokens, cookies, nil
}

// makeKeys makes a key file, unless there is one, and tells whether it did.
func makeKeys(path string) (made bool, err error) {
	text, err := newKeys(nil, nil)
	if err == nil {
		made, err = makeSecret(path, text, 0o600)
	}
	if err != nil {
		return false, fmt.Errorf("make keys: %w", err)
	}
	return made, nil
}

func parseKeys(text []byte) (tokens []*token.Key, cookies [][]byte, err error) {
	var file keyFile
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, nil, err
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(file.TokenKeys, &set); err != nil {
		return nil, nil, fmt.Errorf("token keys: %w", err)
	}
	for _, jwk := range set.Keys {
		ring, err := token.ParseKeyring(fmt.Appendf(nil, `{"keys":[%s]}`, jwk))
		if err != nil {
			return nil, nil, err
		}
		tokens = append(tokens, ring.Signing())
	}
	if _, err := session.NewCookieKeys(file.SessionCookieKeys...); err != nil {
		return nil, nil, err
	}
	return tokens, file.SessionCookieKeys, nil
}

func idsOf(keys []*token.Key) []string {
	var ids []string
	for _, k := range keys {
		ids = append(ids, k.ID())
	}
	return ids
}

// newKeys makes the content of a key file: new keys, which sign, and the given ones from before, which still verify.
func newKeys(tokens []*token.Key, cookies [][]byte) ([]byte, error) {
	key, cookie, err := makeKeyPair()
	if err != nil {
		return nil, err
	}
	return encodeKeys(append([]*token.Key{key}, tokens...), append([][]byte{cookie}, cookies...), time.Time{})
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

// encodeKeys makes the content of a key file.
func encodeKeys(tokens []*token.Key, cookies [][]byte, rotatedAt time.Time) ([]byte, error) {
	ring, err := token.NewKeyring(tokens...)
	if err != nil {
		return nil, err
	}
	file := keyFile{SessionCookieKeys: cookies, RotatedAt: rotatedAt}
	if file.TokenKeys, err = ring.MarshalPrivate(); err != nil {
		return nil, err
	}
	return json.MarshalIndent(file, "", "  ")
}

// makeSecret makes a file in one step, by linking a complete draft to its path: no other process can read a part of it. If
// there is a file already, it stays. made tells whether it was made now.
func makeSecret(path string, text []byte, mode fs.FileMode) (made bool, err error) {
	draft, err := os.CreateTemp(filepath.Dir(path), ".new-*") // with mode 0600
	if err != nil {
		return false, err
	}
	defer os.Remove(draft.Name())
	_, err = draft.Write(text)
	if err = errors.Join(err, draft.Chmod(mode), draft.Close()); err != nil {
		return false, err
	}
	if err := os.Link(draft.Name(), path); errors.Is(err, fs.ErrExist) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	return true, nil
}
