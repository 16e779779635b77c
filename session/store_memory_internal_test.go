package session

import (
	"fmt"
	"testing"
	"time"
)

func TestMemoryForgetsAbandonedSessionsAsNewOnesCome(t *testing.T) {
	now := time.Now()
	m := NewMemory(DefaultIdle, func() time.Time { return now })
	create := func(kind string, n int) {
		for i := range n {
			if _, err := m.Create(t.Context(), Record{User: fmt.Sprint(kind, i)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	create("abandoned", 10_000)
	if len(m.rows) != 10_000 {
		t.Fatalf("%d rows for 10,000 live sessions", len(m.rows))
	}
	now = now.Add(DefaultIdle)
	create("live", 2_000)
	if len(m.rows) < 2_000 || len(m.rows) > 2_500 || len(m.byUser) != len(m.rows) {
		t.Errorf("%d rows of %d users for 2,000 live sessions", len(m.rows), len(m.byUser))
	}
}

// BenchmarkMemoryCreate is a login while a hundred thousand sessions are kept.
func BenchmarkMemoryCreate(b *testing.B) {
	now := time.Now()
	m := NewMemory(DefaultIdle, func() time.Time { return now })
	create := func(i int) {
		if _, err := m.Create(b.Context(), Record{User: fmt.Sprint(i)}); err != nil {
			b.Fatal(err)
		}
	}
	for i := range 100_000 {
		create(i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		now = now.Add(time.Millisecond)
		create(i)
	}
}
