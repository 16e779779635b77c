package naive

import (
	"net/http"

	"github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"

	"authlab/account"
)

// MISTAKE: passwords are stored and compared in plain text (CWE-256; OWASP Password Storage). An attacker who reads the
// users database once can log in as every user, here and at every service where they use the same password.
//
// MISTAKE: "no such user" and "wrong password" are two answers (CWE-204; OWASP Authentication). An attacker learns which
// names have an account, and can guess without a limit (CWE-307).
//
// THE RIGHT WAY: account.Authenticator and account.Hasher.
func (t *Twin) checkPassword(c *gin.Context) (account.Demo, bool) {
	var body struct {
		Username string `json:"username" form:"username"`
		Password string `json:"password" form:"password"`
	}
	_ = c.ShouldBind(&body) // a form or JSON
	user, ok := t.user(body.Username)
	if !ok {
		c.String(http.StatusUnauthorized, "no such user\n")
		return user, false
	}
	if user.Password != body.Password {
		c.String(http.StatusUnauthorized, "wrong password\n")
		return user, false
	}
	return user, true
}

// handleSessionLogin handles the "POST /naive/session/login" route.
func (t *Twin) handleSessionLogin(c *gin.Context) {
	user, ok := t.checkPassword(c)
	if !ok {
		return
	}
	s := sessions.Default(c)
	s.Set("user", user.Name) // in the same session, with the same ID: fixation.go
	_ = s.Save()             // outage.go
	c.JSON(http.StatusOK, me(user))
}

func (t *Twin) user(name string) (account.Demo, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	user, ok := t.users[name]
	return user, ok
}

func me(user account.Demo) gin.H { return gin.H{"scheme": "naive", "user": user.User} }
