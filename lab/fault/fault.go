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

	"authlab/lab/contract"
)

// A Fault is broken and mended. Doing either twice is not an error.
type Fault interface {
	Break(ctx context.Context) error
	Mend(ctx context.Context) error
}

// A Set knows which faults there are now.
type Set struct {
	mu     sync.Mutex
	active []active
}

type active struct {
	named contract.Fault
	how   Fault
}

// Break breaks a fault, and remembers it by its name and replica.
func (s *Set) Break(ctx context.Context, named contract.Fault, how Fault) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := how.Break(ctx); err != nil {
		return err
	}
	s.forget(named.Same)
	s.active = append(s.active, active{named, how})
	return nil
}

// Mend mends a fault.
func (s *Set) Mend(ctx context.Context, named contract.Fault, how Fault) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := how.Mend(ctx); err != nil {
		return err
	}
	s.forget(named.Same)
	return nil
}

// MendAll mends everything, also when one of the faults cannot be mended.
func (s *Set) MendAll(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var failed []error
	for _, a := range slices.Clone(s.active) {
		if err := a.how.Mend(ctx); err != nil {
			failed = append(failed, err)
			continue
		}
		s.forget(a.named.Same)
	}
	return errors.Join(failed...)
}

// Names lists what is broken, the oldest first.
func (s *Set) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := make([]string, len(s.active))
	for i, a := range s.active {
		names[i] = a.named.String()
	}
	return names
}

// Forget takes a fault off the list that is over without being mended.
func (s *Set) Forget(named contract.Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(named.Same)
}

// ForgetReplica takes the faults of a replica off the list that is not there any more.
func (s *Set) ForgetReplica(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(func(f contract.Fault) bool { return f.Replica == name })
}

func (s *Set) forget(over func(contract.Fault) bool) {
	s.active = slices.DeleteFunc(s.active, func(a active) bool { return over(a.named) })
}
