package web

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gin-gonic/gin"

	"authlab/account"
	"authlab/session"
	"authlab/token"
	schemes "authlab/web/scheme"
)

// The names of the schemes, as package scheme has them.
const (
	Basic          = schemes.Basic
	SessionMemory  = schemes.SessionMemory
	SessionRedis   = schemes.SessionRedis
	SessionCookie  = schemes.SessionCookie
	TokenStateless = schemes.TokenStateless
	TokenRevocable = schemes.TokenRevocable
	TokenCookie    = schemes.TokenCookie
)

// A scheme is one way of remembering who is calling, mounted at its base path.
type scheme struct {
	name, base string
	// ambient credentials are sent by the browser on its own, also when another site makes it send a request. These
	// schemes need protection from that; a token in a header does not.
	ambient bool
	// before runs ahead of everything at this base path.
	before   []gin.HandlerFunc
	caller   func(*gin.Context) (caller, error)
	sessions *session.Manager // of the three session schemes
}

// begin is what every request at this base path goes through first.
func (sch scheme) begin() []gin.HandlerFunc {
	return append([]gin.HandlerFunc{setScheme(sch.name)}, sch.before...)
}

func setScheme(name string) gin.HandlerFunc { return func(c *gin.Context) { c.Set(schemeKey, name) } }

func (s *Server) as(name string) gin.HandlerFunc { return setScheme(name) }

// A caller is somebody whom a scheme recognised.
type caller struct {
	user      account.User
	expiresAt time.Time     // zero: never
	session   session.Login // of the session schemes
	claims    token.Claims  // of the token schemes
}

// Keys of gin's request context.
const (
	schemeKey = "authlab/scheme"
	callerKey = "authlab/caller"
	errorKey  = "authlab/error"
)

func (s *Server) newSchemes() []scheme {
	signed := session.NewSigned(s.cookieName(SessionCookie), s.config.CookieKeys)
	redis := session.NewRedis(s.config.Redis, s.config.Prefix, s.config.Idle, s.config.Absolute, s.config.Now)
	header := func(verify verifier) []gin.HandlerFunc {
		return []gin.HandlerFunc{token.Middleware(token.FromHeader, verify)}
	}
	cookie := token.FromCookie(s.cookieName(TokenCookie))
	return []scheme{
		{name: Basic, base: "/basic", ambient: true, caller: s.basicCaller},
		s.sessionScheme(SessionMemory, "/session/memory", s.memory, s.directory),
		s.sessionScheme(SessionRedis, "/session/redis", redis, s.directory),
		s.sessionScheme(SessionCookie, "/session/cookie", signed, nil),
		{name: TokenStateless, base: "/token/stateless", caller: tokenCaller, before: header(s.verify)},
		{name: TokenRevocable, base: "/token/revocable", caller: tokenCaller, before: header(s.verifyRevocable)},
		{
			name: TokenCookie, base: "/token/cookie", ambient: true, caller: tokenCaller,
			before: []gin.HandlerFunc{token.Middleware(cookie, s.verify)},
		},
	}
}

func (s *Server) schemeNamed(name string) scheme {
	for _, sch := range s.schemes {
		if sch.name == name {
			return sch
		}
	}
	panic("web: no scheme " + name) // a mistake in the route table, found when the server is built
}

// cookieName is the scheme's name. Over TLS the prefix __Host- makes the browser keep the cookie to this host, to
// Path=/ and to TLS (RFC 6265bis, section 4.1.3.2).
func (s *Server) cookieName(scheme string) string {
	if s.config.Secure {
		return "__Host-" + scheme
	}
	return scheme
}

func (s *Server) sessionScheme(name, base string, store session.Store, directory account.Directory) scheme {
	manager := session.NewManager(session.Config{
		Name: s.cookieName(name), Store: store, Directory: directory, Secure: s.config.Secure,
		Idle: s.config.Idle, Absolute: s.config.Absolute, Now: s.config.Now,
	})
	_, isSigned := store.(*session.Signed)
	return scheme{
		name: name, base: base, ambient: true, sessions: manager,
		before: []gin.HandlerFunc{manager.Middleware()},
		caller: func(c *gin.Context) (caller, error) {
			if _, err := c.Request.Cookie(s.cookieName(name)); isSigned && err == nil {
				defer since(c.Request.Context(), costSignature, "HMAC-SHA256 of the cookie")()
			}
			login, err := manager.Identify(c)
			return caller{user: login.User, expiresAt: login.ExpiresAt, session: login}, err
		},
	}
}

// basicCaller asks for the password at every request, and pays for its hash at every request.
func (s *Server) basicCaller(c *gin.Context) (caller, error) {
	name, password, ok := c.Request.BasicAuth()
	if !ok {
		return caller{}, errNoPassword
	}
	user, err := s.authenticate(c, name, password)
	return caller{user: user}, err
}

// authenticate checks a password, if not too many were wrong before, and waits at most hashWait for its turn to be
// hashed.
func (s *Server) authenticate(c *gin.Context, name, password string) (account.User, error) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), hashWait)
	defer cancel()
	attempt, err := s.attempts.Begin(ctx, name, c.ClientIP())
	if err != nil {
		return account.User{}, err
	}
	user, err := s.authenticator.Authenticate(ctx, name, password)
	switch {
	case err == nil:
		attempt.Succeeded(ctx)
	case errors.Is(err, account.ErrBadCredentials):
		attempt.Failed(ctx)
	default:
		attempt.Withdraw(context.WithoutCancel(ctx)) // the database or the hasher had no answer
	}
	return user, err
}

// hashWait is shorter than a balancer waits (5 s): so a login that does not get its turn is told why, by a 503, and the
// replica is not taken for a silent one.
const hashWait = 4 * time.Second

func tokenCaller(c *gin.Context) (caller, error) {
	claims, err := token.FromContext(c.Request.Context())
	if err != nil {
		return caller{}, err
	}
	return caller{
		user:      account.User{Name: claims.Subject, Roles: claims.Roles},
		expiresAt: claims.ExpiresAt.Time, claims: claims,
	}, nil
}

type verifier = func(context.Context, string) (token.Claims, error)

func (s *Server) verify(ctx context.Context, text string) (token.Claims, error) {
	pay := timed(ctx, costSignature)
	claims, err := s.tokens.Verify(ctx, text)
	what := s.config.Keys.Signing().Algorithm() + " signature and claims"
	if claims.Seen {
		what = "claims of a token whose signature was checked before"
	}
	pay(what)
	return claims, err
}

// verifyRevocable is the same check and then one question. The question's cost shows as the store command that it is.
func (s *Server) verifyRevocable(ctx context.Context, text string) (token.Claims, error) {
	claims, err := s.verify(ctx, text)
	if err != nil {
		return token.Claims{}, err
	}
	return claims, s.tokens.CheckRevoked(ctx, claims)
}

// identify finds out who is calling. It refuses nobody.
func (s *Server) identify(sch scheme) gin.HandlerFunc {
	return func(c *gin.Context) {
		who, err := sch.caller(c)
		if err != nil {
			c.Set(errorKey, err)
			return
		}
		c.Set(callerKey, who)
	}
}

// refuseStrangers says no to whoever identify did not recognise.
func (s *Server) refuseStrangers(c *gin.Context) {
	if err, ok := c.Get(errorKey); ok {
		s.refuse(c, err.(error))
	}
}

// callerOf returns who is calling. Only routes behind refuseStrangers may ask.
func callerOf(c *gin.Context) caller { return c.MustGet(callerKey).(caller) }

var errNoPassword = errors.New("no Authorization: Basic")

func (s *Server) sameOrigin(c *gin.Context) {
	if err := crossOrigin.Check(c.Request); err != nil {
		s.refuse(c, fmt.Errorf("%w: %w", errCrossOrigin, err))
	}
}
