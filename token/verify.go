package token

import (
	"errors"
	"fmt"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// Verified is a token that Verify accepted.
type Verified struct {
	Claims
	// Cached: Verify had checked the signature of this token before, and did not compute it again.
	Cached bool
}

// Verify checks format, signature, times and claims of an access token, in that order. It asks no other server. Its
// errors are ErrFormat, ErrSignature, ErrTime and ErrClaims, after the check that failed.
func (s *Service) Verify(token string) (Verified, error) {
	if claims, ok := s.verifiedBefore(token); ok {
		if err := s.validator.Validate(&claims); err != nil {
			return Verified{}, checkOf(err)
		}
		return Verified{Claims: claims, Cached: true}, nil
	}
	parts, err := splitToken(token)
	if err != nil {
		return Verified{}, err
	}
	key, ok := s.config.Keys.find(parts.KeyID)
	if !ok {
		return Verified{}, fmt.Errorf("%w: no key with the ID %.40q", ErrSignature, parts.KeyID)
	}
	// RFC 8725, section 3.1: "each key MUST be used with exactly one algorithm, and this MUST be checked when the
	// cryptographic operation is performed."
	if key.Algorithm() != parts.Algorithm {
		return Verified{}, fmt.Errorf("%w: alg is %.10q, and the key %q is for %s", ErrSignature, parts.Algorithm, key.id, key.Algorithm())
	}
	if err := key.method.Verify(parts.signed, parts.signature, key.public); err != nil {
		return Verified{}, fmt.Errorf("%w: it does not fit header and payload", ErrSignature)
	}
	claims := parts.claims
	if err := s.validator.Validate(&claims); err != nil {
		return Verified{}, checkOf(err)
	}
	s.verified.add(token, claims, key)
	return Verified{Claims: claims}, nil
}

// verifiedBefore returns the claims of a token whose signature was good under a key that is still on the keyring.
func (s *Service) verifiedBefore(token string) (Claims, bool) {
	v, ok := s.verified.get(token)
	if !ok {
		return Claims{}, false
	}
	key, ok := s.config.Keys.find(v.key.id)
	return v.claims, ok && key == v.key
}

// checkOf tells which check an error of the library's validator comes from.
func checkOf(err error) error {
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return fmt.Errorf("%w: it has expired", ErrTime)
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return fmt.Errorf("%w: it is not valid yet", ErrTime)
	case errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return fmt.Errorf("%w: it was issued in the future", ErrTime)
	default:
		return fmt.Errorf("%w: %s", ErrClaims, strings.TrimPrefix(err.Error(), jwt.ErrTokenInvalidClaims.Error()+": "))
	}
}
