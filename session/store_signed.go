package session

import (
	"context"
	"encoding/base64"
	"fmt"

	"github.com/gorilla/securecookie"
)

// MaxCookie is how long a cookie's name and value may be together, in bytes. A browser ignores a longer one, and reports no
// error (RFC 6265bis, section 5.6).
const MaxCookie = 4096

// Signed keeps nothing at the server: the record is in the cookie, with an HMAC-SHA256 of the server's. A client can read
// it and cannot change it.
//
// The record is signed and not encrypted, because nothing in it is secret from the user: a name, roles, two dates. For
// secrets in Values, use encryption too; securecookie takes a second key for that.
//
// Signed cannot end a session (see Delete) and cannot list a user's sessions.
type Signed struct {
	name string
	keys *CookieKeys
}

var _ Store = (*Signed)(nil)

// NewSigned returns a store for the cookie of that name. The name is signed too, so a value that is moved to another cookie
// is refused.
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
	// Strict, because the codec accepts another last character that decodes to the same bytes. What is before the last four,
	// it decodes by itself.
	if _, err := base64.URLEncoding.Strict().DecodeString(credential[max(0, len(credential)-4):]); err != nil {
		return Record{}, fmt.Errorf("read session cookie: %w: %w", ErrNoSession, ErrTampered)
	}
	var r Record
	if err := securecookie.DecodeMulti(s.name, credential, &r, s.keys.current()...); err != nil {
		return Record{}, fmt.Errorf("read session cookie: %w: %w", ErrNoSession, ErrTampered)
	}
	return r, nil
}

// Update implements Store. It signs a new cookie. The old one stays valid. Of several requests at once, the browser keeps
// the cookie that came last, so the changes of the others are lost: the server has nothing to compare a cookie with.
func (s *Signed) Update(ctx context.Context, _ string, loaded Record, change func(*Record) error) (string, Record, error) {
	r := loaded.clone()
	if err := change(&r); err != nil {
		return "", loaded, err
	}
	credential, err := s.Create(ctx, r)
	return credential, r, err
}

// Delete implements Store and does nothing, because there is no record to delete. The server can ask the browser to drop
// its cookie, and a copy of the cookie stays valid until it times out.
func (s *Signed) Delete(context.Context, string, Record) error { return nil }
