package web

import (
	"github.com/gin-gonic/gin"

	"authlab/account"
	"authlab/session"
	"authlab/token"
	"authlab/web/scheme"
)

// A mounted scheme is a row of the table of schemes with the code that reads its credential.
type mounted struct {
	scheme.Scheme
	// read reads the credential of a request and verifies it. It refuses no request and changes no cookie.
	read     func(*gin.Context) (caller, error)
	sessions *session.Manager // of the session schemes
}

// mount returns the schemes by name.
func (s *Server) mount() map[string]mounted {
	signed := session.NewSigned(s.cookieName(scheme.SessionCookie), s.config.CookieKeys)
	all := map[string]mounted{
		scheme.Basic:          {read: s.readPassword},
		scheme.SessionMemory:  s.mountSession(scheme.SessionMemory, s.memory, s.directory),
		scheme.SessionRedis:   s.mountSession(scheme.SessionRedis, s.stale, s.directory),
		scheme.SessionCookie:  s.mountSession(scheme.SessionCookie, signed, nil), // a signed cookie carries the roles itself
		scheme.TokenStateless: {read: s.readToken(token.FromHeader, false)},
		scheme.TokenRevocable: {read: s.readToken(token.FromHeader, true)},
		scheme.TokenCookie:    {read: s.readToken(token.FromCookie(s.cookieName(scheme.TokenCookie), s.tokens.Verify), false)},

		scheme.SessionBound:    s.mountBoundSession(),
		scheme.TokenBound:      {read: s.readBound(s.tokens.UseProof)},
		scheme.TokenBoundLocal: {read: s.readBound(token.NewLocalProofs(s.config.Now).Use)},
	}
	if s.postgres != nil {
		all[scheme.SessionPostgres] = s.mountSession(scheme.SessionPostgres, s.postgres, s.directory)
	}
	for name, m := range all {
		m.Scheme, _ = scheme.Named(name)
		all[name] = m
	}
	return all
}

func (s *Server) mountSession(name string, store session.Store, directory account.Directory) mounted {
	manager := session.NewManager(session.Config{
		Name: s.cookieName(name), Store: store, Directory: directory, Secure: s.config.Secure,
		Idle: s.config.Idle, Absolute: s.config.Absolute, Now: s.config.Now, Audit: s.Audit,
	})
	return mounted{read: s.readSession(name, manager), sessions: manager}
}

// mountBoundSession has a store of its own: in another scheme, where nothing asks for a proof, its cookie is unknown.
func (s *Server) mountBoundSession() mounted {
	m := s.mountSession(scheme.SessionBound, s.boundSessions, s.directory)
	m.read = s.readProved(m.sessions)
	return m
}

// cookieName is the name of a scheme's cookie.
func (s *Server) cookieName(name string) string {
	if s.config.Secure {
		return scheme.SecurePrefix + name
	}
	return name
}
