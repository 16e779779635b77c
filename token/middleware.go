package token

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// A Source finds the token in a request. ErrNoToken: there is none.
type Source func(*http.Request) (string, error)

// FromHeader reads Authorization: Bearer (RFC 6750, section 2.1). A token in the address or in a form is not read:
// those end up in logs.
func FromHeader(r *http.Request) (string, error) {
	values := r.Header.Values("Authorization")
	if len(values) == 0 {
		return "", ErrNoToken
	}
	if len(values) > 1 {
		return "", fmt.Errorf("%w: %d Authorization headers", ErrFormat, len(values))
	}
	scheme, token, ok := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", ErrNoToken
	}
	if !ok || token == "" {
		return "", fmt.Errorf("%w: nothing after Bearer", ErrFormat)
	}
	return token, nil
}

// FromCookie reads the token from a cookie.
func FromCookie(name string) Source {
	return func(r *http.Request) (string, error) {
		cookie, err := r.Cookie(name)
		if err != nil {
			return "", ErrNoToken
		}
		return cookie.Value, nil
	}
}

type contextKey struct{}

type identified struct {
	claims Claims
	err    error
}

// Middleware finds out who is calling and puts the answer, or why there is none, in the request's context. It refuses
// nobody: that is for whoever needs a caller. verify is Service.Verify or Service.VerifyRevocable.
func Middleware(read Source, verify func(context.Context, string) (Claims, error)) gin.HandlerFunc {
	return func(c *gin.Context) {
		var found identified
		text, err := read(c.Request)
		if err == nil {
			found.claims, err = verify(c.Request.Context(), text)
		}
		found.err = err
		c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), contextKey{}, found))
		c.Next()
	}
}

// FromContext returns the caller's claims, or the error with which the token failed. ErrNoToken: no token came, or no
// Middleware looked.
func FromContext(ctx context.Context) (Claims, error) {
	found, ok := ctx.Value(contextKey{}).(identified)
	if !ok {
		return Claims{}, ErrNoToken
	}
	return found.claims, found.err
}
