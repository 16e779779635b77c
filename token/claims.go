package token

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Claims are what an access token says (RFC 9068, section 2.2). All of them but nbf and auth_time are required. Issue writes
// no nbf: a token is good from when it was issued.
type Claims struct {
	jwt.RegisteredClaims // iss, sub (the user's name), aud, and the jti of this token alone
	// The times stand in place of the embedded ones, whose type also takes a number that is written as text.
	ExpiresAt Instant `json:"exp"`
	NotBefore Instant `json:"nbf,omitzero"`
	IssuedAt  Instant `json:"iat"`
	// AuthTime is when the user logged in, by the clock of Redis (RFC 9068, section 2.2.1). Tokens that are refreshed keep it.
	// A token without it came from Issue.
	AuthTime Instant `json:"auth_time,omitzero"`
	ClientID string  `json:"client_id"`
	// FamilyID names the login that this token came from, as sid does in OpenID Connect: every token that was refreshed
	// from one login has the same.
	FamilyID string `json:"sid"`
	// Confirmation is in a token that is bound to a key of the client (RFC 9449, section 6.1). nil: a Bearer token.
	Confirmation *Confirmation `json:"cnf,omitempty"`
	Roles        []string      `json:"roles"` // do not change them: Verify may return the same slice to other requests
}

// TokenType is how a client sends the token (RFC 6749, section 7.1).
func (c *Claims) TokenType() string { return tokenType(c.Confirmation != nil) }

func tokenType(bound bool) string {
	if bound {
		return "DPoP"
	}
	return "Bearer"
}

// A Confirmation says which key the client of a token has to prove that it holds.
type Confirmation struct {
	Thumbprint string `json:"jkt"` // RFC 7638
}

// fields are where readObject puts what a payload says.
func (c *Claims) fields() []field {
	return []field{
		{"iss", &c.Issuer}, {"sub", &c.Subject}, {"aud", &c.Audience}, {"jti", &c.ID}, {"exp", &c.ExpiresAt},
		{"nbf", &c.NotBefore}, {"iat", &c.IssuedAt}, {"auth_time", &c.AuthTime}, {"client_id", &c.ClientID}, {"sid", &c.FamilyID},
		{"roles", &c.Roles}, {"cnf", &c.Confirmation},
	}
}

// GetExpirationTime is ExpiresAt.
func (c *Claims) GetExpirationTime() (*jwt.NumericDate, error) { return c.ExpiresAt.date(), nil }

// GetNotBefore is NotBefore.
func (c *Claims) GetNotBefore() (*jwt.NumericDate, error) { return c.NotBefore.date(), nil }

// GetIssuedAt is IssuedAt cut to the second. So a replica accepts a token that another one issued up to a second ahead of
// its own clock.
func (c *Claims) GetIssuedAt() (*jwt.NumericDate, error) {
	return jwt.NewNumericDate(time.Time(c.IssuedAt).Truncate(time.Second)), nil
}

// Validate implements jwt.ClaimsValidator. It requires the claims that the library does not require by itself.
func (c *Claims) Validate() error {
	for _, claim := range [...]struct {
		name  string
		empty bool
	}{
		{"sub", c.Subject == ""}, {"jti", c.ID == ""}, {"sid", c.FamilyID == ""}, {"client_id", c.ClientID == ""},
		{"iat", c.IssuedAt.IsZero()},
	} {
		if claim.empty {
			return fmt.Errorf("%w: %s", jwt.ErrTokenRequiredClaimMissing, claim.name)
		}
	}
	return nil
}

// An Instant is a NumericDate with milliseconds (RFC 7519, section 2, allows fractions). Whole seconds could not tell a
// login just before "log out everywhere" from one just after.
type Instant time.Time

// IsZero tells an Instant that the token does not have.
func (i Instant) IsZero() bool { return time.Time(i).IsZero() }

// date is nil if the token does not have this Instant.
func (i Instant) date() *jwt.NumericDate {
	if i.IsZero() {
		return nil
	}
	return &jwt.NumericDate{Time: time.Time(i)}
}

// MarshalJSON implements json.Marshaler.
func (i Instant) MarshalJSON() ([]byte, error) {
	ms := time.Time(i).UnixMilli()
	return strconv.AppendFloat(nil, float64(ms)/1000, 'f', -1, 64), nil
}

// UnmarshalJSON implements json.Unmarshaler. It refuses a number that is written as text.
func (i *Instant) UnmarshalJSON(text []byte) error {
	seconds, err := strconv.ParseFloat(string(text), 64)
	if err != nil || seconds < 0 || seconds > 1e11 {
		return fmt.Errorf("time: %w", jwt.ErrInvalidType)
	}
	*i = Instant(time.UnixMilli(int64(math.Round(seconds * 1000))))
	return nil
}
