package session

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"
)

// sweepEvery is how often Memory looks for records that have timed out.
const sweepEvery = time.Minute

// Memory keeps records in this process. Other replicas do not have them, and they are gone when the process ends.
type Memory struct {
	idle time.Duration
	now  func() time.Time

	mu     sync.Mutex
	rows   map[string]memoryRow
	byUser map[string]map[string]struct{} // the keys of each user's rows
	swept  time.Time
}

// A memoryRow keeps values as JSON, as Redis does: so they have the same types in both, and two requests never share a
// slice.
type memoryRow struct {
	record  Record // without its values
	values  []byte
	expires time.Time
}

var _ Lister = (*Memory)(nil)

// NewMemory returns an empty store. A record that is not loaded for as long as idle is deleted.
func NewMemory(idle time.Duration, now func() time.Time) *Memory {
	return &Memory{idle: idle, now: now, rows: map[string]memoryRow{}, byUser: map[string]map[string]struct{}{}}
}

// Create implements Store.
func (m *Memory) Create(_ context.Context, r Record) (string, error) {
	row, err := m.row(r)
	if err != nil {
		return "", fmt.Errorf("create session: memory: %w", err)
	}
	id := newID()
	key, _ := keyOf(id)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sweep()
	m.rows[key] = row
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
	row, ok := m.live(key)
	if ok {
		row.expires = m.now().Add(m.idle)
		m.rows[key] = row
	}
	m.mu.Unlock()
	if !ok {
		return Record{}, fmt.Errorf("load session: memory: %w", ErrNoSession)
	}
	return row.load()
}

// Update implements Store. It holds the lock from reading to writing.
func (m *Memory) Update(_ context.Context, credential string, _ Record, change func(*Record) error) (string, Record, error) {
	key, _ := keyOf(credential)
	m.mu.Lock()
	defer m.mu.Unlock()
	row, ok := m.live(key)
	if !ok {
		return "", Record{}, fmt.Errorf("update session: memory: %w", ErrNoSession)
	}
	r, err := row.load()
	if err != nil {
		return "", Record{}, fmt.Errorf("update session: memory: %w", err)
	}
	if err := change(&r); err != nil {
		return credential, r, err
	}
	if row, err = m.row(r); err != nil {
		return "", Record{}, fmt.Errorf("update session: memory: %w", err)
	}
	m.rows[key] = row
	return credential, r, nil
}

// Delete implements Store.
func (m *Memory) Delete(_ context.Context, credential string, _ Record) error {
	key, _ := keyOf(credential)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(key)
	return nil
}

// List implements Lister.
func (m *Memory) List(_ context.Context, user string) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	keys := make([]string, 0, len(m.byUser[user]))
	for key := range m.byUser[user] {
		keys = append(keys, key)
	}
	return m.entries(keys), nil
}

// All returns every live session in this process.
func (m *Memory) All() []Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	keys := make([]string, 0, len(m.rows))
	for key := range m.rows {
		keys = append(keys, key)
	}
	return m.entries(keys)
}

// End implements Lister.
func (m *Memory) End(_ context.Context, user, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if row, ok := m.live(key); !ok || row.record.User != user {
		return fmt.Errorf("end session: memory: %w", ErrNoSession)
	}
	m.remove(key)
	return nil
}

// EndAll implements Lister.
func (m *Memory) EndAll(_ context.Context, user string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key := range m.byUser[user] {
		m.remove(key)
	}
	return nil
}

// row returns a record as it is kept. Its idle time begins now.
func (m *Memory) row(r Record) (memoryRow, error) {
	row := memoryRow{record: r, expires: m.now().Add(m.idle)}
	row.record.Roles, row.record.Values = slices.Clone(r.Roles), nil
	if len(r.Values) == 0 {
		return row, nil
	}
	var err error
	row.values, err = json.Marshal(r.Values)
	return row, err
}

// load returns the record of a row, as a copy that the caller may change.
func (row memoryRow) load() (Record, error) {
	r := row.record
	r.Roles = slices.Clone(r.Roles)
	if len(row.values) == 0 {
		return r, nil
	}
	return r, json.Unmarshal(row.values, &r.Values)
}

// entries returns the live sessions among keys.
func (m *Memory) entries(keys []string) []Entry {
	entries := make([]Entry, 0, len(keys))
	for _, key := range keys {
		if row, ok := m.live(key); ok {
			record, _ := row.load() // row has encoded the values itself
			entries = append(entries, Entry{Key: key, Record: record})
		}
	}
	return entries
}

// live returns a row that has not timed out, and removes one that has.
func (m *Memory) live(key string) (memoryRow, bool) {
	row, ok := m.rows[key]
	if ok && !m.now().Before(row.expires) {
		m.remove(key)
		return memoryRow{}, false
	}
	return row, ok
}

func (m *Memory) remove(key string) {
	user := m.rows[key].record.User
	delete(m.rows, key)
	delete(m.byUser[user], key)
	if len(m.byUser[user]) == 0 {
		delete(m.byUser, user)
	}
}

// sweep removes the rows that have timed out, so that abandoned sessions do not fill the memory.
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
