// Package fault is what can be broken on purpose, by name, and mended by name.
//
//	Killed        a replica's connections are reset and its memory is gone
//	Silent        a replica accepts connections and answers nothing; it forgets nothing
//	Cut           the wire to a server is cut: Redis, whose data waits on the other side; or home, for a second service
//	RedisSlow     Redis is further away
//	Skewed        one replica's clock is wrong
//	BootKeys      each replica makes its own keys when it starts
//
// Another thing can be done to a lab that is no fault, because nothing mends it: LabTime.Advance moves everyone's clock.
package fault

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// A Fault is broken and mended. Doing either twice is not an error.
type Fault interface {
	// Name is the same for the same fault: redis-stopped, replica-killed:app-2.
	Name() string
	Break(ctx context.Context) error
	Mend(ctx context.Context) error
}

// A Set knows which faults there are now.
type Set struct {
	mu     sync.Mutex
	active []Fault
}

// Break breaks, and remembers what.
func (s *Set) Break(ctx context.Context, f Fault) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := f.Break(ctx); err != nil {
		return err
	}
	s.forget(f)
	s.active = append(s.active, f)
	return nil
}

// Mend mends.
func (s *Set) Mend(ctx context.Context, f Fault) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := f.Mend(ctx); err != nil {
		return err
	}
	s.forget(f)
	return nil
}

// MendAll mends everything, also when one of the faults cannot be mended.
func (s *Set) MendAll(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var failed []error
	for _, f := range slices.Clone(s.active) {
		if err := f.Mend(ctx); err != nil {
			failed = append(failed, err)
			continue
		}
		s.forget(f)
	}
	return errors.Join(failed...)
}

// Names lists what is broken, the oldest first.
func (s *Set) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := make([]string, len(s.active))
	for i, f := range s.active {
		names[i] = f.Name()
	}
	return names
}

// Forget takes faults off the list that are over without being mended: what was broken is not there any more.
func (s *Set) Forget(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range faults {
		s.forget(f)
	}
}

func (s *Set) forget(f Fault) {
	s.active = slices.DeleteFunc(s.active, func(other Fault) bool { return other.Name() == f.Name() })
}
