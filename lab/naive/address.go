package naive

import (
	"strings"

	"github.com/gin-gonic/gin"
)

// MISTAKE: a token is also taken from the address (CWE-598; RFC 6750, section 2.3, and RFC 9700, section 4.3.2). Addresses are
// written down on the way: in access logs, in the browser's history, in the Referer of the next request.
//
// THE RIGHT WAY: token.FromHeader, which reads Authorization and nothing else.
func credential(c *gin.Context) string {
	if token := c.Query("access_token"); token != "" {
		return token
	}
	return strings.TrimPrefix(c.GetHeader("Authorization"), "Bearer ")
}
