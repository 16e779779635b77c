package naive

import (
	"io"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/golang-jwt/jwt/v5"
)

// MISTAKE: a service fetches its home's keys for every token that names a key which it does not have. An attacker invents
// names, and each request becomes one of the service's own (CWE-400; RFC 8725, section 3.10). The client's token decides how
// busy home is.
//
// The twin is its own home here: it fetches from itself.
//
// THE RIGHT WAY: package resource, which asks for unknown keys now and then, one request at a time.

// handleResourceMe handles the "GET /naive/resource/me" route. It accepts no token: what counts is what it does for one.
func (t *Twin) handleResourceMe(c *gin.Context) {
	text := strings.TrimPrefix(c.GetHeader("Authorization"), "Bearer ")
	token, _, err := jwt.NewParser().ParseUnverified(text, jwt.MapClaims{})
	calls := 0
	if err == nil {
		if _, err := t.keyFile(token); err != nil && t.fetchKeys(c) == nil {
			calls++
		}
	}
	c.JSON(http.StatusUnauthorized, gin.H{"home_calls": calls})
}

func (t *Twin) fetchKeys(c *gin.Context) error {
	request, err := http.NewRequestWithContext(c.Request.Context(), http.MethodGet, "http://"+c.Request.Host+"/naive/public-key.pem", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(response.Body, maxBody))
	return err
}
