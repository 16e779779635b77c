package naive

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/golang-jwt/jwt/v5"
)

// MISTAKE: a secret that somebody thought up (RFC 8725, section 3.5; RFC 7518, section 3.2, wants 256 bits; CWE-1391),
// and that stands in the source (CWE-798). One token is enough to try every word of a list against it, at home, a
// million words a second, and the server notices nothing.
//
// THE RIGHT WAY: token.GenerateKey; and token.NewKey refuses less than 32 bytes.
const secret = "secret"

// handleAuthenticate handles the "POST /naive/authenticate" route. The access token is signed with the secret, the ID
// token with the RSA key, so that the page can check it.
//
// MISTAKE: either opens every door, because nobody looks at typ or aud (cross-JWT confusion; RFC 8725, sections 2.8, 3.9
// and 3.11).
func (t *Twin) handleAuthenticate(c *gin.Context) {
	user, ok := t.checkPassword(c)
	if !ok {
		return
	}
	access, err := issue(jwt.SigningMethodHS256, hmacFile, []byte(secret), user)
	if err != nil {
		c.String(http.StatusInternalServerError, "%v\n", err) // and an error tells everybody what is inside (CWE-209)
		return
	}
	id, err := issue(jwt.SigningMethodRS256, rsaFile, t.rsa, user)
	if err != nil {
		c.String(http.StatusInternalServerError, "%v\n", err)
		return
	}
	c.JSON(http.StatusOK, gin.H{"access_token": access, "id_token": id, "token_type": "Bearer"})
}
