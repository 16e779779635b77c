package web

import (
	"errors"

	"github.com/gin-gonic/gin"

	"authlab/session"
	"authlab/web/scheme"
)

// handleSessionLogin handles the "POST /session/{store}/login" route.
func (s *Server) handleSessionLogin(m mounted) gin.HandlerFunc {
	return func(c *gin.Context) {
		user, remember, err := s.login(c)
		if err != nil {
			s.refuse(c, err)
			return
		}
		login := m.sessions.Login
		if remember {
			login = m.sessions.LoginRemembered
		}
		made, err := login(c, user)
		if err == nil && m.Name == scheme.SessionBound {
			err = s.offerBinding(c, made.User)
		}
		if err == nil {
			s.rememberDevice(c, user)
			err = s.confirm(c, user, func() error { return m.sessions.Logout(c) })
		}
		s.answer(c, s.me(c, made.User, made.ExpiresAt), err)
	}
}

// handleSessionLogout handles the "POST /session/{store}/logout" route.
func (s *Server) handleSessionLogout(m *session.Manager) gin.HandlerFunc {
	return func(c *gin.Context) { s.done(c, m.Logout(c)) }
}

// handleSessionLogoutEverywhere handles the "POST /session/{store}/logout-everywhere" route.
func (s *Server) handleSessionLogoutEverywhere(m *session.Manager) gin.HandlerFunc {
	return func(c *gin.Context) { s.done(c, m.LogoutEverywhere(c, callerOf(c).session)) }
}

// handleSessions handles the "GET /session/{store}/sessions" route.
func (s *Server) handleSessions(m *session.Manager) gin.HandlerFunc {
	return func(c *gin.Context) {
		items, err := m.Sessions(c, callerOf(c).session)
		s.answer(c, gin.H{"scheme": callOf(c).scheme, "replica": s.config.Name, "sessions": items}, err)
	}
}

// handleEndSession handles the "DELETE /session/{store}/sessions/{id}" route.
func (s *Server) handleEndSession(m *session.Manager) gin.HandlerFunc {
	return func(c *gin.Context) {
		err := m.End(c, callerOf(c).session, c.Param("id"))
		if errors.Is(err, session.ErrNoSession) {
			err = errNotYours // 404 and not 401: the caller is known, and the other session is not found
		}
		s.done(c, err)
	}
}
