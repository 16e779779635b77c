package session

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

const (
	idBytes = 32 // 256 bits; OWASP asks for 64 at least
	idChars = 43 // of base64url without padding
)

// newID returns a session ID that cannot be guessed.
func newID() string {
	b := make([]byte, idBytes)
	rand.Read(b) // never fails: crypto/rand ends the program rather than return weak bytes
	return base64.RawURLEncoding.EncodeToString(b)
}

// keyOf returns the key under which a store keeps the record of an ID. It is a hash, so that an attacker who reads the
// store, or a backup of it, finds no ID to log in with. False: the text is not of the form of an ID, so there is no need
// to ask the store.
func keyOf(id string) (key string, ok bool) {
	if len(id) != idChars {
		return "", false
	}
	// Strict: otherwise the last character could be changed for another that decodes to the same bytes.
	b, err := base64.RawURLEncoding.Strict().DecodeString(id)
	if err != nil || len(b) != idBytes {
		return "", false
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), true
}
