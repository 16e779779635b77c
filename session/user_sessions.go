package session

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"authlab/account"
)

// An Info is one of a user's sessions, as the user may see it.
type Info struct {
	ID        string    `json:"id"` // the beginning of the key; not the session ID
	CreatedAt time.Time `json:"created_at"`
	LastSeen  time.Time `json:"last_seen"`
	UserAgent string    `json:"user_agent,omitempty"`
	Current   bool      `json:"current"` // the session of this request
}

func infoOf(id string, r Record, current bool) Info {
	return Info{ID: id, CreatedAt: r.CreatedAt, LastSeen: r.LastSeen, UserAgent: r.UserAgent, Current: current}
}

// thisCookie is the ID of the one session that Sessions lists for a store that is no Lister. Such a session has no key.
const thisCookie = "this-cookie"

// Sessions lists the caller's live sessions, the newest first. A store that is no Lister knows only the session of this
// request.
func (m *Manager) Sessions(c *gin.Context, caller Login) ([]Info, error) {
	store, ok := m.config.Store.(Lister)
	if !ok {
		v, err := m.live(c)
		if err != nil {
			return nil, err
		}
		return []Info{infoOf(thisCookie, v.record, true)}, nil
	}
	entries, err := store.List(c.Request.Context(), caller.User.Name)
	if err != nil {
		return nil, err
	}
	current, _ := keyOf(m.sessions.load(c.Request, m.config.Name).session.ID)
	infos := make([]Info, 0, len(entries))
	for _, e := range entries {
		if m.config.Now().Before(m.deadline(e.Record)) {
			infos = append(infos, infoOf(publicID(e.Key), e.Record, e.Key == current))
		}
	}
	slices.SortFunc(infos, func(a, b Info) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return infos, nil
}

// End ends one of the caller's sessions by the ID that Sessions gave. ErrNoSession: the caller has no such session, even
// if another user has. If the store is no Lister, End does for the session of this request what Logout does.
func (m *Manager) End(c *gin.Context, caller Login, id string) error {
	store, ok := m.config.Store.(Lister)
	switch {
	case !ok && id == thisCookie:
		return m.Logout(c)
	case !ok:
		return fmt.Errorf("end session: this store keeps none: %w", ErrNoSession)
	}
	ctx := c.Request.Context()
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

// LogoutEverywhere ends every session of the caller. If the store is no Lister, it only asks this browser to drop its
// cookie: the copies in other browsers stay good until they time out.
func (m *Manager) LogoutEverywhere(c *gin.Context, caller Login) error {
	if err := m.EndAll(c.Request.Context(), caller.User.Name); err != nil {
		return err
	}
	m.config.Audit.Tell(c.Request.Context(), account.Event{Kind: account.EventLogoutEverywhere, User: caller.User.Name})
	return m.Logout(c)
}

// EndAll ends every session of a user. If the store is no Lister, it ends none.
func (m *Manager) EndAll(ctx context.Context, user string) error {
	store, ok := m.config.Store.(Lister)
	if !ok {
		return nil
	}
	return store.EndAll(ctx, user)
}

// publicID shortens a key: enough to tell one user's sessions apart.
func publicID(key string) string { return key[:min(len(key), 16)] }
