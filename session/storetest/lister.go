package storetest

import (
	"authlab/session"
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"
)

// runLister is the part of the suite for stores that can list the sessions of a user.
func runLister(t *testing.T, open func(t *testing.T) Fixture, create func(*testing.T, session.Store, string) string) {
	t.Helper()

	t.Run("a user's sessions are listed, and no other user's", func(t *testing.T) {
		s := open(t).Store.(session.Lister)
		create(t, s, "alice")
		create(t, s, "alice")
		create(t, s, "bob")
		for user, want := range map[string]int{"alice": 2, "bob": 1, "nobody": 0} {
			entries, err := s.List(t.Context(), user)
			if err != nil || len(entries) != want {
				t.Errorf("%s: %d sessions, %v; want %d", user, len(entries), err, want)
			}
			for _, e := range entries {
				if e.Record.User != user {
					t.Errorf("%s sees a session of %s", user, e.Record.User)
				}
				if _, err := s.Load(t.Context(), e.Key); !errors.Is(err, session.ErrNoSession) {
					t.Errorf("the key that is listed can be used as an ID: %v", err)
				}
			}
		}
	})

	t.Run("one session is ended, and the other lives", func(t *testing.T) {
		s := open(t).Store.(session.Lister)
		one, two := create(t, s, "alice"), create(t, s, "alice")
		entries, err := s.List(t.Context(), "alice")
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time there is nothing to end
			if err := s.End(t.Context(), "alice", entries[0].Key); err != nil {
				t.Fatal(err)
			}
		}
		_, errOne := s.Load(t.Context(), one)
		_, errTwo := s.Load(t.Context(), two)
		if (errOne == nil) == (errTwo == nil) {
			t.Errorf("after one of two was ended: %v and %v", errOne, errTwo)
		}
	})

	t.Run("all sessions of a user are ended at once", func(t *testing.T) {
		s := open(t).Store.(session.Lister)
		alice := []string{create(t, s, "alice"), create(t, s, "alice"), create(t, s, "alice")}
		bob := create(t, s, "bob")
		entries, err := s.List(t.Context(), "alice")
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, e := range entries {
			keys = append(keys, e.Key)
		}
		if err := errors.Join(s.End(t.Context(), "alice", keys...), s.End(t.Context(), "alice")); err != nil {
			t.Fatal(err)
		}
		for _, credential := range alice {
			if _, err := s.Load(t.Context(), credential); !errors.Is(err, session.ErrNoSession) {
				t.Errorf("alice is still in: %v", err)
			}
		}
		if _, err := s.Load(t.Context(), bob); err != nil {
			t.Errorf("bob was thrown out too: %v", err)
		}
	})

	t.Run("a user has at most MaxSessions, and the oldest make room", func(t *testing.T) {
		s := open(t).Store.(session.Lister)
		bob, first, second := create(t, s, "bob"), create(t, s, "alice"), ""
		for i := range session.MaxSessions {
			if _, err := s.Load(t.Context(), first); err != nil {
				t.Fatalf("with %d more sessions, the first has ended: %v", i, err)
			}
			if credential := create(t, s, "alice"); i == 0 {
				second = credential
			}
		}
		for credential, want := range map[string]error{first: session.ErrNoSession, second: nil, bob: nil} {
			if _, err := s.Load(t.Context(), credential); !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
		}
		entries, err := s.List(t.Context(), "alice")
		if err != nil || len(entries) != session.MaxSessions {
			t.Errorf("%d sessions, %v; want %d", len(entries), err, session.MaxSessions)
		}
		if err := s.EndAll(t.Context(), "alice"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Load(t.Context(), second); !errors.Is(err, session.ErrNoSession) {
			t.Errorf("after all were ended: %v", err)
		}
		if entries, err := s.List(t.Context(), "alice"); err != nil || len(entries) != 0 {
			t.Errorf("after all were ended: %d, %v", len(entries), err)
		}
		if _, err := s.Load(t.Context(), bob); err != nil {
			t.Errorf("another user: %v", err)
		}
	})

	t.Run("a visitor who has not logged in is no user", func(t *testing.T) {
		s := open(t).Store
		first := create(t, s, "")
		for range session.MaxSessions {
			create(t, s, "")
		}
		if _, err := s.Load(t.Context(), first); err != nil {
			t.Errorf("the first of many visitors: %v", err)
		}
	})

	t.Run("no update is lost, however old the record is that its caller had", func(t *testing.T) {
		s := open(t).Store
		credential := create(t, s, "alice")
		old, err := s.Load(t.Context(), credential)
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for i := range updates {
			all.Go(func() {
				_, _, err := s.Update(t.Context(), credential, old, func(r *session.Record) error {
					r.Values["count"], r.Values[fmt.Sprint(i)] = append(bytes.Clone(r.Values["count"]), '1'), light
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		got, err := s.Load(t.Context(), credential)
		if count := len(got.Values["count"]); err != nil || count != updates || len(got.Values) != updates+2 {
			t.Errorf("%d of %d updates are left: %v, %v", count, updates, got.Values, err)
		}
	})

	t.Run("a session lives while it is used, and dies when it is not", func(t *testing.T) {
		f := open(t)
		if f.Advance == nil {
			t.Skip("time cannot be moved for this store")
		}
		s := f.Store.(session.Lister)
		credential := create(t, s, "alice")
		for range 4 {
			f.Advance(f.Idle - time.Second)
			if _, err := s.Load(t.Context(), credential); err != nil {
				t.Fatalf("used within its idle time: %v", err)
			}
		}
		f.Advance(f.Idle)
		if _, err := s.Load(t.Context(), credential); !errors.Is(err, session.ErrNoSession) {
			t.Errorf("not used for its idle time: %v, want ErrNoSession", err)
		}
		if entries, err := s.List(t.Context(), "alice"); err != nil || len(entries) != 0 {
			t.Errorf("a dead session is listed: %+v, %v", entries, err)
		}
	})
}
