package session_test

import (
	"errors"
	"testing"
	"time"

	"authlab/session"
	"authlab/session/storetest"
)

func TestAStaleStoreBelievesWhatItHasLookedUpForAsLongAsItIsTold(t *testing.T) {
	clock := storetest.NewClock()
	shared := session.NewMemory(idle, clock.Now)
	here, elsewhere := session.NewStale(shared, clock.Now), session.NewStale(shared, clock.Now)
	here.For(5 * time.Second)
	elsewhere.For(5 * time.Second)
	id, err := here.Create(t.Context(), session.Record{User: "alice"})
	if err != nil {
		t.Fatal(err)
	}
	loads := func(what string, s *session.Stale, want error) {
		t.Helper()
		if _, err := s.Load(t.Context(), id); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	loads("here", here, nil)
	loads("elsewhere", elsewhere, nil)
	if err := here.EndAll(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	loads("ended here", here, session.ErrNoSession)
	loads("ended elsewhere", elsewhere, nil)
	clock.Advance(5*time.Second - 1)
	loads("before the time is over", elsewhere, nil)
	clock.Advance(1)
	loads("when the time is over", elsewhere, session.ErrNoSession)
	if _, err := here.Load(t.Context(), "no ID"); !errors.Is(err, session.ErrMalformed) {
		t.Errorf("not an ID: %v", err)
	}

	if id, err = here.Create(t.Context(), session.Record{User: "alice"}); err != nil {
		t.Fatal(err)
	}
	loads("another session", elsewhere, nil)
	if err := here.Delete(t.Context(), id, session.Record{User: "alice"}); err != nil {
		t.Fatal(err)
	}
	elsewhere.For(0)
	loads("off", elsewhere, session.ErrNoSession)
}
