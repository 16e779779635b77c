package naive

import (
	"errors"
	"net/http"

	"github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"

	"authlab/account"
)

// MISTAKE: errors of the session store are dropped (CWE-391; OWASP Top Ten 2025, A10 Mishandling of Exceptional
// Conditions). After a failed read sessions.Default logs the error and returns an empty session, and the result of Save
// is ignored. So while the store is down, a user who is logged in gets "not logged in", and a login gets 200 although no
// session was saved.
//
// THE RIGHT WAY: session.ErrUnavailable, which package web answers with 503, leaving the cookie alone.
func (t *Twin) sessionUser(c *gin.Context) (account.Demo, bool) {
	name, _ := sessions.Default(c).Get("user").(string)
	user, ok := t.user(name)
	if !ok {
		c.String(http.StatusUnauthorized, "not logged in\n") // also if the store is down
	}
	return user, ok
}

// handleSessionMe handles the "GET /naive/session/me" route. It counts visits, so clients that are not logged in get a
// session too.
func (t *Twin) handleSessionMe(c *gin.Context) {
	s := sessions.Default(c)
	visits, _ := s.Get("visits").(int)
	s.Set("visits", visits+1)
	_ = s.Save()
	if user, ok := t.sessionUser(c); ok {
		c.JSON(http.StatusOK, me(user))
	}
}

var errDown = errors.New("the session store is down")
