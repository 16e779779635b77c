package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"authlab/account"
	"authlab/session"
	"authlab/token"
	"authlab/web/scheme"
)

// A caller is the user whom a credential identified.
type caller struct {
	user      account.User
	expiresAt time.Time     // zero: never
	session   session.Login // in the session schemes
	claims    token.Claims  // in the token schemes
	proof     token.Proof   // in the schemes whose token is bound to a key
}

// identify finds out who is calling: the one step from a request to its caller. It refuses no request, because some
// routes, such as the logout by refresh token, also serve clients without a good credential.
func (m mounted) identify(c *gin.Context) {
	call := callOf(c)
	call.caller, call.refused = m.read(c)
	call.known = call.refused == nil
}

// requireCaller refuses a request whose caller identify did not find. On a route without identify that is every request.
func (s *Server) requireCaller(c *gin.Context) {
	if call := callOf(c); !call.known {
		s.refuse(c, cmp.Or(call.refused, errInternal))
	}
}

// callerOf returns who is calling, on a route behind requireCaller. Elsewhere it panics: no request is taken for a user's
// without a name.
func callerOf(c *gin.Context) caller {
	call := callOf(c)
	if !call.known {
		panic("the caller of a request that requireCaller has not let pass")
	}
	return call.caller
}

// crossOrigin refuses a request that changes something and that another site made the browser send.
var crossOrigin = http.NewCrossOriginProtection()

func (s *Server) refuseCrossOrigin(c *gin.Context) {
	if err := crossOrigin.Check(c.Request); err != nil {
		s.refuse(c, fmt.Errorf("%w: %w", errCrossOrigin, err))
	}
}

// readToken verifies the token that source finds. If revocable, it also asks the denylist, and the time of that shows in
// Server-Timing as the Redis command that it is.
func (s *Server) readToken(source token.Source, revocable bool) func(*gin.Context) (caller, error) {
	return func(c *gin.Context) (caller, error) {
		text, err := source(c.Request)
		if err != nil {
			return caller{}, err
		}
		who, err := s.readVerified(c, func() (token.Verified, error) { return s.tokens.Verify(text) })
		if err == nil && revocable {
			err = s.tokens.CheckRevoked(c.Request.Context(), who.claims)
		}
		if err != nil {
			return caller{}, err
		}
		return who, nil
	}
}

// readVerified verifies a token, and times it.
func (s *Server) readVerified(c *gin.Context, verify func() (token.Verified, error)) (caller, error) {
	start := time.Now()
	verified, err := verify()
	what := s.config.Keys.Signing().Algorithm() + " signature and claims"
	if verified.Cached {
		what = "claims of a token whose signature was checked before"
	}
	timingOf(c.Request.Context()).Add(costSignature, what, start)
	if err != nil {
		return caller{}, err
	}
	claims := verified.Claims
	user := account.User{Name: claims.Subject, Roles: claims.Roles}
	return caller{user: user, expiresAt: time.Time(claims.ExpiresAt), claims: claims}, nil
}

// readSession loads the session that the cookie names.
func (s *Server) readSession(name string, manager *session.Manager) func(*gin.Context) (caller, error) {
	return func(c *gin.Context) (caller, error) {
		start := time.Now()
		login, err := manager.Identify(c)
		if name == scheme.SessionCookie && !errors.Is(err, session.ErrNoCookie) {
			timingOf(c.Request.Context()).Add(costSignature, "HMAC-SHA256 of the cookie", start)
		}
		return caller{user: login.User, expiresAt: login.ExpiresAt, session: login}, err
	}
}

var errNoPassword = errors.New("no Authorization: Basic")

// readPassword checks the password that comes with every request (RFC 7617), and so hashes it at every request.
func (s *Server) readPassword(c *gin.Context) (caller, error) {
	name, password, ok := basicAuth(c.Request.Header.Get("Authorization"))
	if !ok {
		return caller{}, errNoPassword
	}
	user, err := s.authenticate(c, name, password, "")
	return caller{user: user}, err
}

// basicAuth reads Authorization: Basic, also with several spaces after the scheme (RFC 9110, section 11.4), which net/http
// does not take.
func basicAuth(authorization string) (name, password string, ok bool) {
	scheme, credential, _ := strings.Cut(authorization, " ")
	r := http.Request{Header: http.Header{"Authorization": {scheme + " " + strings.TrimLeft(credential, " ")}}}
	return r.BasicAuth()
}

// hashTimeout bounds how long a login waits for its turn: for a place among the attempts, and to be hashed. It is shorter
// than a balancer waits for an answer (5 s), so that a login that does not get its turn is answered with 503, and the replica
// is not taken for a silent one.
const hashTimeout = 4 * time.Second

// authenticate checks a password, unless too many were wrong before. A check counts also if the client has closed its
// connection meanwhile, or if it took until hashTimeout. A device that is known for this user has a count of its own.
func (s *Server) authenticate(c *gin.Context, name, password, device string) (account.User, error) {
	ctx := c.Request.Context()
	hashing, cancel := context.WithTimeout(ctx, hashTimeout)
	defer cancel()
	begin := func() (account.Attempt, error) { return s.attempts.Begin(hashing, name, clientAddress(c)) }
	if device != "" {
		begin = func() (account.Attempt, error) { return s.attempts.BeginKnown(hashing, name, device) }
	}
	attempt, err := begin()
	if err != nil {
		s.logNotCounted(err)
		return account.User{}, err
	}
	user, err := s.authenticator.Authenticate(hashing, name, password)
	if err != nil {
		timingOf(ctx).HideDurations()
	}
	switch {
	case err == nil:
		s.logNotCounted(attempt.Succeeded(ctx))
	case errors.Is(err, account.ErrBadCredentials):
		s.failed(ctx, attempt, err)
	default: // the database or the Hasher did not answer, so the password was not checked
		s.logNotCounted(attempt.Withdraw(ctx))
	}
	return user, err
}

// confirm is the last step of every login: it refuses one whose password was changed while it was being checked. Then undo
// ends it, and if that fails, no client has its credential.
func (s *Server) confirm(c *gin.Context, user account.User, undo func() error) error {
	ctx := c.Request.Context()
	err := s.authenticator.Confirm(ctx, user)
	if err == nil {
		return nil
	}
	_ = undo()
	c.Writer.Header().Del("Set-Cookie")
	if errors.Is(err, account.ErrBadCredentials) {
		s.Audit(ctx, account.Event{Kind: account.EventLoginFailed, User: user.Name})
	}
	return err
}

// failed counts a wrong password, and tells the audit log whose it was.
func (s *Server) failed(ctx context.Context, attempt account.Attempt, err error) {
	bad, _ := errors.AsType[*account.BadCredentialsError](err)
	s.Audit(ctx, account.Event{Kind: account.EventLoginFailed, User: bad.User})
	limit, err := attempt.Failed(ctx)
	s.logNotCounted(err)
	if limit.Account {
		s.Audit(ctx, account.Event{Kind: account.EventAccountLimit, User: bad.User})
	}
	if limit.Address {
		s.Audit(ctx, account.Event{Kind: account.EventAddressLimit})
	}
}

// logNotCounted logs an error that Redis answered to a login's count. An outage is none: then logins are not limited.
func (s *Server) logNotCounted(err error) {
	if errors.Is(err, account.ErrNotCounted) {
		s.config.Logger.Error("login not counted", "replica", s.config.Name, "error", err)
	}
}
