package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	ginsessions "github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"
	gorilla "github.com/gorilla/sessions"

	"authlab/account"
)

// Defaults of Config. OWASP's Session Management Cheat Sheet gives 15 to 30 minutes idle and 4 to 8 hours in all for
// applications of low risk.
const (
	DefaultIdle     = 30 * time.Minute
	DefaultAbsolute = 8 * time.Hour
)

// touchEvery is how old LastSeen may get before a request writes it again. Reading is one command; writing at every
// request would make it two. So the idle time is kept to the minute, and never longer than it says.
const touchEvery = time.Minute

// maxUserAgent bounds what a client can make us keep about itself, in bytes.
const maxUserAgent = 120

// Config says how a Manager works. Name and Store are required.
type Config struct {
	Name  string // of the cookie
	Store Store
	// Directory tells a user's roles at each request. Nil: the record carries the roles that the user had at login,
	// and they are believed until the session ends. That is what a value store does, and why it needs no lookup.
	Directory account.Directory
	Idle      time.Duration    // ends a session that is not used; DefaultIdle
	Absolute  time.Duration    // ends a session that is used; DefaultAbsolute
	Secure    bool             // over TLS: the cookie is Secure, and its name should begin with __Host-
	Now       func() time.Time // time.Now
}

// A Manager logs people in and out on one store.
type Manager struct {
	config Config
	store  ginsessions.Store
}

// A Login is a caller whom a session identified.
type Login struct {
	User      account.User
	ExpiresAt time.Time // when the session ends if it is not used again
	key       string
}

// An Item is one of the caller's sessions, as the caller may see it.
type Item struct {
	ID        string    `json:"id"` // the beginning of the key; not the session ID
	CreatedAt time.Time `json:"created_at"`
	LastSeen  time.Time `json:"last_seen"`
	UserAgent string    `json:"user_agent,omitempty"`
	Current   bool      `json:"current"`
}

// NewManager returns a Manager with the defaults filled in.
func NewManager(config Config) *Manager {
	config.Idle = cmp.Or(config.Idle, DefaultIdle)
	config.Absolute = cmp.Or(config.Absolute, DefaultAbsolute)
	if config.Now == nil {
		config.Now = time.Now
	}
	store := &adapter{store: config.Store, options: *cookieOptions(config.Secure)}
	return &Manager{config: config, store: store}
}

// Middleware puts gin-contrib's session in the request, for sessions.Default(c). It does not look at the cookie yet.
func (m *Manager) Middleware() gin.HandlerFunc { return ginsessions.Sessions(m.config.Name, m.store) }

// Identify finds out who is calling. Its errors are ErrNoCookie, ErrNoSession (also ErrTampered and ErrExpired, by
// name), ErrUnavailable, or what the directory said. None of them touches the cookie.
func (m *Manager) Identify(c *gin.Context) (Login, error) {
	s, record, err := m.load(c)
	if err != nil {
		return Login{}, err
	}
	user := account.User{Name: record.User, Roles: record.Roles}
	if m.config.Directory != nil {
		if user, err = m.config.Directory.User(c.Request.Context(), record.User); err != nil {
			return Login{}, err
		}
	}
	if now := m.config.Now(); now.Sub(record.LastSeen) >= touchEvery {
		touched := record
		touched.LastSeen = now
		s.Values[recordKey{}] = touched
		// Who is calling is known already. If this write fails, the next request writes it, or the session ends a
		// little early: both are better than refusing a caller whom we recognised.
		if m.store.Save(c.Request, c.Writer, s) == nil {
			record = touched
		}
	}
	key, _ := keyOf(s.ID)
	return Login{User: user, ExpiresAt: m.deadline(record), key: key}, nil
}

// Login starts a session for a user whose password was just checked. The ID is always a new one, and a session that
// the client came with ends, so an ID that somebody planted or saw before the login is worth nothing after it.
func (m *Manager) Login(c *gin.Context, user account.User) (Login, error) {
	s, err := m.store.Get(c.Request, m.config.Name)
	if err != nil && !errors.Is(err, ErrNoSession) {
		return Login{}, err
	}
	if s.ID != "" {
		old, _ := s.Values[recordKey{}].(Record)
		if err := m.config.Store.Delete(c.Request.Context(), s.ID, old); err != nil {
			return Login{}, err
		}
	}
	now := m.config.Now()
	agent := c.Request.UserAgent()
	record := Record{User: user.Name, CreatedAt: now, LastSeen: now, UserAgent: agent[:min(len(agent), maxUserAgent)]}
	if m.config.Directory == nil {
		record.Roles = user.Roles
	}
	s.ID, s.Values = "", map[any]any{recordKey{}: record}
	if err := m.store.Save(c.Request, c.Writer, s); err != nil {
		return Login{}, err
	}
	key, _ := keyOf(s.ID)
	return Login{User: user, ExpiresAt: m.deadline(record), key: key}, nil
}

// Logout ends the session that the request carries and takes its cookie away. Without a session there is nothing to
// do. If the store does not answer, the session is still alive, so the cookie stays too: ErrUnavailable.
func (m *Manager) Logout(c *gin.Context) error {
	s, err := m.store.Get(c.Request, m.config.Name)
	if err != nil && !errors.Is(err, ErrNoSession) {
		return err
	}
	options := *s.Options
	options.MaxAge = -1
	s.Options = &options
	return m.store.Save(c.Request, c.Writer, s)
}

// LogoutEverywhere ends every session of the caller that the store remembers. A store that remembers nothing can only
// end this one, and that only by asking the browser.
func (m *Manager) LogoutEverywhere(c *gin.Context, caller Login) error {
	if store, ok := m.config.Store.(Rememberer); ok {
		if err := store.EndAll(c.Request.Context(), caller.User.Name); err != nil {
			return err
		}
	}
	return m.Logout(c)
}

// Sessions lists the caller's live sessions, the newest first. A store that remembers nothing knows only of the one
// that it was just shown.
func (m *Manager) Sessions(c *gin.Context, caller Login) ([]Item, error) {
	store, ok := m.config.Store.(Rememberer)
	if !ok {
		_, record, err := m.load(c)
		return []Item{{
			ID: "this-cookie", CreatedAt: record.CreatedAt, LastSeen: record.LastSeen,
			UserAgent: record.UserAgent, Current: true,
		}}, err
	}
	entries, err := store.List(c.Request.Context(), caller.User.Name)
	if err != nil {
		return nil, err
	}
	items := make([]Item, 0, len(entries))
	for _, e := range entries {
		if !m.config.Now().Before(m.deadline(e.Record)) {
			continue
		}
		items = append(items, Item{
			ID: publicID(e.Key), CreatedAt: e.Record.CreatedAt, LastSeen: e.Record.LastSeen,
			UserAgent: e.Record.UserAgent, Current: e.Key == caller.key,
		})
	}
	slices.SortFunc(items, func(a, b Item) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return items, nil
}

// End ends one of the caller's sessions by the ID that Sessions gave. ErrNoSession: the caller has none such, whoever
// else may.
func (m *Manager) End(ctx context.Context, caller Login, id string) error {
	store, ok := m.config.Store.(Rememberer)
	if !ok {
		return fmt.Errorf("end session: this store remembers none: %w", ErrNoSession)
	}
	entries, err := store.List(ctx, caller.User.Name)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if publicID(e.Key) == id {
			return store.End(ctx, caller.User.Name, e.Key)
		}
	}
	return fmt.Errorf("end session: %w", ErrNoSession)
}

// load returns the session of the request and its record, if both are there and in time.
func (m *Manager) load(c *gin.Context) (*gorilla.Session, Record, error) {
	if _, err := c.Request.Cookie(m.config.Name); err != nil {
		return nil, Record{}, ErrNoCookie
	}
	s, err := m.store.Get(c.Request, m.config.Name)
	if err != nil {
		return nil, Record{}, err
	}
	record, _ := s.Values[recordKey{}].(Record)
	if record.User == "" {
		return nil, Record{}, fmt.Errorf("session of a visitor: %w", ErrNoSession)
	}
	if !m.config.Now().Before(m.deadline(record)) {
		// It is refused whether or not the store can forget it now; its own timeout stands behind this.
		_ = m.config.Store.Delete(c.Request.Context(), s.ID, record)
		return nil, Record{}, fmt.Errorf("%w: %w", ErrNoSession, ErrExpired)
	}
	return s, record, nil
}

func (m *Manager) deadline(r Record) time.Time {
	idle, absolute := r.LastSeen.Add(m.config.Idle), r.CreatedAt.Add(m.config.Absolute)
	if idle.Before(absolute) {
		return idle
	}
	return absolute
}

// publicID shortens a key: enough to tell one user's sessions apart.
func publicID(key string) string { return key[:min(len(key), 16)] }
