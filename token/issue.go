package token

import (
	"crypto/rand"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"authlab/account"
)

// Issue signs an access token for a user, without a refresh token. The server keeps nothing of it. ErrTooLong: the user
// has so many roles that the token would be longer than MaxLength.
func (s *Service) Issue(user account.User) (string, Claims, error) {
	return s.issue(user, rand.Text(), time.Time{}, "")
}

// issue signs an access token of a login. authTime is zero if no family was started, and thumbprint is of the key that the
// token is bound to, if it is.
func (s *Service) issue(user account.User, family string, authTime time.Time, thumbprint string) (string, Claims, error) {
	now := s.config.Now()
	claims := Claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: s.config.Issuer, Subject: user.Name, Audience: jwt.ClaimStrings{s.config.Audience}, ID: rand.Text(),
		},
		ExpiresAt: Instant(now.Add(s.config.Access).Truncate(time.Second)),
		IssuedAt:  Instant(now.Truncate(time.Millisecond)), AuthTime: Instant(authTime),
		ClientID: clientID, FamilyID: family, Roles: user.Roles,
	}
	if thumbprint != "" {
		claims.Confirmation = &Confirmation{thumbprint}
	}
	key := s.config.Keys.Signing()
	t := jwt.NewWithClaims(key.method, &claims)
	t.Header["typ"], t.Header["kid"] = mediaType, key.id
	text, err := t.SignedString(key.private)
	if err != nil {
		return "", Claims{}, fmt.Errorf("issue token: %w", err)
	}
	if len(text) > MaxLength {
		return "", Claims{}, fmt.Errorf("issue token: %w: %d bytes, and %d is the most", ErrTooLong, len(text), MaxLength)
	}
	return text, claims, nil
}
