package naive

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// MISTAKE: a token is taken back by its text, although it has a jti. One token has more than one spelling (RFC 4648,
// section 3.5): the last character of a signature has bits that stand for nothing, and unless it decodes strictly the
// library takes any of them (jwt.WithStrictDecoding; a line break it takes even then). Spelled anew, a token that was
// logged out is in again.
//
// MISTAKE: the list is one process's own, so behind a balancer every other replica still takes the token.
//
// THE RIGHT WAY: token.Denylist, by jti, and token's check of how a token is spelled.
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
