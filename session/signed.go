package session

import (
	"context"
	"encoding/base64"
	"fmt"

	"github.com/gorilla/securecookie"
)

// MaxCookie is how long a cookie's name and value may be together, in bytes. A browser drops a longer one without a word
// (RFC 6265bis, section 5.6).
const MaxCookie = 4096

// Signed keeps nothing: the record travels in the cookie, with an HMAC-SHA256 so that only we can have written it.
//
// It is signed and not encrypted. Nothing in it is secret from its owner (their name, their roles, two dates), and a
// reader can decode it and see what a signature does: it does not hide, it keeps from being changed. Put a secret in
// Values, and you want encryption; securecookie takes a second key for that.
//
// What it cannot do is in its Delete.
type Signed struct {
	name string
	keys *CookieKeys
}

var _ Store = (*Signed)(nil)

// NewSigned returns a store that signs for the cookie of that name: a value moved to another cookie is refused.
func NewSigned(name string, keys *CookieKeys) *Signed { return &Signed{name: name, keys: keys} }

// Create implements Store.
func (s *Signed) Create(_ context.Context, r Record) (string, error) {
	value, err := s.keys.current()[0].Encode(s.name, r)
	if err != nil {
		return "", fmt.Errorf("sign session: %w: %w", ErrTooLarge, err)
	}
	if length := len(s.name) + len(value); length > MaxCookie {
		return "", fmt.Errorf("sign session: %w: %d bytes", ErrTooLarge, length)
	}
	return value, nil
}

// Load implements Store.
func (s *Signed) Load(_ context.Context, credential string) (Record, error) {
	// The codec decodes leniently: it would take a changed last character that means the same bytes.
	if _, err := base64.URLEncoding.Strict().DecodeString(credential); err != nil {
		return Record{}, fmt.Errorf("read session cookie: %w: %w", ErrNoSession, ErrTampered)
	}
	var r Record
	if err := securecookie.DecodeMulti(s.name, credential, &r, s.keys.current()...); err != nil {
		return Record{}, fmt.Errorf("read session cookie: %w: %w", ErrNoSession, ErrTampered)
	}
	return r, nil
}

// Update implements Store. It signs a new cookie; the one before stays as good as it was.
func (s *Signed) Update(ctx context.Context, _ string, r Record) (string, error) {
	return s.Create(ctx, r)
}

// Delete implements Store, by doing nothing. The browser can be asked to drop its cookie, but a copy of the cookie
// goes on being valid until it times out: there is no record that could be deleted.
func (s *Signed) Delete(context.Context, string, Record) error { return nil }
