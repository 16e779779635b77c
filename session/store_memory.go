package session

import (
	"context"
	"encoding/hex"
	"fmt"
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

	mu     sync.Mutex
	rows   map[hash]*memoryRow
	byUser map[string]userRows
}

// A memoryRow is one session. Each user's rows are a chain, in the order in which they were created.
type memoryRow struct {
	key          hash
	record       Record
	expires      int64 // if it is not loaded again; Unix time in ns, which takes a third of a time.Time
	older, newer *memoryRow
}

// userRows are the ends of a chain, and how long it is.
type userRows struct {
	oldest, newest *memoryRow
	count          int
}

var _ Lister = (*Memory)(nil)

// NewMemory returns an empty store. A record that is not loaded for as long as idle is deleted.
func NewMemory(idle time.Duration, now func() time.Time) *Memory {
	return &Memory{idle: idle, now: now, rows: map[hash]*memoryRow{}, byUser: map[string]userRows{}}
}

// Create implements Store.
func (m *Memory) Create(_ context.Context, r Record) (string, error) {
	id := newID()
	key, _ := hashOf(id)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sweep()
	for r.User != "" && m.byUser[r.User].count >= m.most() {
		m.remove(m.byUser[r.User].oldest)
	}
	row := &memoryRow{key: key}
	m.keep(row, r)
	m.add(row)
	return id, nil
}

// Load implements Store.
func (m *Memory) Load(_ context.Context, credential string) (Record, error) {
	key, ok := hashOf(credential)
	if !ok {
		return Record{}, fmt.Errorf("load session: %w: %w", ErrNoSession, ErrMalformed)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	row, ok := m.live(key)
	if !ok {
		return Record{}, fmt.Errorf("load session: memory: %w", ErrNoSession)
	}
	row.expires = m.now().Add(m.idle).UnixNano()
	return row.record.clone(), nil
}

// Update implements Store. It holds the lock from reading to writing.
func (m *Memory) Update(_ context.Context, credential string, _ Record, change func(*Record) error) (string, Record, error) {
	key, ok := hashOf(credential)
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
	m.keep(row, r)
	return credential, r, nil
}

// Delete implements Store.
func (m *Memory) Delete(_ context.Context, credential string, _ Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if key, ok := hashOf(credential); ok {
		m.end(key)
	}
	return nil
}

// List implements Lister.
func (m *Memory) List(_ context.Context, user string) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var entries []Entry
	for row := m.byUser[user].oldest; row != nil; row = row.newer {
		entries = m.appendLive(entries, row)
	}
	return entries, nil
}

// All returns every live session in this process.
func (m *Memory) All() []Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	var entries []Entry
	for _, row := range m.rows {
		entries = m.appendLive(entries, row)
	}
	return entries
}

// End implements Lister.
func (m *Memory) End(_ context.Context, _ string, keys ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		if h, err := hex.DecodeString(key); err == nil && len(h) == len(hash{}) {
			m.end(hash(h))
		}
	}
	return nil
}

// EndAll implements Lister.
func (m *Memory) EndAll(_ context.Context, user string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for row := m.byUser[user].oldest; row != nil; row = row.newer {
		m.remove(row)
	}
	return nil
}

func (m *Memory) end(key hash) {
	if row, ok := m.rows[key]; ok {
		m.remove(row)
	}
}

// keep puts a copy of a record into a row. Its idle time begins now.
func (m *Memory) keep(row *memoryRow, r Record) {
	row.record, row.expires = r.clone(), m.now().Add(m.idle).UnixNano()
	if len(row.record.Values) == 0 {
		row.record.Values = nil // an empty map has a size too
	}
}

// appendLive appends the session of a row, unless it has timed out.
func (m *Memory) appendLive(entries []Entry, row *memoryRow) []Entry {
	if _, ok := m.live(row.key); !ok {
		return entries
	}
	return append(entries, Entry{Key: row.key.String(), Record: row.record.clone()})
}

// live returns a row that has not timed out, and removes one that has.
func (m *Memory) live(key hash) (*memoryRow, bool) {
	row, ok := m.rows[key]
	if ok && m.now().UnixNano() >= row.expires {
		m.remove(row)
		return nil, false
	}
	return row, ok
}

// add puts a row at the new end of its user's chain.
func (m *Memory) add(row *memoryRow) {
	chain := m.byUser[row.record.User]
	if row.older = chain.newest; row.older == nil {
		chain.oldest = row
	} else {
		row.older.newer = row
	}
	chain.newest, chain.count = row, chain.count+1
	m.rows[row.key], m.byUser[row.record.User] = row, chain
}

// remove takes a row out of its user's chain. The row still leads on to the next one.
func (m *Memory) remove(row *memoryRow) {
	user := row.record.User
	chain := m.byUser[user]
	if row.older == nil {
		chain.oldest = row.newer
	} else {
		row.older.newer = row.newer
	}
	if row.newer == nil {
		chain.newest = row.older
	} else {
		row.newer.older = row.older
	}
	chain.count--
	if m.byUser[user] = chain; chain.count == 0 {
		delete(m.byUser, user)
	}
	delete(m.rows, row.key)
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
