package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"authlab/session"
	"authlab/token"
)

// keyFile is what all replicas share. It is a secret.
type keyFile struct {
	// TokenKeys is a JWK Set (RFC 7517) of private keys; the first signs.
	TokenKeys json.RawMessage `json:"token_keys"`
	// SessionCookieKeys are for session-cookie, base64; the first signs.
	SessionCookieKeys [][]byte `json:"session_cookie_keys"`
}

// loadKeys reads the keys from a file, which it makes if it is not there. Without a path it makes keys and keeps them
// to itself. Of several replicas that start at once, one makes the file and all read the same.
func loadKeys(path string) (*token.Keyring, *session.CookieKeys, error) {
	if path == "" {
		text, err := newKeys()
		if err != nil {
			return nil, nil, err
		}
		return parseKeys(text)
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := writeKeys(path); err != nil {
			return nil, nil, fmt.Errorf("make keys: %w", err)
		}
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read keys: %w", err)
	}
	tokenKeys, cookieKeys, err := parseKeys(text)
	if err != nil {
		return nil, nil, fmt.Errorf("keys in %s: %w", path, err)
	}
	return tokenKeys, cookieKeys, nil
}

func parseKeys(text []byte) (*token.Keyring, *session.CookieKeys, error) {
	var file keyFile
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, nil, err
	}
	tokenKeys, err := token.ParseKeyring(file.TokenKeys)
	if err != nil {
		return nil, nil, err
	}
	cookieKeys, err := session.NewCookieKeys(file.SessionCookieKeys...)
	return tokenKeys, cookieKeys, err
}

func newKeys() ([]byte, error) {
	key, err := token.GenerateKey(token.DefaultAlgorithm)
	if err != nil {
		return nil, err
	}
	ring, err := token.NewKeyring(key)
	if err != nil {
		return nil, err
	}
	cookieKey := make([]byte, 32)
	rand.Read(cookieKey)
	file := keyFile{SessionCookieKeys: [][]byte{cookieKey}}
	if file.TokenKeys, err = ring.MarshalPrivate(); err != nil {
		return nil, err
	}
	return json.MarshalIndent(file, "", "  ")
}

// writeKeys makes the file in one step: it is there with its whole content or not at all, and the first who makes it
// wins.
func writeKeys(path string) error {
	text, err := newKeys()
	if err != nil {
		return err
	}
	draft, err := os.CreateTemp(filepath.Dir(path), ".keys-*") // for the owner only
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	_, err = draft.Write(text)
	if err = errors.Join(err, draft.Close()); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
