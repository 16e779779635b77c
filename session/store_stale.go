package session

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// mostStale bounds how many records a Stale keeps.
const mostStale = 10_000

// Stale is a store in front of another, which goes on believing a record that it has looked up for a short while. So most
// requests need no command of Redis, and what they get may be out of date: a session that another replica has ended is good
// here until the time is over, and a value that another replica has saved is not seen until then. What this process itself
// changes or ends, it knows at once.
//
//	Load ──▶ looked up less than n s ago? ──▶ that record, though its session may have ended
//	                └─ no ──▶ the store
//
// It is the same trade as with a token: fewer questions for a later answer. Off (0) it passes everything on.
type Stale struct {
	Lister
	now     func() time.Time
	lasting atomic.Int64 // ns

	mu   sync.Mutex
	kept map[string]staleRecord // by key
}

type staleRecord struct {
	record Record
	seen   time.Time
}

var _ Lister = (*Stale)(nil)

// NewStale returns a store that believes nothing yet: see For.
func NewStale(store Lister, now func() time.Time) *Stale {
	return &Stale{Lister: store, now: now, kept: map[string]staleRecord{}}
}

// For changes how long a record is believed. It should be short against the idle time of the store, which sees less of a
// session's use.
func (s *Stale) For(d time.Duration) { s.lasting.Store(int64(d)) }

// Create implements Store. It may end the user's oldest session.
func (s *Stale) Create(ctx context.Context, r Record) (string, error) {
	credential, err := s.Lister.Create(ctx, r)
	s.forgetUser(r.User)
	return credential, err
}

// Load implements Store.
func (s *Stale) Load(ctx context.Context, credential string) (Record, error) {
	lasting := time.Duration(s.lasting.Load())
	if lasting <= 0 {
		return s.Lister.Load(ctx, credential)
	}
	key, ok := keyOf(credential)
	if !ok {
		return s.Lister.Load(ctx, credential)
	}
	now := s.now()
	s.mu.Lock()
	found, ok := s.kept[key]
	s.mu.Unlock()
	if age := now.Sub(found.seen); ok && age >= 0 && age < lasting {
		return found.record.clone(), nil
	}
	r, err := s.Lister.Load(ctx, credential)
	if err != nil {
		s.forget(key)
		return r, err
	}
	s.keep(key, r, now)
	return r, nil
}

// Update implements Store.
func (s *Stale) Update(ctx context.Context, credential string, loaded Record, change func(*Record) error) (string, Record, error) {
	key, _ := keyOf(credential)
	s.forget(key) // also if it fails
	return s.Lister.Update(ctx, credential, loaded, change)
}

// Delete implements Store.
func (s *Stale) Delete(ctx context.Context, credential string, r Record) error {
	key, _ := keyOf(credential)
	err := s.Lister.Delete(ctx, credential, r)
	s.forget(key) // after it: a request meanwhile may have looked the record up
	return err
}

// End implements Lister.
func (s *Stale) End(ctx context.Context, user string, keys ...string) error {
	err := s.Lister.End(ctx, user, keys...)
	for _, key := range keys {
		s.forget(key)
	}
	return err
}

// EndAll implements Lister.
func (s *Stale) EndAll(ctx context.Context, user string) error {
	err := s.Lister.EndAll(ctx, user)
	s.forgetUser(user)
	return err
}

func (s *Stale) keep(key string, r Record, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.kept) >= mostStale {
		clear(s.kept)
	}
	s.kept[key] = staleRecord{r.clone(), now}
}

func (s *Stale) forgetUser(user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.kept, func(_ string, kept staleRecord) bool { return kept.record.User == user })
}

func (s *Stale) forget(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.kept, key)
}
