// Package storetest tests that a session.Store does what the interface says. Call Run in a test of the store.
package storetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"authlab/session"
)

// A Fixture is a store under test.
type Fixture struct {
	Store session.Store
	// Advance moves the store's clock. Nil: it cannot be moved (a real Redis), and the tests of timeouts are skipped.
	Advance func(time.Duration)
	// Idle is the idle time of the store.
	Idle time.Duration
}

// Two values as they are kept.
var dark, light = json.RawMessage(`"dark"`), json.RawMessage(`"light"`)

func record(user string) session.Record {
	at := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	return session.Record{User: user, Roles: []string{"user"}, CreatedAt: at, LastSeen: at, Values: session.Values{"theme": dark}}
}

// set is a change that sets one value.
func set(key string, value json.RawMessage) func(*session.Record) error {
	return func(r *session.Record) error {
		r.Values[key] = value
		return nil
	}
}

// Run runs the suite. open returns an empty store; it is called once for each test.
func Run(t *testing.T, open func(t *testing.T) Fixture) {
	t.Helper()
	create := func(t *testing.T, s session.Store, user string) string {
		t.Helper()
		credential, err := s.Create(t.Context(), record(user))
		if err != nil {
			t.Fatal(err)
		}
		return credential
	}

	t.Run("what was created is loaded, as often as asked", func(t *testing.T) {
		s := open(t).Store
		credential := create(t, s, "alice")
		for range 3 {
			if got, err := s.Load(t.Context(), credential); err != nil || !reflect.DeepEqual(got, record("alice")) {
				t.Fatalf("Load = %+v, %v; want %+v", got, err, record("alice"))
			}
		}
	})

	t.Run("a credential that is not ours is ErrNoSession, never another error", func(t *testing.T) {
		s := open(t).Store
		create(t, s, "alice")
		for _, credential := range []string{
			"", "x", "../../etc/passwd", "\x00", strings.Repeat("A", 43), strings.Repeat("A", 1<<16), "a b", "{}",
			"eyJhbGciOiJub25lIn0.e30.", strings.Repeat("é", 43), "AAAA\nAAAA",
		} {
			if _, err := s.Load(t.Context(), credential); !errors.Is(err, session.ErrNoSession) || errors.Is(err, session.ErrUnavailable) {
				t.Errorf("Load(%.20q) = %v, want ErrNoSession", credential, err)
			}
		}
	})

	t.Run("no character of a credential can be changed", func(t *testing.T) {
		s := open(t).Store
		credential := create(t, s, "alice")
		for i := range len(credential) {
			for _, other := range []byte("AQgw09_-=") {
				if credential[i] == other {
					continue
				}
				changed := credential[:i] + string(other) + credential[i+1:]
				if _, err := s.Load(t.Context(), changed); !errors.Is(err, session.ErrNoSession) {
					t.Fatalf("character %d changed to %c: %v, want ErrNoSession", i, other, err)
				}
			}
		}
	})

	t.Run("a value comes back with the type that it had", func(t *testing.T) {
		s := open(t).Store
		want := map[any]any{
			"string": "día 🗝", "empty": "", "bool": true, "nil": nil, "int": 5, "int64": int64(1)<<62 + 1, "uint64": uint64(1)<<63 + 1,
			"float64": 5.0, "float32": float32(0.1), "[]string": []string{"book", ""}, "[]int": []int{1, 2}, "[]byte": []byte{0, 0xff},
			"time": time.Date(2026, 11, 1, 9, 0, 0, 1, time.UTC), "duration": time.Minute, "map": map[string]string{"int": "5"},
			"[]any": []any{"a", 5, nil, []any{true, int64(2)}},
		}
		r := record("alice")
		var err error
		if r.Values, err = session.EncodeValues(want); err != nil {
			t.Fatal(err)
		}
		credential, err := s.Create(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		loaded, err := s.Load(t.Context(), credential)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := loaded.Values.Decode(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("Load = %#v, %v\nwant %#v", got, err, want)
		}
	})

	t.Run("a caller that changes what it loaded changes nothing in the store", func(t *testing.T) {
		s := open(t).Store
		r := record("alice")
		credential, err := s.Create(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		r.Values["theme"], r.Roles[0] = light, "changed"
		for range 2 {
			got, err := s.Load(t.Context(), credential)
			if err != nil || !reflect.DeepEqual(got, record("alice")) {
				t.Fatalf("Load = %+v, %v", got, err)
			}
			got.Values["theme"], got.Roles[0] = light, "changed"
		}
	})

	t.Run("two sessions never share a credential", func(t *testing.T) {
		s := open(t).Store
		if _, lists := s.(session.Lister); !lists {
			t.Skip("a signed record is the same record twice: it has no ID to share")
		}
		seen := map[string]bool{}
		for range 200 {
			credential := create(t, s, "alice")
			if seen[credential] {
				t.Fatalf("%q twice", credential)
			}
			seen[credential] = true
		}
	})

	t.Run("an update is seen, and does not change what the caller had", func(t *testing.T) {
		s := open(t).Store
		credential := create(t, s, "alice")
		loaded, err := s.Load(t.Context(), credential)
		if err != nil {
			t.Fatal(err)
		}
		credential, updated, err := s.Update(t.Context(), credential, loaded, set("theme", light))
		if err != nil || !bytes.Equal(updated.Values["theme"], light) || !bytes.Equal(loaded.Values["theme"], dark) {
			t.Fatalf("Update = %+v, %v; the caller has %+v", updated, err, loaded)
		}
		updated.Values["theme"] = dark // after the call
		if got, err := s.Load(t.Context(), credential); err != nil || !bytes.Equal(got.Values["theme"], light) || got.User != "alice" {
			t.Errorf("Load = %+v, %v", got, err)
		}
	})

	t.Run("a change that fails changes nothing", func(t *testing.T) {
		s := open(t).Store
		credential := create(t, s, "alice")
		failed := errors.New("no")
		_, newest, err := s.Update(t.Context(), credential, record("alice"), func(r *session.Record) error {
			r.Values["theme"] = light
			return failed
		})
		if !errors.Is(err, failed) || newest.User != "alice" {
			t.Errorf("Update = %+v, %v", newest, err)
		}
		if got, err := s.Load(t.Context(), credential); err != nil || !reflect.DeepEqual(got, record("alice")) {
			t.Errorf("Load = %+v, %v", got, err)
		}
	})

	t.Run("a session that ended stays ended, also for a late update", func(t *testing.T) {
		s := open(t).Store
		if _, lists := s.(session.Lister); !lists {
			t.Skip("this store keeps no record, so it cannot end a session")
		}
		credential := create(t, s, "alice")
		for range 2 {
			if err := s.Delete(t.Context(), credential, record("alice")); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := s.Update(t.Context(), credential, record("alice"), set("theme", light)); !errors.Is(err, session.ErrNoSession) {
			t.Errorf("Update = %v, want ErrNoSession", err)
		}
		if _, err := s.Load(t.Context(), credential); !errors.Is(err, session.ErrNoSession) {
			t.Errorf("Load = %v, want ErrNoSession", err)
		}
	})

	t.Run("many clients at once", func(t *testing.T) {
		s := open(t).Store
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 25 {
					credential, err := s.Create(t.Context(), record("alice"))
					if err != nil {
						t.Error(err)
						return
					}
					if _, err := s.Load(t.Context(), credential); err != nil {
						t.Error(err)
					}
					if err := s.Delete(t.Context(), credential, record("alice")); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
	})

	if _, ok := open(t).Store.(session.Lister); ok {
		runLister(t, open, create)
	}
}

// updates is how many updates run at once.
const updates = 20
