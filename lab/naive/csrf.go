package naive

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// MISTAKE: cross-site request forgery (CWE-352; OWASP Cross-Site Request Forgery Prevention). The browser sends the
// cookie with a form that another site's page posts. The handler does not check where the request comes from: no
// Sec-Fetch-Site, no Origin, no token in the form. It takes a form, or JSON sent as text/plain, and any page can send
// both to any site.
//
// MISTAKE: the login of password.go is a state change too (login CSRF). Another site logs the victim in as the attacker, and
// what the victim enters from then on is in the attacker's account.
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
		_ = c.ShouldBindJSON(&body) // without a look at Content-Type
	}
	user.Email = body.Email
	t.mu.Lock()
	t.users[user.Name] = user
	t.mu.Unlock()
	c.JSON(http.StatusOK, me(user))
}
