package session

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	ginsessions "github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"

	"authlab/account"
)

// Defaults of Config. OWASP's Session Management Cheat Sheet gives 15 to 30 minutes idle and 4 to 8 hours in all for
// applications of low risk.
const (
	DefaultIdle     = 30 * time.Minute
	DefaultAbsolute = 8 * time.Hour
)

// touchEvery is how old LastSeen may get before a request writes it again. A write at every request would double the
// number of store commands. So a session may time out up to a minute early, and never late.
const touchEvery = time.Minute

// maxUserAgent bounds how much of User-Agent a record keeps, in bytes.
const maxUserAgent = 120

// Config says how a Manager works. Name and Store are required.
type Config struct {
	Name  string // of the cookie
	Store Store
	// Directory tells a user's roles at each request. Nil: the record keeps the roles that the user had at login, and they
	// count until the session ends. A server with a Signed store needs no lookup that way.
	Directory account.Directory
	Idle      time.Duration    // ends a session that is not used; DefaultIdle
	Absolute  time.Duration    // ends a session that is used; DefaultAbsolute
	Secure    bool             // over TLS: the cookie is Secure, and its name should begin with __Host-
	Now       func() time.Time // time.Now
	Audit     account.Audit    // is told of each EventLogin and EventLogoutEverywhere; nil: nothing is
}

// A Manager logs users in and out, and tells who is calling.
type Manager struct {
	config   Config
	sessions *ginStore // config.Store, for the requests of gin
}

// A Login is a user whom a session identified.
type Login struct {
	User      account.User
	ExpiresAt time.Time // when the session ends if it is not used again
}

// NewManager returns a Manager with the defaults filled in.
func NewManager(config Config) *Manager {
	config.Idle = cmp.Or(config.Idle, DefaultIdle)
	config.Absolute = cmp.Or(config.Absolute, DefaultAbsolute)
	if config.Now == nil {
		config.Now = time.Now
	}
	m := &Manager{config: config, sessions: newGinStore(config.Store, config.Secure)}
	m.sessions.maxAge = func(r Record) int {
		if !r.Remember {
			return 0
		}
		return max(1, int(r.CreatedAt.Add(config.Absolute).Sub(config.Now())/time.Second))
	}
	m.sessions.loggedIn = func(r Record) bool { return r.User != "" && config.Now().Before(m.deadline(r)) }
	return m
}

// Middleware puts gin-contrib's session into each request, for sessions.Default(c). It does not load it yet.
func (m *Manager) Middleware() gin.HandlerFunc {
	sessions := ginsessions.Sessions(m.config.Name, m.sessions)
	return func(c *gin.Context) {
		m.sessions.visit(c.Request, m.config.Name) // begins it, so that a copy of the request shares it
		sessions(c)
	}
}

// Identify tells who is calling. Its errors are ErrNoCookie, ErrNoSession (ErrMalformed, ErrTampered and ErrExpired are that too),
// ErrUnavailable, and those of the Directory. On an error it changes no cookie.
func (m *Manager) Identify(c *gin.Context) (Login, error) {
	v, err := m.live(c)
	if err != nil {
		return Login{}, err
	}
	user := account.User{Name: v.record.User, Roles: v.record.Roles}
	if m.config.Directory != nil {
		if user, err = m.config.Directory.User(c.Request.Context(), v.record.User); err != nil {
			return Login{}, err
		}
	}
	if now := m.config.Now(); now.Sub(v.record.LastSeen) >= touchEvery {
		// The caller is known already. If this write fails, a later request writes, or the session ends a little early:
		// both are better than to refuse the caller.
		_ = m.sessions.touch(c.Request, c.Writer, v, now)
	}
	return m.loginOf(user, v), nil
}

func (m *Manager) loginOf(user account.User, v *visit) Login {
	return Login{User: user, ExpiresAt: m.deadline(v.record)}
}

// Login starts a session for a user whose password was just checked. It always makes a new ID and ends the session that
// the client came with, so an ID that an attacker planted or saw before the login is useless after it (CWE-384).
func (m *Manager) Login(c *gin.Context, user account.User) (Login, error) {
	return m.login(c, user, false)
}

// LoginRemembered is Login with a cookie that has a Max-Age, so that the browser keeps it when it is closed (RFC 6265,
// section 5.3). It changes nothing else: the session ends when every other would.
func (m *Manager) LoginRemembered(c *gin.Context, user account.User) (Login, error) {
	return m.login(c, user, true)
}

func (m *Manager) login(c *gin.Context, user account.User, remember bool) (Login, error) {
	v := m.sessions.load(c.Request, m.config.Name)
	if err := m.sessions.endUnread(c.Request, v); err != nil {
		return Login{}, err
	}
	if v.session.ID != "" {
		if err := m.config.Store.Delete(c.Request.Context(), v.session.ID, v.record); err != nil {
			return Login{}, err
		}
	}
	now, agent := m.config.Now(), c.Request.UserAgent()
	record := Record{User: user.Name, CreatedAt: now, LastSeen: now, Remember: remember, UserAgent: agent[:min(len(agent), maxUserAgent)]}
	if m.config.Directory == nil {
		record.Roles = user.Roles
	}
	v.session.ID = ""
	if err := m.sessions.show(v, record); err != nil { // without the values of the session before
		return Login{}, err
	}
	if err := m.sessions.Save(c.Request, c.Writer, v.session); err != nil {
		return Login{}, err
	}
	m.config.Audit.Tell(c.Request.Context(), account.Event{Kind: account.EventLogin, User: user.Name})
	return m.loginOf(user, v), nil
}

// Renew gives the request's session a new ID and ends the old one, so that a copy of the old one is useless from now on. Call
// it when the caller may do more than before, as after a second factor (OWASP, Session Management Cheat Sheet). The session
// ends when it would have. ErrUnavailable: try again; the old ID may still be good.
func (m *Manager) Renew(c *gin.Context) error {
	v, err := m.live(c)
	if err != nil {
		return err
	}
	old := v.session.ID
	v.session.ID = ""
	if err := m.sessions.Save(c.Request, c.Writer, v.session); err != nil {
		v.session.ID = old
		return err
	}
	return m.config.Store.Delete(c.Request.Context(), old, v.record)
}

// Logout ends the session of the request and removes its cookie. Without a session it does nothing, so logging out twice is
// no error. ErrUnavailable: the store did not answer, so the session is alive, and the cookie stays.
//
// ErrElsewhere: the cookie carries an ID that a Memory does not know. That the session has ended would be a guess: another
// replica may have it. The cookie is removed all the same.
func (m *Manager) Logout(c *gin.Context) error {
	v := m.sessions.load(c.Request, m.config.Name)
	if err := m.sessions.endUnread(c.Request, v); err != nil {
		return err
	}
	v.session.Options.MaxAge = -1
	if err := m.sessions.Save(c.Request, c.Writer, v.session); err != nil {
		return err
	}
	_, inMemory := m.config.Store.(*Memory)
	if inMemory && errors.Is(v.err, ErrNoSession) && !errors.Is(v.err, ErrMalformed) {
		return fmt.Errorf("logout: %w: %w", ErrNoSession, ErrElsewhere)
	}
	return nil
}

// live returns the request's session if it is a user's and has not timed out.
func (m *Manager) live(c *gin.Context) (*visit, error) {
	v := m.sessions.load(c.Request, m.config.Name)
	switch {
	case v.err != nil:
		return nil, v.err
	case v.session.ID == "":
		return nil, ErrNoCookie
	}
	if v.record.User == "" {
		return nil, fmt.Errorf("no user has logged in to this session: %w", ErrNoSession)
	}
	if !m.config.Now().Before(m.deadline(v.record)) {
		// Refused even if the store cannot delete it now: then the store's own timeout does.
		_ = m.config.Store.Delete(c.Request.Context(), v.session.ID, v.record)
		return nil, fmt.Errorf("%w: %w", ErrNoSession, ErrExpired)
	}
	return v, nil
}

// deadline is when a session ends if it is not used again.
func (m *Manager) deadline(r Record) time.Time {
	idle, absolute := r.LastSeen.Add(m.config.Idle), r.CreatedAt.Add(m.config.Absolute)
	if idle.Before(absolute) {
		return idle
	}
	return absolute
}
