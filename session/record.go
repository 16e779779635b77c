package session

import "time"

// A Record is what the server remembers of one session.
type Record struct {
	User      string    `json:"user,omitempty"`
	Roles     []string  `json:"roles,omitempty"` // only where no Directory tells them at each request
	UserAgent string    `json:"user_agent,omitempty"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	LastSeen  time.Time `json:"last_seen,omitzero"`
	Values    Values    `json:"values,omitempty"`

	version uint64 // how often Redis had updated the record when it was loaded
}

// An Entry is a session as the server sees it: its key, and never its ID.
type Entry struct {
	Key    string // hash of the ID, hex; it cannot be used to log in
	Record Record
}
