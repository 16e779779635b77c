package naive

import (
	"errors"
	"net/http"

	"github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"

	"authlab/account"
)

// MISTAKE: errors of the session store are dropped (CWE-391; OWASP Top Ten 2025, A10 Mishandling of Exceptional
// Conditions). sessions.Default writes a failed read into the log and hands out an empty session; the result of Save is
// not looked at. So when the store is down, everybody is told that they are not logged in, and logging in again is
// told to have worked and did not.
//
// THE RIGHT WAY: session.ErrUnavailable, which package web answers with 503, and with the cookie left alone.
func (t *Twin) sessionUser(c *gin.Context) (account.Demo, bool) {
	name, _ := sessions.Default(c).Get("user").(string)
	user, ok := t.user(name)
	if !ok {
		c.String(http.StatusUnauthorized, "not logged in\n") // or the store is down: who knows
	}
	return user, ok
}

// handleSessionMe handles the "GET /naive/session/me" route. It counts visits, so that strangers have a session too.
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

// StopStore makes the session store fail, until StartStore or Reset.
func (t *Twin) StopStore() { t.store.stop(true) }

// StartStore mends what StopStore broke. The store still has what it had.
func (t *Twin) StartStore() { t.store.stop(false) }

func (m *mapStore) stop(down bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = down
}
