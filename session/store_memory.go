package session

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"
)

// sweepRows is how many records each Create looks at, to remove those that have timed out. A search through all of them
// would hold every request up: for a second, if there are a million.
const sweepRows = 20

// Memory keeps records in this process. Other replicas do not have them, and they are gone when the process ends.
type Memory struct {
	limit

	idle time.Duration
	now  func() time.Time

	mu      sync.Mutex
	rows    map[string]memoryRow
	byUser  map[string]map[string]struct{} // the keys of each user's rows
	created uint64                         // how many sessions so far
}

type memoryRow struct {
	record  Record
	expires time.Time // if it is not loaded again
	number  uint64    // counts the sessions in the order in which they were created
}

var _ Lister = (*Memory)(nil)

// NewMemory returns an empty store. A record that is not loaded for as long as idle is deleted.
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
	if r.User != "" {
		m.evict(r.User)
	}
	m.created++
	row := m.row(r)
	row.number = m.created
	m.rows[key] = row
	if m.byUser[r.User] == nil {
		m.byUser[r.User] = map[string]struct{}{}
	}
	m.byUser[r.User][key] = struct{}{}
	return id, nil
}

// Load implements Store.
func (m *Memory) Load(_ context.Context, credential string) (Record, error) {
	key, ok := keyOf(credential)
	if !ok {
		return Record{}, fmt.Errorf("load session: %w: %w", ErrNoSession, ErrMalformed)
	}
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

// Update implements Store. It holds the lock from reading to writing.
func (m *Memory) Update(_ context.Context, credential string, _ Record, change func(*Record) error) (string, Record, error) {
	key, ok := keyOf(credential)
	if !ok {
		return "", Record{}, fmt.Errorf("update session: %w: %w", ErrNoSession, ErrMalformed)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	row, ok := m.live(key)
	if !ok {
		return "", Record{}, fmt.Errorf("update session: memory: %w", ErrNoSession)
	}
	r := row.record.clone()
	if err := change(&r); err != nil {
		return credential, row.record.clone(), err
	}
	updated := m.row(r)
	updated.number = row.number
	m.rows[key] = updated
	return credential, r, nil
}

// Delete implements Store.
func (m *Memory) Delete(ctx context.Context, credential string, r Record) error {
	key, _ := keyOf(credential)
	return m.End(ctx, r.User, key)
}

// List implements Lister.
func (m *Memory) List(_ context.Context, user string) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.entries(maps.Keys(m.byUser[user])), nil
}

// All returns every live session in this process.
func (m *Memory) All() []Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.entries(maps.Keys(m.rows))
}

// End implements Lister.
func (m *Memory) End(_ context.Context, _ string, keys ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		m.remove(key)
	}
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

// evict ends a user's oldest sessions until there is room for one more.
func (m *Memory) evict(user string) {
	keys := m.byUser[user]
	most := m.most()
	if len(keys) < most {
		return
	}
	oldest := slices.SortedFunc(maps.Keys(keys), func(a, b string) int { return cmp.Compare(m.rows[a].number, m.rows[b].number) })
	for _, key := range oldest[:len(oldest)-most+1] {
		m.remove(key)
	}
}

// row returns a copy of a record as it is kept. Its idle time begins now.
func (m *Memory) row(r Record) memoryRow {
	return memoryRow{record: r.clone(), expires: m.now().Add(m.idle)}
}

// entries returns the live sessions among keys.
func (m *Memory) entries(keys iter.Seq[string]) []Entry {
	var entries []Entry
	for key := range keys {
		if row, ok := m.live(key); ok {
			entries = append(entries, Entry{Key: key, Record: row.record.clone()})
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

// sweep removes the rows that have timed out among a few, so that abandoned sessions do not fill the memory. Go's range
// begins anywhere in a map, so each row has its turn: where one session is added and twenty are looked at, about one of
// twenty in the memory has timed out.
func (m *Memory) sweep() {
	looked := 0
	for key := range m.rows {
		if looked++; looked > sweepRows {
			return
		}
		m.live(key)
	}
}
