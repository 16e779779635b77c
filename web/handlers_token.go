package web

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"authlab/account"
	"authlab/session"
	"authlab/token"
	"authlab/web/scheme"
)

// handleAuthenticate handles the "POST /authenticate" route. Whether the tokens outlive the browser is up to the client, which
// keeps them.
func (s *Server) handleAuthenticate(c *gin.Context) {
	user, _, err := s.login(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	pair, err := s.tokens.Login(c.Request.Context(), user)
	s.answerLogin(c, user, pair, err)
}

// answerLogin answers a login with its tokens.
func (s *Server) answerLogin(c *gin.Context, user account.User, pair token.Pair, err error) {
	if err == nil {
		err = s.confirm(c, user, func() error { return s.tokens.LogoutRefresh(c.Request.Context(), pair.RefreshToken) })
	}
	s.answer(c, pair, err)
}

type refreshBody struct {
	RefreshToken string `json:"refresh_token"`
}

// handleRefresh handles the "POST /token/refresh" route.
func (s *Server) handleRefresh(c *gin.Context) {
	var body refreshBody
	if err := readJSON(c, &body); err != nil {
		s.refuse(c, err)
		return
	}
	pair, err := s.tokens.Refresh(c.Request.Context(), body.RefreshToken)
	s.answer(c, pair, err)
}

// handleTokenLogout handles the "POST /token/logout" route. The access token names the login to end; a client whose
// access token has expired can send {"refresh_token"} in its place.
func (s *Server) handleTokenLogout(c *gin.Context) {
	var body refreshBody
	if hasBody(c.Request) {
		if err := readJSON(c, &body); err != nil {
			s.refuse(c, err)
			return
		}
	}
	var err error
	switch call := callOf(c); {
	case call.known:
		err = s.tokens.Logout(c.Request.Context(), call.caller.claims)
	case body.RefreshToken != "":
		err = s.tokens.LogoutRefresh(c.Request.Context(), body.RefreshToken)
	default:
		s.requireCaller(c)
		return
	}
	s.done(c, err)
}

// handleTokenLogoutEverywhere handles the "POST /token/logout-everywhere" route.
func (s *Server) handleTokenLogoutEverywhere(c *gin.Context) {
	s.done(c, s.tokens.LogoutEverywhere(c.Request.Context(), callerOf(c).user.Name))
}

// handleTokenCookieLogin handles the "POST /token/cookie/login" route. It gives no refresh token, so the server keeps
// nothing of the login.
func (s *Server) handleTokenCookieLogin(c *gin.Context) {
	user, remember, err := s.login(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	text, claims, err := s.tokens.Issue(user)
	if err != nil {
		s.refuse(c, err)
		return
	}
	maxAge := 0
	if remember { // as long as the token
		maxAge = int(s.config.Access / time.Second)
	}
	cookie := s.tokenCookie(text, maxAge)
	if len(cookie.Name)+len(cookie.Value) > session.MaxCookie {
		s.refuse(c, errTokenCookie)
		return
	}
	if err := s.confirm(c, user, func() error { return nil }); err != nil {
		s.refuse(c, err)
		return
	}
	s.rememberDevice(c, user)
	s.Audit(c.Request.Context(), account.Event{Kind: account.EventLogin, User: user.Name})
	http.SetCookie(c.Writer, cookie)
	c.JSON(http.StatusOK, s.me(c, user, time.Time(claims.ExpiresAt)))
}

// handleTokenCookieLogout handles the "POST /token/cookie/logout" route. It asks the browser to drop the cookie, and can
// do no more: a copy of the token is good until it expires.
func (s *Server) handleTokenCookieLogout(c *gin.Context) {
	http.SetCookie(c.Writer, s.tokenCookie("", -1))
	s.done(c, nil)
}

func (s *Server) tokenCookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: s.cookieName(scheme.TokenCookie), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.config.Secure, SameSite: http.SameSiteLaxMode,
	}
}

// handleJWKS handles the "GET /.well-known/jwks.json" route.
func (s *Server) handleJWKS(c *gin.Context) {
	c.Header("Cache-Control", "public, max-age=60")
	c.JSON(http.StatusOK, s.config.Keys.JWKS())
}
