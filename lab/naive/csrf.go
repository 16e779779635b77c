package naive

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// MISTAKE: cross-site request forgery (CWE-352; OWASP Cross-Site Request Forgery Prevention). It is a browser that
// sends the cookie, and a browser sends it also when the page of somebody else posts the form. Nothing here asks who
// did: no Sec-Fetch-Site, no Origin, no token in the form; and the body may be a form, or JSON that is called text,
// both of which any page can send anywhere.
//
// THE RIGHT WAY: http.CrossOriginProtection and a Content-Type that no form has, both in package web.

// handleEmail handles the "POST /naive/session/email" route.
func (t *Twin) handleEmail(c *gin.Context) {
	user, ok := t.sessionUser(c)
	if !ok {
		return
	}
	body := struct{ Email string }{c.PostForm("email")}
	if body.Email == "" {
		_ = c.ShouldBindJSON(&body) // whatever its Content-Type
	}
	user.Email = body.Email
	t.mu.Lock()
	t.users[user.Name] = user
	t.mu.Unlock()
	c.JSON(http.StatusOK, me(user))
}
