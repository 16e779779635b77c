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
// Change"). An ID that the store has never seen is adopted, and the ID is the same before and after the login. Whoever
// plants an ID in somebody's browser, and waits for them to log in, is logged in too.
//
//	attacker ── plants ID x ──▶ victim ── logs in with x ──▶ x is the victim
//	attacker ── sends x ──────────────────────────────────▶ hello, victim
//
// MISTAKE: nothing is ever forgotten (CWE-613, CWE-770): no session ends, and everybody can fill the memory.
//
// THE RIGHT WAY: session.Manager.Login, which always makes a new ID, and session.Store.Load, which knows only its own.
type mapStore struct {
	mu      sync.Mutex
	records map[string]map[any]any
	down    bool // outage.go
}

var _ sessions.Store = (*mapStore)(nil)

// Options would set flags for the cookie. The hurried tutorial does not call it: cookie.go.
func (m *mapStore) Options(sessions.Options) {}

// Get returns the session of this request.
func (m *mapStore) Get(r *http.Request, name string) (*gorilla.Session, error) {
	return gorilla.GetRegistry(r).Get(m, name)
}

// New finds the session that the cookie names, or makes one with the name that the cookie has.
func (m *mapStore) New(r *http.Request, name string) (*gorilla.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := gorilla.NewSession(m, name)
	s.Options = cookieOptions()
	if m.down {
		return s, errDown
	}
	if cookie, err := r.Cookie(name); err == nil {
		s.ID = cookie.Value // whoever chose it
		maps.Copy(s.Values, m.records[s.ID])
	}
	return s, nil
}

// Save keeps the session under the ID that it has, and makes one up only if it has none.
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
