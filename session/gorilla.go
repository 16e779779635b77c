package session

import (
	"errors"
	"fmt"
	"net/http"

	ginsessions "github.com/gin-contrib/sessions"
	gorilla "github.com/gorilla/sessions"
)

// recordKey is where the adapter keeps the record among a gorilla session's values: a key that no handler can name.
type recordKey struct{}

// adapter makes a Store what gin-contrib/sessions wants: a gorilla store. The session's ID is the credential.
type adapter struct {
	store   Store
	options gorilla.Options
}

var _ ginsessions.Store = (*adapter)(nil)

// GinStore returns a Store in the form that sessions.Sessions(name, store) of gin-contrib takes. Options that are not
// set later are the safe ones: HttpOnly, SameSite=Lax, Path=/, and no Max-Age, because the server decides when a
// session ends.
func GinStore(store Store) ginsessions.Store {
	return &adapter{store: store, options: *cookieOptions(false)}
}

func cookieOptions(secure bool) *gorilla.Options {
	return &gorilla.Options{Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode}
}

// Options replaces every cookie attribute at once, as gin-contrib's interface has it.
func (a *adapter) Options(o ginsessions.Options) { a.options = *o.ToGorillaOptions() }

// Get returns the session of this request, loaded once however often it is asked for.
func (a *adapter) Get(r *http.Request, name string) (*gorilla.Session, error) {
	return gorilla.GetRegistry(r).Get(a, name)
}

// New loads the session that the request's cookie names. It always returns a session: an empty one, without the ID
// that the client sent, when there is an error. An ID that the store does not know is so never adopted.
func (a *adapter) New(r *http.Request, name string) (*gorilla.Session, error) {
	s := gorilla.NewSession(a, name)
	options := a.options
	s.Options, s.IsNew = &options, true
	cookie, err := r.Cookie(name)
	if err != nil {
		return s, nil //nolint:nilerr // no cookie is a new visitor, which is not an error here
	}
	record, err := a.store.Load(r.Context(), cookie.Value)
	if err != nil {
		return s, err
	}
	for key, value := range record.Values {
		s.Values[key] = value
	}
	s.ID, s.IsNew, s.Values[recordKey{}] = cookie.Value, false, record
	return s, nil
}

// Save writes the session and its cookie. A negative MaxAge ends both.
func (a *adapter) Save(r *http.Request, w http.ResponseWriter, s *gorilla.Session) error {
	record, err := recordOf(s)
	if err != nil {
		return err
	}
	if s.Options.MaxAge < 0 {
		if s.ID != "" {
			if err := a.store.Delete(r.Context(), s.ID, record); err != nil {
				return err
			}
		}
		http.SetCookie(w, gorilla.NewCookie(s.Name(), "", s.Options))
		return nil
	}
	if s.ID == "" {
		s.ID, err = a.store.Create(r.Context(), record)
	} else {
		s.ID, err = a.store.Update(r.Context(), s.ID, record)
	}
	if err != nil {
		return err
	}
	http.SetCookie(w, gorilla.NewCookie(s.Name(), s.ID, s.Options))
	return nil
}

// recordOf gathers what a gorilla session holds into a record. Keys have to be text, because records are JSON.
func recordOf(s *gorilla.Session) (Record, error) {
	record, _ := s.Values[recordKey{}].(Record)
	record.Values = nil
	for key, value := range s.Values {
		switch key := key.(type) {
		case recordKey:
		case string:
			if record.Values == nil {
				record.Values = map[string]any{}
			}
			record.Values[key] = value
		default:
			return Record{}, fmt.Errorf("save session: key %v: %w", key, errors.ErrUnsupported)
		}
	}
	return record, nil
}
