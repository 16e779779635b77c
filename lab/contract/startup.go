package contract

import (
	"crypto/rand"
	"time"
)

// UndetectedReuse is how long a spent refresh token works on while ReuseUndetected is broken.
const UndetectedReuse = 10 * time.Second

// A Startup says in what replicas are started otherwise than they should be. The zero Startup: in nothing.
type Startup struct {
	OwnKeys         bool `json:"own_keys"`         // BootKeys
	ReuseUndetected bool `json:"reuse_undetected"` // ReuseUndetected
	// LeakedSecret is what KeysLeaked makes all replicas sign with; empty: nothing has leaked. It is made anew each time.
	LeakedSecret string `json:"leaked_secret"`
}

// Set changes what one fault is about. False: it is not about how replicas are started.
func (s *Startup) Set(fault string, broken bool) bool {
	switch fault {
	case BootKeys:
		s.OwnKeys = broken
	case ReuseUndetected:
		s.ReuseUndetected = broken
	case KeysLeaked:
		if s.LeakedSecret = ""; broken {
			s.LeakedSecret = rand.Text() + rand.Text() // 256 random bits or more
		}
	default:
		return false
	}
	return true
}

// Reuse is for how long a replica that is started so takes a spent refresh token.
func (s Startup) Reuse() time.Duration {
	if s.ReuseUndetected {
		return UndetectedReuse
	}
	return 0
}
