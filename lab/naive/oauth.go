package naive

import (
	"crypto/rand"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"
	"github.com/golang-jwt/jwt/v5"
)

// MISTAKE: the token is handed over in the address to which the browser is sent back (the implicit grant; RFC 9700, section
// 2.1.2). The address lands in the browser's history, and in the hands of every app and script that sees it.
//
// MISTAKE: the browser is sent back to any address that the request names (CWE-601; RFC 9700, section 2.1). An attacker names
// their own.
//
// MISTAKE: a code needs no verifier, and is good as often as it comes (RFC 9700, sections 2.1.1 and 4.5), for each who has
// read it.
//
// THE RIGHT WAY: package issuer, and a client that compares the state.

// handleAuthorize handles the "POST /naive/authorize" route.
func (t *Twin) handleAuthorize(c *gin.Context) {
	user, ok := t.checkPassword(c)
	if !ok {
		return
	}
	answer := "?code="
	if c.Query("response_type") == "token" {
		token, err := issue(jwt.SigningMethodHS256, hmacFile, []byte(secret), user)
		if err != nil {
			c.String(http.StatusInternalServerError, "%v\n", err)
			return
		}
		answer = "#access_token=" + token
	} else {
		code := rand.Text()
		t.mu.Lock()
		t.codes[code] = user
		t.mu.Unlock()
		answer += code
	}
	c.Redirect(http.StatusFound, c.Query("redirect_uri")+answer+"&state="+url.QueryEscape(c.Query("state")))
}

// handleCode handles the "POST /naive/token" route.
func (t *Twin) handleCode(c *gin.Context) {
	t.mu.Lock()
	user, ok := t.codes[c.PostForm("code")]
	t.mu.Unlock()
	if !ok {
		c.String(http.StatusBadRequest, "no such code\n")
		return
	}
	t.giveTokens(c, user)
}
