package resource

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// The issuer and the audience of home's tokens, agreed with home as its address is.
	issuer   = "authlab"
	audience = "authlab"
	// mediaType is the typ of an access token (RFC 9068, section 2.1). Requiring it keeps other tokens that home may sign,
	// like an ID token, from being used as access tokens (RFC 8725, section 3.11).
	mediaType = "at+jwt"
	// maxToken is the longest token that is parsed, in bytes.
	maxToken = 8 << 10
)

var (
	errNoToken = errors.New("no token")
	errToken   = errors.New("token is not valid")
)

// A verifier verifies access tokens with home's public keys.
type verifier struct {
	keys   *keys
	parser *jwt.Parser
}

func newVerifier(k *keys, now func() time.Time) *verifier {
	return &verifier{keys: k, parser: jwt.NewParser(
		jwt.WithValidMethods(algorithms()),
		jwt.WithStrictDecoding(),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithIssuer(issuer),
		jwt.WithAudience(audience),
		jwt.WithTimeFunc(now),
	)}
}

// algorithms never has HS256: an attacker could sign with the public key as the secret (RFC 8725, section 2.1).
func algorithms() []string { return []string{"ES256", "EdDSA", "RS256"} }

// verify calls home only if the token names a key that was not fetched yet. errToken: the token is not valid. errHome:
// the key has to be fetched, and home does not answer.
func (v *verifier) verify(ctx context.Context, token string) (user, error) {
	if len(token) > maxToken {
		return user{}, fmt.Errorf("%w: it has %d bytes, and %d is the most", errToken, len(token), maxToken)
	}
	defer timingOf(ctx).startSignature()()
	if err := checkForm(token); err != nil {
		return user{}, fmt.Errorf("%w: %w", errToken, err)
	}
	var c claims
	_, err := v.parser.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) { return v.key(ctx, t) })
	switch {
	case errors.Is(err, errHome):
		return user{}, err
	case err != nil:
		return user{}, fmt.Errorf("%w: %s", errToken, reason(err)) // c holds claims that were not verified
	}
	return user{Name: c.Subject, Roles: c.Roles}, nil
}

// key finds the key for a token whose signature is not verified yet, so nothing that the token says is trusted.
func (v *verifier) key(ctx context.Context, t *jwt.Token) (any, error) {
	if typ, _ := t.Header["typ"].(string); strings.TrimPrefix(strings.ToLower(typ), "application/") != mediaType {
		return nil, objection("its typ is not " + mediaType)
	}
	return v.keys.find(ctx, t)
}

// reason says in a few words why the library refused a token.
func reason(err error) string {
	var o objection
	switch {
	case errors.As(err, &o):
		return o.Error()
	case errors.Is(err, jwt.ErrTokenMalformed):
		return "it cannot be decoded"
	case errors.Is(err, jwt.ErrTokenExpired):
		return "it has expired"
	case errors.Is(err, jwt.ErrTokenInvalidClaims):
		return strings.TrimPrefix(err.Error(), jwt.ErrTokenInvalidClaims.Error()+": ")
	}
	return "its signature does not fit, or is of a kind that is not accepted here"
}

// bearer reads Authorization: Bearer (RFC 6750, section 2.1).
func bearer(r *http.Request) (string, error) {
	values := r.Header.Values("Authorization")
	if len(values) > 1 {
		return "", fmt.Errorf("%w: it came with %d Authorization headers", errToken, len(values))
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimLeft(token, " ") // one space or more (RFC 9110, section 11.4)
	switch {
	case !strings.EqualFold(scheme, "Bearer"):
		return "", errNoToken
	case token == "":
		return "", fmt.Errorf("%w: nothing stands after Bearer", errToken)
	}
	return token, nil
}
