package token

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// A proof works once, so a server has to remember which were used for as long as they would be taken. That is the price of
// binding a token to a key: either all replicas share the memory, at a command for each request, or a copied proof works once
// at each of them.

// proofMemory is longer than a proof is taken, by replicas whose clocks are up to a minute apart.
const proofMemory = proofLife + proofAhead + time.Minute

func (s *Service) proofKey(id string) string { return s.config.Prefix + "proof:" + id }

// UseProof notes in Redis, with one command, that a proof was used. ErrProofUsed: it was before, at any replica.
func (s *Service) UseProof(ctx context.Context, p Proof) error {
	err := s.config.Redis.SetArgs(ctx, s.proofKey(p.id), 1, redis.SetArgs{Mode: "NX", TTL: proofMemory}).Err()
	switch {
	case errors.Is(err, redis.Nil):
		return ErrProofUsed
	case err != nil:
		return unavailable("note proof", "SET", err)
	}
	return nil
}

// LocalProofs are the proofs that one replica has seen. Another replica does not know them.
type LocalProofs struct {
	now func() time.Time

	mu sync.Mutex
	// When the young ones are proofMemory old, they become the old ones, and those are forgotten. So each is remembered for
	// at least that long, and forgetting needs no search.
	young, old map[string]struct{}
	since      time.Time
}

// NewLocalProofs returns an empty memory.
func NewLocalProofs(now func() time.Time) *LocalProofs {
	return &LocalProofs{now: now, young: map[string]struct{}{}, since: now()}
}

// Use notes that a proof was used. ErrProofUsed: it was before, at this replica.
func (l *LocalProofs) Use(_ context.Context, p Proof) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if age := l.now().Sub(l.since); age > proofMemory || age < 0 {
		l.young, l.old, l.since = map[string]struct{}{}, l.young, l.now()
	}
	_, young := l.young[p.id]
	_, old := l.old[p.id]
	if young || old {
		return fmt.Errorf("%w at this replica", ErrProofUsed)
	}
	l.young[p.id] = struct{}{}
	return nil
}
