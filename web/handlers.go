package web

import (
	"fmt"
	"net/http"
	"net/mail"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"authlab/account"
	"authlab/session"
	"authlab/token"
)

// crossOrigin refuses state changes that another site makes the browser send.
var crossOrigin = http.NewCrossOriginProtection()

type credentials struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

type userView struct {
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
}

// meView is what a scheme knows of its caller.
type meView struct {
	Scheme    string     `json:"scheme"`
	User      userView   `json:"user"`
	Replica   string     `json:"replica"`
	ExpiresAt *time.Time `json:"expires_at"` // null: never
}

func (s *Server) me(c *gin.Context, user account.User, expiresAt time.Time) meView {
	view := meView{Scheme: c.GetString(schemeKey), User: userView{user.Name, slices.Clone(user.Roles)}, Replica: s.config.Name}
	if view.User.Roles == nil {
		view.User.Roles = []string{}
	}
	if !expiresAt.IsZero() {
		at := expiresAt.UTC().Truncate(time.Second)
		view.ExpiresAt = &at
	}
	return view
}

// login reads name and password from the body and checks them.
func (s *Server) login(c *gin.Context) (account.User, error) {
	var body credentials
	if err := readJSON(c, &body); err != nil {
		return account.User{}, err
	}
	if body.Username == "" {
		return account.User{}, fmt.Errorf("%w: it has no username", errBadJSON)
	}
	return s.authenticate(c, body.Username, body.Password)
}

// handleMe handles the "GET {base}/me" route.
func (s *Server) handleMe(c *gin.Context) {
	who := callerOf(c)
	c.JSON(http.StatusOK, s.me(c, who.user, who.expiresAt))
}

// handleAdmin handles the "GET {base}/admin" route. It believes the roles that the scheme gave the caller: looked up a
// moment ago, or written into a credential some time ago. That difference is what the experiment stale-role measures.
func (s *Server) handleAdmin(c *gin.Context) {
	who := callerOf(c)
	if !slices.Contains(who.user.Roles, account.RoleAdmin) {
		s.refuse(c, errNotAdmin)
		return
	}
	c.JSON(http.StatusOK, s.me(c, who.user, who.expiresAt))
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
	who := callerOf(c)
	if err := s.directory.SetEmail(c.Request.Context(), who.user.Name, body.Email); err != nil {
		s.refuse(c, err)
		return
	}
	c.JSON(http.StatusOK, gin.H{
		"scheme": c.GetString(schemeKey), "replica": s.config.Name, "user": gin.H{"name": who.user.Name, "email": body.Email},
	})
}

// handleAuthenticate handles the "POST /authenticate" route.
func (s *Server) handleAuthenticate(c *gin.Context) {
	user, err := s.login(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	s.sendPair(c)(s.tokens.Login(c.Request.Context(), user))
}

// handleRefresh handles the "POST /token/refresh" route.
func (s *Server) handleRefresh(c *gin.Context) {
	var body refreshBody
	if err := readJSON(c, &body); err != nil {
		s.refuse(c, err)
		return
	}
	s.sendPair(c)(s.tokens.Refresh(c.Request.Context(), body.RefreshToken))
}

type refreshBody struct {
	RefreshToken string `json:"refresh_token"`
}

func (s *Server) sendPair(c *gin.Context) func(token.Pair, error) {
	return func(pair token.Pair, err error) {
		if err != nil {
			s.refuse(c, err)
			return
		}
		c.JSON(http.StatusOK, pair)
	}
}

// handleTokenLogout handles the "POST /token/logout" route. The access token names the login to end; a client whose
// access token has expired can send {"refresh_token"} in its place.
func (s *Server) handleTokenLogout(c *gin.Context) {
	var body refreshBody
	if c.Request.ContentLength != 0 {
		if err := readJSON(c, &body); err != nil {
			s.refuse(c, err)
			return
		}
	}
	who, known := c.Get(callerKey)
	var err error
	switch {
	case known:
		err = s.tokens.Logout(c.Request.Context(), who.(caller).claims)
	case body.RefreshToken != "":
		err = s.tokens.LogoutRefresh(c.Request.Context(), body.RefreshToken)
	default:
		s.refuseStrangers(c)
		return
	}
	s.done(c, err)
}

// handleTokenLogoutEverywhere handles the "POST /token/logout-everywhere" route.
func (s *Server) handleTokenLogoutEverywhere(c *gin.Context) {
	s.done(c, s.tokens.LogoutEverywhere(c.Request.Context(), callerOf(c).user.Name))
}

// handleTokenCookieLogin handles the "POST /token/cookie/login" route. There is no refresh token: nothing is kept.
func (s *Server) handleTokenCookieLogin(c *gin.Context) {
	user, err := s.login(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	text, claims, err := s.tokens.Issue(user)
	if err != nil {
		s.refuse(c, err)
		return
	}
	cookie := s.tokenCookie(text, 0)
	if len(cookie.Name)+len(cookie.Value) > session.MaxCookie {
		s.refuse(c, errTokenCookie)
		return
	}
	http.SetCookie(c.Writer, cookie)
	c.JSON(http.StatusOK, s.me(c, user, claims.ExpiresAt.Time))
}

// handleTokenCookieLogout handles the "POST /token/cookie/logout" route. It asks the browser to drop the cookie, which
// is all that can be done: a copy of it stays good until it expires.
func (s *Server) handleTokenCookieLogout(c *gin.Context) {
	http.SetCookie(c.Writer, s.tokenCookie("", -1))
	s.done(c, nil)
}

func (s *Server) tokenCookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: s.cookieName(TokenCookie), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.config.Secure, SameSite: http.SameSiteLaxMode,
	}
}

// done answers a change that gives nothing back.
func (s *Server) done(c *gin.Context, err error) {
	if err != nil {
		s.refuse(c, err)
		return
	}
	c.Status(http.StatusNoContent)
	c.Writer.WriteHeaderNow()
}

// handleJWKS handles the "GET /.well-known/jwks.json" route.
func (s *Server) handleJWKS(c *gin.Context) {
	c.Header("Cache-Control", "public, max-age=60")
	c.JSON(http.StatusOK, s.config.Keys.JWKS())
}

// handleLivez handles the "GET /livez" route: the process answers.
func (s *Server) handleLivez(c *gin.Context) {
	c.JSON(http.StatusOK, gin.H{"replica": s.config.Name, "status": "alive"})
}

// handleReadyz handles the "GET /readyz" route. It says 503 only when this replica is ending. A Redis that is down is
// told, but is no reason to send no requests: most schemes work on, and taking every replica away would stop those too.
func (s *Server) handleReadyz(c *gin.Context) {
	redis := "down"
	if s.RedisUp(c.Request.Context()) {
		redis = "up"
	}
	if s.draining.Load() {
		c.JSON(http.StatusServiceUnavailable, gin.H{"replica": s.config.Name, "status": "draining", "redis": redis})
		return
	}
	c.JSON(http.StatusOK, gin.H{"replica": s.config.Name, "status": "ready", "redis": redis})
}
