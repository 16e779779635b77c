package naive

import (
	"crypto/rand"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
	"github.com/golang-jwt/jwt/v5"

	"authlab/account"
)

// MISTAKE: tokens are issued without exp, and are valid for ever (RFC 9068, section 2.2; CWE-613). The library checks
// exp only if it is there. A stolen token is valid until the key changes.
//
// THE RIGHT WAY: jwt.WithExpirationRequired in token.NewService, and access tokens that live for minutes.
func issue(method jwt.SigningMethod, kid string, key any, user account.Demo) (string, error) {
	t := jwt.NewWithClaims(method, jwt.MapClaims{"sub": user.Name, "roles": user.Roles, "jti": rand.Text()})
	t.Header["kid"] = kid
	return t.SignedString(key)
}

// tokenUser returns the user that the token names. Without options the parser takes every algorithm that it knows, any
// typ, aud and iss, an unknown crit, and several encodings of one token.
func (t *Twin) tokenUser(c *gin.Context) (user account.Demo, ok bool) {
	text := credential(c)
	token, err := jwt.Parse(text, t.key)
	if err != nil || t.isDenied(text) {
		c.String(http.StatusUnauthorized, "invalid token\n")
		return user, false
	}
	claims, _ := token.Claims.(jwt.MapClaims)
	user.Name, _ = claims["sub"].(string)
	roles, _ := claims["roles"].([]any)
	for _, role := range roles {
		name, _ := role.(string)
		user.Roles = append(user.Roles, name)
	}
	return user, true
}

// handleTokenMe handles the "GET /naive/token/me" route.
func (t *Twin) handleTokenMe(c *gin.Context) {
	if user, ok := t.tokenUser(c); ok {
		c.JSON(http.StatusOK, me(user))
	}
}

// handleTokenAdmin handles the "GET /naive/token/admin" route.
func (t *Twin) handleTokenAdmin(c *gin.Context) {
	user, ok := t.tokenUser(c)
	switch {
	case !ok:
	case slices.Contains(user.Roles, account.RoleAdmin):
		c.JSON(http.StatusOK, me(user))
	default:
		c.String(http.StatusForbidden, "admins only\n")
	}
}
