package web

import (
	"cmp"
	"time"
)

// A Tuning is what can be changed of a replica while it runs. A zero value in Config is the default, and in Tune what Config
// says.
type Tuning struct {
	// MaxSessions is how many sessions each store keeps of one user: a login that would be one more ends the oldest.
	// session.MaxSessions. Each replica's own memory counts for itself. Schemes without a record have no limit.
	MaxSessions int
	// StaleSessions is how long this replica believes a session of session-redis that it has looked up, also if another replica
	// has ended it meanwhile, and without asking Redis; 0: not at all. At most MaxStaleSessions.
	StaleSessions time.Duration
	// StreamAsk is how often an open stream asks whether its login is still good; DefaultStreamAsk. Less than 0: never, so that
	// a stream goes on after a logout until the login would have timed out.
	StreamAsk time.Duration
	// StreamTold: a logout is published in Redis, and a stream asks when it hears of one.
	StreamTold bool
	// UndetectedReuse is the option of that name in token.Config; 0, and it should stay 0.
	UndetectedReuse time.Duration
}

// MaxStaleSessions is short against the idle time of a session, of which Redis sees less use then.
const MaxStaleSessions = time.Minute

// DefaultStreamAsk is how long a stream may go on after a logout.
const DefaultStreamAsk = 5 * time.Second

// Tune changes how this replica works from now on.
func (s *Server) Tune(t Tuning) {
	configured := s.config.Tuning
	t.MaxSessions = cmp.Or(t.MaxSessions, configured.MaxSessions)
	t.StreamAsk = cmp.Or(t.StreamAsk, configured.StreamAsk, DefaultStreamAsk)
	t.StreamTold = t.StreamTold || configured.StreamTold
	t.StaleSessions = cmp.Or(t.StaleSessions, configured.StaleSessions)
	s.stale.For(min(t.StaleSessions, MaxStaleSessions))
	s.memory.Limit(t.MaxSessions)
	s.redis.Limit(t.MaxSessions)
	s.boundSessions.Limit(t.MaxSessions)
	if s.postgres != nil {
		s.postgres.Limit(t.MaxSessions)
	}
	s.tokens.SetUndetectedReuse(cmp.Or(t.UndetectedReuse, configured.UndetectedReuse))
	s.tuned.Store(&t)
}

func (s *Server) tuning() Tuning { return *s.tuned.Load() }
