package token

import (
	"crypto/sha256"
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
// errors are ErrFormat, ErrSignature, ErrTime and ErrClaims, after the check that failed, and ErrBound for a token that is
// bound to a key: RFC 9449, section 7.2, forbids to take it as a Bearer token.
func (s *Service) Verify(token string) (Verified, error) {
	verified, err := s.verify(token)
	if err == nil && verified.Confirmation != nil {
		return Verified{}, fmt.Errorf("%w: it is bound to a key, and came without a proof", ErrBound)
	}
	return verified, err
}

// VerifyBound is Verify for a token that is bound to the key of a proof.
func (s *Service) VerifyBound(token string, proof Proof) (Verified, error) {
	verified, err := s.verify(token)
	if err == nil && (verified.Confirmation == nil || verified.Confirmation.Thumbprint != proof.Thumbprint) {
		return Verified{}, fmt.Errorf("%w: it is not bound to the key of the proof", ErrBound)
	}
	return verified, err
}

// Inspect is Verify for a service that asks about a token, bound or not, and does not use it.
func (s *Service) Inspect(token string) (Verified, error) { return s.verify(token) }

func (s *Service) verify(token string) (Verified, error) {
	hash := sha256.Sum256([]byte(token))
	if claims, ok := s.verifiedBefore(hash); ok {
		if err := s.validator.Validate(claims); err != nil {
			return Verified{}, checkOf(err)
		}
		return Verified{Claims: *claims, Cached: true}, nil
	}
	header, claims, text, err := decode(token)
	if err != nil {
		return Verified{}, err
	}
	key, ok := s.config.Keys.find(header.KeyID)
	if !ok {
		return Verified{}, fmt.Errorf("%w: no key with the ID %.40q", ErrSignature, header.KeyID)
	}
	if err := key.check(header.Algorithm, text); err != nil {
		return Verified{}, err
	}
	if err := s.validator.Validate(claims); err != nil {
		return Verified{}, checkOf(err)
	}
	s.verified.add(hash, verifiedEntry{claims, key, len(token)})
	return Verified{Claims: *claims}, nil
}

// check checks a signature. A key is used with one algorithm only, and that is checked here, with the signature (RFC 8725,
// section 3.1).
func (k *Key) check(algorithm string, t signedText) error {
	if k.Algorithm() != algorithm {
		return fmt.Errorf("%w: alg is %.10q, and the key %q is for %s", ErrSignature, algorithm, k.id, k.Algorithm())
	}
	if err := k.method.Verify(t.signed, t.signature, k.public); err != nil {
		return fmt.Errorf("%w: it does not fit header and payload", ErrSignature)
	}
	return nil
}

// verifiedBefore returns the claims of a token whose signature was good under a key that is still on the keyring.
func (s *Service) verifiedBefore(hash tokenHash) (*Claims, bool) {
	v, ok := s.verified.get(hash)
	if !ok {
		return nil, false
	}
	key, ok := s.config.Keys.find(v.key.id)
	return v.claims, ok && key == v.key
}

// checkOf tells which check an error of the validator comes from.
func checkOf(err error) error {
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return fmt.Errorf("%w: it has expired", ErrTime)
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return fmt.Errorf("%w: it is not valid yet", ErrTime)
	case errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return fmt.Errorf("%w: it was issued in the future", ErrTime)
	}
	return fmt.Errorf("%w: %s", ErrClaims, strings.TrimPrefix(err.Error(), jwt.ErrTokenInvalidClaims.Error()+": "))
}
