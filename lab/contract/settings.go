package contract

// Settings change how all replicas work while they run. The zero value is how they are started.
type Settings struct {
	MaxSessions int `json:"max_sessions,omitempty"` // sessions of one user that a store keeps; 0: as many as ever
	// StaleSessionsSeconds is how long a replica believes a session that it has looked up, also if it has ended meanwhile.
	StaleSessionsSeconds int `json:"stale_sessions_seconds,omitempty"`
	// StreamAskSeconds is how often an open stream asks whether its login is still good; 0: as ever; less than 0: never.
	StreamAskSeconds int `json:"stream_ask_seconds,omitempty"`
	// StreamTold: a stream is told of a logout by Redis.
	StreamTold bool `json:"stream_told,omitempty"`
	// UndetectedReuseSeconds is for how long a spent refresh token works on; 0: it does not.
	UndetectedReuseSeconds int `json:"undetected_reuse_seconds,omitempty"`
}

// Check returns a Problem for settings that no replica can have.
func (s Settings) Check() error {
	if s.StaleSessionsSeconds < 0 || s.StaleSessionsSeconds > MaxStaleSeconds {
		return Invalid("A replica can believe a session for up to %d seconds; 0 is not at all.", MaxStaleSeconds)
	}
	if s.MaxSessions < 0 || s.MaxSessions > MaxUserSessions {
		return Invalid("A user can have from 1 to %d sessions; 0 is as many as ever.", MaxUserSessions)
	}
	return nil
}
