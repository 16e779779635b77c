// Package token is the login that the client carries.
//
// The server signs a letter, the access token, and forgets it. Whoever has the public key can read the letter and
// check the signature; nobody has to ask anywhere. What follows from that, good and bad, is the package:
//
//	           ┌─ Issue ── signed with ──▶ Keyring ── public half ──▶ JWKS, for other services
//	login ──▶ Service
//	           └─ Refresh ──▶ Families (Redis): a refresh token is a ticket again, and works once
//
//	request ─▶ Middleware ─▶ Verify            signature, times, claims: no lookup, and no way to take it back
//	                         VerifyRevocable   the same, and one question to the Denylist (Redis)
//
// Access tokens follow RFC 9068 (typ at+jwt) and the advice of RFC 8725; refresh tokens follow RFC 9700, section 4.14.
// The signatures are github.com/golang-jwt/jwt/v5's; check.go closes what that library lets through.
package token

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Claims are what an access token says (RFC 9068, section 2.2). Every one of them is required.
type Claims struct {
	Issuer    string           `json:"iss"`
	Subject   string           `json:"sub"`
	Audience  jwt.ClaimStrings `json:"aud"`
	ExpiresAt *jwt.NumericDate `json:"exp"`
	IssuedAt  Instant          `json:"iat"`
	ID        string           `json:"jti"`
	ClientID  string           `json:"client_id"`
	// FamilyID names the login that this token came from, as sid does in OpenID Connect: all tokens that were ever
	// refreshed from one login share it.
	FamilyID string   `json:"sid"`
	Roles    []string `json:"roles"` // shared by all who verify this token, so not to be changed
	// Seen is not in the token: its signature had been checked before, here.
	Seen bool `json:"-"`
}

// GetExpirationTime and the five others implement jwt.Claims.
func (c *Claims) GetExpirationTime() (*jwt.NumericDate, error) { return c.ExpiresAt, nil }

// GetNotBefore is nil: a token is good from when it was issued.
func (c *Claims) GetNotBefore() (*jwt.NumericDate, error) { return nil, nil } //nolint:nilnil // the interface's word for absent

// GetIssuedAt is cut to the second, which is the tolerance there is between the clocks of two replicas.
func (c *Claims) GetIssuedAt() (*jwt.NumericDate, error) {
	return jwt.NewNumericDate(time.Time(c.IssuedAt).Truncate(time.Second)), nil
}

// GetIssuer implements jwt.Claims.
func (c *Claims) GetIssuer() (string, error) { return c.Issuer, nil }

// GetSubject implements jwt.Claims.
func (c *Claims) GetSubject() (string, error) { return c.Subject, nil }

// GetAudience implements jwt.Claims.
func (c *Claims) GetAudience() (jwt.ClaimStrings, error) { return c.Audience, nil }

// Validate implements jwt.ClaimsValidator: what the library does not ask for.
func (c *Claims) Validate() error {
	for name, empty := range map[string]bool{
		"sub": c.Subject == "", "jti": c.ID == "", "sid": c.FamilyID == "", "client_id": c.ClientID == "",
		"iat": time.Time(c.IssuedAt).IsZero(),
	} {
		if empty {
			return fmt.Errorf("%w: %s", jwt.ErrTokenRequiredClaimMissing, name)
		}
	}
	return nil
}

// An Instant is a NumericDate with milliseconds (RFC 7519, section 2, allows fractions). Whole seconds could not tell
// a token that was issued just before "log out everywhere" from one issued just after.
type Instant time.Time

// MarshalJSON implements json.Marshaler.
func (i Instant) MarshalJSON() ([]byte, error) {
	ms := time.Time(i).UnixMilli()
	return strconv.AppendFloat(nil, float64(ms)/1000, 'f', -1, 64), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (i *Instant) UnmarshalJSON(text []byte) error {
	seconds, err := strconv.ParseFloat(string(text), 64)
	if err != nil || seconds < 0 || seconds > 1e11 {
		return fmt.Errorf("iat: %w", jwt.ErrInvalidType)
	}
	*i = Instant(time.UnixMilli(int64(math.Round(seconds * 1000))))
	return nil
}

// The stages at which an access token can fail, in their order. Each is also ErrInvalid.
var (
	ErrFormat    = fmt.Errorf("%w: format", ErrInvalid)
	ErrSignature = fmt.Errorf("%w: signature", ErrInvalid)
	ErrTime      = fmt.Errorf("%w: time", ErrInvalid)
	ErrClaims    = fmt.Errorf("%w: claims", ErrInvalid)
	ErrDenied    = fmt.Errorf("%w: revoked", ErrInvalid)
)

// The ways in which a refresh token can fail. Each is also ErrRefresh.
var (
	ErrRefreshUnknown = fmt.Errorf("%w: unknown", ErrRefresh)
	ErrRefreshReused  = fmt.Errorf("%w: used before, so its family ends", ErrRefresh)
	ErrFamilyEnded    = fmt.Errorf("%w: its family has ended", ErrRefresh)
)

var (
	// ErrNoToken means that the request carries no token at all.
	ErrNoToken = errors.New("no token")
	// ErrInvalid means that a token is not one that we would accept from anybody.
	ErrInvalid = errors.New("token is not valid")
	// ErrRefresh means that a refresh token buys nothing.
	ErrRefresh = errors.New("refresh token is not valid")
	// ErrUnavailable means that Redis did not answer. The token may well be good.
	ErrUnavailable = errors.New("token store does not answer")
	// ErrTooLong means that a token was not issued, because Verify would not take one of its length.
	ErrTooLong = errors.New("token is too long")
	// ErrWeakKey means that a key is too short, or of the wrong kind for its algorithm.
	ErrWeakKey = errors.New("signing key is too weak")
)
