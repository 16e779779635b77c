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

// A hash is what a store keeps in place of an ID, so that an attacker who reads the store, or a backup of it, finds no ID to
// log in with.
type hash [sha256.Size]byte

func (h hash) String() string { return hex.EncodeToString(h[:]) }

// hashOf returns the hash of an ID. False: the text is not of the form of an ID, so there is no need to ask the store.
func hashOf(id string) (h hash, ok bool) {
	if len(id) != idChars {
		return hash{}, false
	}
	// Strict: otherwise the last character could be changed for another that decodes to the same bytes.
	b, err := base64.RawURLEncoding.Strict().DecodeString(id)
	if err != nil || len(b) != idBytes {
		return hash{}, false
	}
	return sha256.Sum256(b), true
}

// keyOf returns the key under which a store keeps the record of an ID: its hash, as text.
func keyOf(id string) (key string, ok bool) {
	h, ok := hashOf(id)
	if !ok {
		return "", false
	}
	return h.String(), true
}
