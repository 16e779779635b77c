package naive

import (
	"crypto/rand"
	"maps"
	"net/http"
	"sync"

	"github.com/gin-contrib/sessions"
	gorilla "github.com/gorilla/sessions"
)

// MISTAKE: session fixation (CWE-384; OWASP Session Management, "Renew the Session ID After Any Privilege Level
// Change"). The store takes an ID that it never made, and the ID stays the same at login. An attacker plants an ID in
// the victim's browser, waits for the victim to log in, and uses the same ID.
//
//	attacker ── plants ID x ──▶ victim ── logs in with x ──▶ x is the victim
//	attacker ── sends x ──────────────────────────────────▶ hello, victim
//
// MISTAKE: no session expires (CWE-613), and every visit adds one, so any client can fill the memory (CWE-770).
//
// THE RIGHT WAY: session.Manager.Login, which always makes a new ID, and session.Store.Load, which finds only IDs that
// the store has made.
type mapStore struct {
	mu      sync.Mutex
	records map[string]map[any]any
	down    bool // outage.go
}

var _ sessions.Store = (*mapStore)(nil)

// Options implements sessions.Store. It would set the cookie's flags, and is never called: cookie.go.
func (m *mapStore) Options(sessions.Options) {}

// Get implements sessions.Store: it returns the session of this request.
func (m *mapStore) Get(r *http.Request, name string) (*gorilla.Session, error) {
	return gorilla.GetRegistry(r).Get(m, name)
}

// New implements sessions.Store: it returns the session with the cookie's ID, whether the store knows that ID or not.
func (m *mapStore) New(r *http.Request, name string) (*gorilla.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := gorilla.NewSession(m, name)
	s.Options = cookieOptions()
	if m.down {
		return s, errDown
	}
	if cookie, err := r.Cookie(name); err == nil {
		s.ID = cookie.Value // chosen by the client
		maps.Copy(s.Values, m.records[s.ID])
	}
	return s, nil
}

// Save implements sessions.Store. It makes a new ID only for a session without one.
func (m *mapStore) Save(_ *http.Request, w http.ResponseWriter, s *gorilla.Session) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down {
		return errDown
	}
	if s.ID == "" {
		s.ID = rand.Text()
	}
	m.records[s.ID] = maps.Clone(s.Values)
	http.SetCookie(w, gorilla.NewCookie(s.Name(), s.ID, s.Options))
	return nil
}

func (m *mapStore) reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records, m.down = map[string]map[any]any{}, false
}
