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
func newID() string { return encodeID(randomID()) }

// newIDOf is newID for a store that is divided into slots: the ID of a user's session begins with the user's slot, so that
// it leads to where the user's other sessions are. All IDs of a user have that byte in common; 248 bits are random.
func newIDOf(user string) string {
	b := randomID()
	if user != "" {
		b[0] = slotOf(user)
	}
	return encodeID(b)
}

func randomID() (b [idBytes]byte) {
	rand.Read(b[:]) // never fails: crypto/rand ends the program rather than return weak bytes
	return b
}

func encodeID(b [idBytes]byte) string { return base64.RawURLEncoding.EncodeToString(b[:]) }

// slotOf is one of 256 slots, in which all sessions of a user are.
func slotOf(user string) byte { return sha256.Sum256([]byte(user))[0] }

// slotIn is the slot with which an ID begins.
func slotIn(id string) byte {
	b, _ := base64.RawURLEncoding.DecodeString(id[:min(len(id), 2)])
	return append(b, 0)[0]
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
