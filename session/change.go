package session

import (
	"errors"

	ginsessions "github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"
)

// maxTries bounds how often a change is tried again. Each try that fails means that another request succeeded.
const maxTries = 64

// Change lets change read and set values of the request's session, and saves them. If another request has changed one of
// the same values in the meantime, it calls change again, with the newest values. So a counter misses no request:
//
//	err := session.Change(c, func(s sessions.Session) error {
//		visits, _ := s.Get("visits").(int)
//		s.Set("visits", visits+1)
//		return nil
//	})
//
// An error of change is returned, and nothing is saved. ErrConflict: other requests changed the same value again and
// again, and nothing was saved. With a Signed store there is no conflict: the cookie that comes last replaces the others.
func Change(c *gin.Context, change func(ginsessions.Session) error) error {
	var err error
	for range maxTries {
		s := ginsessions.Default(c)
		if err := change(s); err != nil {
			return err
		}
		if err = s.Save(); !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return err
}
