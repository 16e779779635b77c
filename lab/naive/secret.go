package naive

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/golang-jwt/jwt/v5"

	"authlab/account"
)

// MISTAKE: the secret is a word (RFC 8725, section 3.5; CWE-1391), where RFC 7518, section 3.2, requires 256 bits, and it
// is in the source code (CWE-798). With one token an attacker tries every word of a list, a million a second, on a
// machine of their own, so the server notices nothing.
//
// THE RIGHT WAY: token.GenerateKey; and token.NewKey refuses less than 32 bytes.
const secret = "secret"

// handleAuthenticate handles the "POST /naive/authenticate" route. The access token is signed with the secret, and the
// ID token with the RSA key, so that the page can verify it.
//
// MISTAKE: the ID token works as an access token, because typ and aud are not checked (cross-JWT confusion; RFC 8725,
// sections 2.8, 3.9 and 3.11).
func (t *Twin) handleAuthenticate(c *gin.Context) {
	if user, ok := t.checkPassword(c); ok {
		t.giveTokens(c, user)
	}
}

func (t *Twin) giveTokens(c *gin.Context, user account.Demo) {
	access, err := issue(jwt.SigningMethodHS256, hmacFile, []byte(secret), user)
	if err != nil {
		c.String(http.StatusInternalServerError, "%v\n", err) // MISTAKE: the client sees internal errors (CWE-209)
		return
	}
	id, err := issue(jwt.SigningMethodRS256, rsaFile, t.rsa, user)
	if err != nil {
		c.String(http.StatusInternalServerError, "%v\n", err)
		return
	}
	c.JSON(http.StatusOK, gin.H{"access_token": access, "id_token": id, "token_type": "Bearer"})
}
