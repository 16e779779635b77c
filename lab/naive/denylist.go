package naive

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// MISTAKE: a token is revoked by its text, although it has a jti. The same token can be encoded in several ways (RFC
// 4648, section 3.5): the last base64 character of the signature has unused bits, and the library ignores them unless it
// decodes strictly (jwt.WithStrictDecoding; even then it ignores line breaks). The client changes an unused bit, and the
// revoked token is valid again.
//
// MISTAKE: the list is in one process, so behind a balancer every other replica still takes the token.
//
// THE RIGHT WAY: the denylist of package token, by jti, and package token's check that a token is encoded in the one right way.
func (t *Twin) isDenied(text string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.denied[text]
}

// handleTokenLogout handles the "POST /naive/token/logout" route.
func (t *Twin) handleTokenLogout(c *gin.Context) {
	if _, ok := t.tokenUser(c); !ok {
		return
	}
	t.mu.Lock()
	t.denied[strings.TrimPrefix(c.GetHeader("Authorization"), "Bearer ")] = true
	t.mu.Unlock()
	c.Status(http.StatusNoContent)
}
