package token

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// nonceContext begins what is signed of a nonce. It is not of base64url, so no signature of a nonce is one of a token.
const nonceContext = "dpop-nonce:"

// Nonce returns what a client puts into its next proof (RFC 9449, section 8): the time, signed. So every replica with these
// keys recognises it, and no replica remembers it.
func (s *Service) Nonce() (string, error) {
	now := strconv.FormatInt(s.config.Now().UnixMilli(), 10)
	key := s.config.Keys.Signing()
	signature, err := key.method.Sign(nonceContext+now, key.private)
	if err != nil {
		return "", fmt.Errorf("make nonce: %w", err)
	}
	return now + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// timeOfNonce returns when a nonce was given out. False: we did not, or with a key that is no longer on the keyring.
func (s *Service) timeOfNonce(nonce string) (time.Time, bool) {
	text, encoded, _ := strings.Cut(nonce, ".")
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return time.Time{}, false
	}
	return time.UnixMilli(ms), s.config.Keys.signed(nonceContext+text, signature)
}
