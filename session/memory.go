package session

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// sweepEvery is how often Memory looks for records that nobody came back for.
const sweepEvery = time.Minute

// Memory keeps records in this process. Another replica knows nothing of them, and they end with the process.
type Memory struct {
	idle time.Duration
	now  func() time.Time

	mu     sync.Mutex
	rows   map[string]memoryRow
	byUser map[string]map[string]struct{}
	swept  time.Time
}

type memoryRow struct {
	record  Record
	expires time.Time
}

var _ Rememberer = (*Memory)(nil)

// NewMemory returns an empty store that forgets a record when it was not loaded for as long as idle.
func NewMemory(idle time.Duration, now func() time.Time) *Memory {
	return &Memory{idle: idle, now: now, rows: map[string]memoryRow{}, byUser: map[string]map[string]struct{}{}}
}

// Create implements Store.
func (m *Memory) Create(_ context.Context, r Record) (string, error) {
	id := newID()
	key, _ := keyOf(id)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sweep()
	m.rows[key] = memoryRow{record: r.clone(), expires: m.now().Add(m.idle)}
	if m.byUser[r.User] == nil {
		m.byUser[r.User] = map[string]struct{}{}
	}
	m.byUser[r.User][key] = struct{}{}
	return id, nil
}

// Load implements Store.
func (m *Memory) Load(_ context.Context, credential string) (Record, error) {
	key, _ := keyOf(credential)
	m.mu.Lock()
	defer m.mu.Unlock()
	row, ok := m.live(key)
	if !ok {
		return Record{}, fmt.Errorf("load session: memory: %w", ErrNoSession)
	}
	row.expires = m.now().Add(m.idle)
	m.rows[key] = row
	return row.record.clone(), nil
}

// Update implements Store.
func (m *Memory) Update(_ context.Context, credential string, r Record) (string, error) {
	key, _ := keyOf(credential)
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.live(key); !ok {
		return "", fmt.Errorf("update session: memory: %w", ErrNoSession)
	}
	m.rows[key] = memoryRow{record: r.clone(), expires: m.now().Add(m.idle)}
	return credential, nil
}

// Delete implements Store.
func (m *Memory) Delete(_ context.Context, credential string, _ Record) error {
	key, _ := keyOf(credential)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(key)
	return nil
}

// List implements Rememberer.
func (m *Memory) List(_ context.Context, user string) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	entries := make([]Entry, 0, len(m.byUser[user]))
	for key := range m.byUser[user] {
		if row, ok := m.live(key); ok {
			entries = append(entries, Entry{Key: key, Record: row.record.clone()})
		}
	}
	return entries, nil
}

// All returns every live session there is: what a replica remembers.
func (m *Memory) All() []Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	entries := make([]Entry, 0, len(m.rows))
	for key := range m.rows {
		if row, ok := m.live(key); ok {
			entries = append(entries, Entry{Key: key, Record: row.record.clone()})
		}
	}
	return entries
}

// End implements Rememberer.
func (m *Memory) End(_ context.Context, user, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if row, ok := m.live(key); !ok || row.record.User != user {
		return fmt.Errorf("end session: memory: %w", ErrNoSession)
	}
	m.forget(key)
	return nil
}

// EndAll implements Rememberer.
func (m *Memory) EndAll(_ context.Context, user string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key := range m.byUser[user] {
		m.forget(key)
	}
	return nil
}

func (m *Memory) live(key string) (memoryRow, bool) {
	row, ok := m.rows[key]
	if ok && !m.now().Before(row.expires) {
		m.forget(key)
		return memoryRow{}, false
	}
	return row, ok
}

func (m *Memory) forget(key string) {
	user := m.rows[key].record.User
	delete(m.rows, key)
	delete(m.byUser[user], key)
	if len(m.byUser[user]) == 0 {
		delete(m.byUser, user)
	}
}

func (m *Memory) sweep() {
	now := m.now()
	if now.Sub(m.swept) < sweepEvery && !now.Before(m.swept) {
		return
	}
	m.swept = now
	for key := range m.rows {
		m.live(key)
	}
}
