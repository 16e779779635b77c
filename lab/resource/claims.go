package resource

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// claims are what home's access tokens say (RFC 9068, section 2.2). All but nbf, auth_time and roles are required.
type claims struct {
	Issuer   string           `json:"iss"`
	Subject  string           `json:"sub"`
	Audience jwt.ClaimStrings `json:"aud"`
	ID       string           `json:"jti"`
	Login    string           `json:"sid"`
	ClientID string           `json:"client_id"`
	Roles    []string         `json:"roles"`
	Expires  instant          `json:"exp"`
	Begins   instant          `json:"nbf"`
	Issued   instant          `json:"iat"`
	LoggedIn instant          `json:"auth_time"`
	// Confirmation is in a token that only the holder of a key may use (RFC 7800). This service takes no proofs of keys.
	Confirmation *struct{} `json:"cnf"`
}

var errBound = errors.New("it is bound to a key, and this service takes no proof of one")

var _ jwt.ClaimsValidator = (*claims)(nil)

// Validate asks for the claims that the library does not ask for.
func (c *claims) Validate() error {
	if c.Subject == "" || c.ID == "" || c.Login == "" || c.ClientID == "" || c.Issued.IsZero() {
		return fmt.Errorf("%w: one of sub, jti, sid, client_id and iat", jwt.ErrTokenRequiredClaimMissing)
	}
	if c.Confirmation != nil {
		return errBound
	}
	return nil
}

func (c *claims) GetIssuer() (string, error)                   { return c.Issuer, nil }
func (c *claims) GetSubject() (string, error)                  { return c.Subject, nil }
func (c *claims) GetAudience() (jwt.ClaimStrings, error)       { return c.Audience, nil }
func (c *claims) GetExpirationTime() (*jwt.NumericDate, error) { return c.Expires.date(0), nil }
func (c *claims) GetNotBefore() (*jwt.NumericDate, error)      { return c.Begins.date(0), nil }

// GetIssuedAt is cut to the second: home's clock may be a little ahead.
func (c *claims) GetIssuedAt() (*jwt.NumericDate, error) { return c.Issued.date(time.Second), nil }

// An instant is a NumericDate (RFC 7519, section 2). The library's own type also takes a number that is written as text.
type instant struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler. It refuses null too.
func (i *instant) UnmarshalJSON(text []byte) error {
	seconds, err := strconv.ParseFloat(string(text), 64)
	if err != nil || seconds < 0 || seconds > 1e11 {
		return fmt.Errorf("time: %w", jwt.ErrInvalidType)
	}
	i.Time = time.UnixMilli(int64(math.Round(seconds * 1000)))
	return nil
}

// date is nil if the token does not have this instant.
func (i instant) date(cut time.Duration) *jwt.NumericDate {
	if i.IsZero() {
		return nil
	}
	return &jwt.NumericDate{Time: i.Truncate(cut)}
}
