package web

import (
	"fmt"
	"net/http"
	"net/mail"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"authlab/account"
)

type userView struct {
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
}

// meView is the answer to a login and to me.
type meView struct {
	Scheme    string   `json:"scheme"`
	User      userView `json:"user"`
	Replica   string   `json:"replica"`
	ExpiresAt *string  `json:"expires_at"` // RFC 3339, to the second; null: never
}

func (s *Server) me(c *gin.Context, user account.User, expiresAt time.Time) meView {
	view := meView{Scheme: callOf(c).scheme, User: userView{user.Name, user.Roles}, Replica: s.config.Name}
	if view.User.Roles == nil {
		view.User.Roles = []string{}
	}
	if !expiresAt.IsZero() {
		at := expiresAt.UTC().Format(time.RFC3339)
		view.ExpiresAt = &at
	}
	return view
}

// login reads name and password from the body and checks them. remember: the client wants a cookie that outlives the browser.
func (s *Server) login(c *gin.Context) (user account.User, remember bool, err error) {
	var body struct {
		Username string `json:"username"`
		Password string `json:"password"`
		Remember bool   `json:"remember"`
	}
	if err := readJSON(c, &body); err != nil {
		return account.User{}, false, err
	}
	if body.Username == "" {
		return account.User{}, false, fmt.Errorf("%w: it has no username", errBadJSON)
	}
	user, err = s.authenticate(c, body.Username, body.Password, s.deviceOf(c, body.Username))
	return user, body.Remember, err
}

// handleMe handles the "GET {base}/me" route.
func (s *Server) handleMe(c *gin.Context) {
	who := callerOf(c)
	c.JSON(http.StatusOK, s.me(c, who.user, who.expiresAt))
}

// handleAdmin handles the "GET {base}/admin" route. The roles are from the users database, as they are now, or from the
// credential, as they were when it was made. The experiment stale-role measures that difference.
func (s *Server) handleAdmin(c *gin.Context) {
	if !slices.Contains(callerOf(c).user.Roles, account.RoleAdmin) {
		s.refuse(c, errNotAdmin)
		return
	}
	s.handleMe(c)
}

// handleEmail handles the "POST {base}/email" route.
func (s *Server) handleEmail(c *gin.Context) {
	var body struct {
		Email string `json:"email"`
	}
	if err := readJSON(c, &body); err != nil {
		s.refuse(c, err)
		return
	}
	address, err := mail.ParseAddress(body.Email)
	if err != nil || address.Address != body.Email || len(body.Email) > 254 {
		s.refuse(c, errBadEmail)
		return
	}
	name := callerOf(c).user.Name
	err = s.directory.SetEmail(c.Request.Context(), name, body.Email)
	s.answer(c, gin.H{
		"scheme": callOf(c).scheme, "replica": s.config.Name, "user": gin.H{"name": name, "email": body.Email},
	}, err)
}

// answer answers 200 and the body, or the error.
func (s *Server) answer(c *gin.Context, body any, err error) {
	if err != nil {
		s.refuse(c, err)
		return
	}
	c.JSON(http.StatusOK, body)
}

// done answers 204, or the error.
func (s *Server) done(c *gin.Context, err error) {
	if err != nil {
		s.refuse(c, err)
		return
	}
	c.Status(http.StatusNoContent)
	c.Writer.WriteHeaderNow()
}
