package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	ginsessions "github.com/gin-contrib/sessions"
	gorilla "github.com/gorilla/sessions"
)

// A ginStore gives a Store the interface that gin-contrib/sessions wants, which is that of gorilla/sessions. The ID of a
// gorilla session is the credential.
type ginStore struct {
	store    Store
	options  gorilla.Options
	loggedIn func(Record) bool // prefers one of several cookies; nil: any record is as good
	maxAge   func(Record) int  // of a record's cookie, in seconds; nil: none
}

var _ ginsessions.Store = (*ginStore)(nil)

// GinStore returns a Store in the form that sessions.Sessions(name, store) of gin-contrib takes. The cookie's attributes
// are safe by default: HttpOnly, SameSite=Lax, Path=/, and no Max-Age, because the server decides when a session ends.
func GinStore(store Store) ginsessions.Store { return newGinStore(store, false) }

func newGinStore(store Store, secure bool) *ginStore {
	return &ginStore{store: store, options: gorilla.Options{Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode}}
}

// Options replaces every attribute of the cookie at once, as gin-contrib's interface has it.
func (g *ginStore) Options(o ginsessions.Options) { g.options = *o.ToGorillaOptions() }

// A visit is what one request knows of its session. It is loaded when it is first needed, and then once.
type visit struct {
	session *gorilla.Session // what handlers read and change; nil: not loaded yet
	shown   Values           // the values in session, before handlers changed them
	record  Record           // what the store had last; its values may be newer than those shown
	err     error            // why there is no record
}

// show gives handlers the values of a record.
func (g *ginStore) show(v *visit, r Record) error {
	values, err := r.Values.Decode()
	if err != nil { // a newer program wrote it, or not a program of ours
		return fmt.Errorf("decode session values: %w: %w", ErrUnavailable, err)
	}
	v.record, v.shown, v.session.Values = r, r.Values, values
	if g.maxAge != nil && v.session.Options.MaxAge >= 0 { // less than 0: it is being removed
		v.session.Options.MaxAge = g.maxAge(r)
	}
	return nil
}

type visitKey struct {
	store *ginStore
	name  string
}

// visit returns the request's visit, and begins it if there is none yet.
func (g *ginStore) visit(r *http.Request, name string) *visit {
	key := visitKey{g, name}
	v, ok := r.Context().Value(key).(*visit)
	if !ok {
		v = &visit{}
		*r = *r.WithContext(context.WithValue(r.Context(), key, v)) // in place, because gin-contrib holds the pointer
	}
	return v
}

// load returns the request's visit with its session loaded. There is always a session. If the cookie's is not found, it
// is an empty one without an ID: an ID that the store does not know is never adopted.
func (g *ginStore) load(r *http.Request, name string) *visit {
	v := g.visit(r, name)
	if v.session != nil {
		return v
	}
	options := g.options
	v.session = gorilla.NewSession(g, name)
	v.session.Options, v.session.IsNew = &options, true
	credential, record, err := g.find(r, name)
	if credential == "" && err == nil {
		return v // a new visitor, which is no error for gorilla
	}
	if err == nil {
		err = g.show(v, record)
	}
	if v.err = err; err == nil {
		v.session.ID, v.session.IsNew = credential, false
	}
	return v
}

// endUnread ends the sessions that the request's cookies name, if load could not read one of them. A login and a logout need
// nothing of what it says, and without them a user whose record is broken could not get out of it: each request would be
// answered with 503, and keep the record alive. If the store is away, its error is the answer as before.
func (g *ginStore) endUnread(r *http.Request, v *visit) error {
	if v.err == nil || errors.Is(v.err, ErrNoSession) {
		return nil
	}
	for _, cookie := range cookiesOf(r, v.session.Name()) {
		if err := g.store.Delete(r.Context(), cookie.Value, Record{}); err != nil {
			return err
		}
	}
	v.err = nil
	return nil
}

func cookiesOf(r *http.Request, name string) []*http.Cookie {
	cookies := r.CookiesNamed(name)
	return cookies[:min(len(cookies), maxCookies)]
}

// maxCookies is how many cookies of one name are looked up: enough for those of other paths and domains, and few enough
// that one request cannot keep the store busy.
const maxCookies = 8

// find looks up the request's cookies of that name. A browser may send several, of other paths and domains, and does not
// tell which is whose (RFC 6265, section 4.2.2). The first of a logged-in user counts, then the first that the store
// knows. Without any it returns nothing and no error.
func (g *ginStore) find(r *http.Request, name string) (credential string, record Record, err error) {
	for _, cookie := range cookiesOf(r, name) {
		loaded, loadErr := g.store.Load(r.Context(), cookie.Value)
		switch {
		case loadErr == nil && (g.loggedIn == nil || g.loggedIn(loaded)):
			return cookie.Value, loaded, nil
		case loadErr == nil && credential == "":
			credential, record, err = cookie.Value, loaded, nil
		case loadErr != nil && !errors.Is(loadErr, ErrNoSession):
			return "", Record{}, loadErr // this cookie may be the good one
		case loadErr != nil && credential == "" && (err == nil || errors.Is(err, ErrMalformed)): // what was looked up says more
			err = loadErr
		}
	}
	return credential, record, err
}

// Get implements gorilla's Store. Every call of one request returns the same session.
func (g *ginStore) Get(r *http.Request, name string) (*gorilla.Session, error) {
	v := g.load(r, name)
	return v.session, v.err
}

// New implements gorilla's Store. It is Get: gorilla calls it for the first Get of a request.
func (g *ginStore) New(r *http.Request, name string) (*gorilla.Session, error) { return g.Get(r, name) }

// Save implements gorilla's Store. It writes what handlers have changed since the session was loaded, and the cookie. A
// negative MaxAge ends both. ErrConflict: another request has changed one of the same values; see Change.
func (g *ginStore) Save(r *http.Request, w http.ResponseWriter, s *gorilla.Session) error {
	v := g.load(r, s.Name())
	if v.err != nil && !errors.Is(v.err, ErrNoSession) {
		return v.err // the session may be alive, so it keeps its cookie
	}
	if s.Options.MaxAge < 0 {
		if s.ID != "" {
			if err := g.store.Delete(r.Context(), s.ID, v.record); err != nil {
				return err
			}
		}
		http.SetCookie(w, gorilla.NewCookie(s.Name(), "", s.Options))
		return nil
	}
	wanted, err := EncodeValues(s.Values)
	if err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	credential, record := "", v.record
	if s.ID == "" {
		record.Values = wanted
		credential, err = g.store.Create(r.Context(), record)
	} else {
		credential, record, err = g.store.Update(r.Context(), s.ID, v.record, func(newest *Record) (err error) {
			newest.Values, err = merge(newest.Values, v.shown, wanted)
			return err
		})
	}
	if err == nil || errors.Is(err, ErrConflict) { // after a conflict, the handler goes on with the newest values
		err = errors.Join(err, g.show(v, record))
	}
	if err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	s.ID, v.err = credential, nil
	http.SetCookie(w, gorilla.NewCookie(s.Name(), s.ID, s.Options))
	return nil
}

// touch writes that the session was used. It changes that one field of the newest record, and no value.
func (g *ginStore) touch(r *http.Request, w http.ResponseWriter, v *visit, now time.Time) error {
	credential, record, err := g.store.Update(r.Context(), v.session.ID, v.record, func(newest *Record) error {
		if now.After(newest.LastSeen) {
			newest.LastSeen = now
		}
		return nil
	})
	if err != nil {
		return err
	}
	v.record = record
	if credential != v.session.ID { // the record is in the cookie
		v.session.ID = credential
		http.SetCookie(w, gorilla.NewCookie(v.session.Name(), credential, v.session.Options))
	}
	return nil
}
