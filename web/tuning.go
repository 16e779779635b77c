package web

import "cmp"

// A Tuning is what can be changed of a replica while it runs. A zero value in Config is the default, and in Tune what Config
// says.
type Tuning struct {
	// MaxSessions is how many sessions each store keeps of one user: a login that would be one more ends the oldest.
	// session.MaxSessions. Each replica's own memory counts for itself. Schemes without a record have no limit.
	MaxSessions int
}

// Tune changes how this replica works from now on.
func (s *Server) Tune(t Tuning) {
	sessions := cmp.Or(t.MaxSessions, s.config.Tuning.MaxSessions)
	s.memory.Limit(sessions)
	s.redis.Limit(sessions)
}
