package contract

import "crypto/rand"

// A Startup says in what replicas are started otherwise than they should be. The zero Startup: in nothing.
type Startup struct {
	OwnKeys bool `json:"own_keys"` // BootKeys
	// LeakedSecret is what KeysLeaked makes all replicas sign with; empty: nothing has leaked. It is made anew each time.
	LeakedSecret string `json:"leaked_secret"`
	// Redis is the address of another one than always, for RedisGuarded where replicas are containers; empty: none.
	Redis string `json:"redis_address"`
}

// Set changes what one fault is about. False: it is not about how replicas are started.
func (s *Startup) Set(fault string, broken bool) bool {
	switch fault {
	case BootKeys:
		s.OwnKeys = broken
	case KeysLeaked:
		if s.LeakedSecret = ""; broken {
			s.LeakedSecret = rand.Text() + rand.Text() // 256 random bits or more
		}
	default:
		return false
	}
	return true
}
