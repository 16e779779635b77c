package contract

import "time"

// A View is a picture of a lab: what GET /lab/cluster answers.
type View struct {
	Target      string        `json:"target"`
	Now         time.Time     `json:"now"` // the lab's time
	Replicas    []ReplicaView `json:"replicas"`
	MaxReplicas int           `json:"max_replicas"`
	Redis       RedisView     `json:"redis"`
	Faults      []string      `json:"faults"` // as Fault.String has them
	Accounts    []AccountView `json:"accounts"`
	Services    ServicesView  `json:"services"`
	// LeakedSecret is what the replicas sign with while KeysLeaked is broken: what a thief of the key has.
	LeakedSecret string `json:"leaked_secret,omitempty"`
}

// ReplicaView is one replica and what it remembers. Of many sessions it lists some; SessionCount is always true.
type ReplicaView struct {
	Name  string `json:"name"`
	Alive bool   `json:"alive"`
	// Silent: it lives and remembers, and answers nothing.
	Silent bool `json:"silent,omitempty"`
	// Refuses: the lab has not killed it, and made it refuse connections and forget. For its clients that is the same.
	Refuses      bool          `json:"refuses,omitempty"`
	ClockSkew    string        `json:"clock_skew"`
	Requests     int64         `json:"requests"`
	Sessions     []SessionView `json:"sessions"`
	SessionCount int           `json:"session_count"`
}

// Shortened is enough of a key or an ID to tell it from the others, and too little to use.
func Shortened(name string) string {
	if len(name) <= 12 {
		return name
	}
	return name[:8] + "…"
}

// SessionView is one session record, by the beginning of its key.
type SessionView struct {
	ID   string `json:"id"`
	User string `json:"user"`
}

// RedisView is what Redis holds, and what it was asked since the lab was reset.
type RedisView struct {
	Alive bool `json:"alive"`
	// Cut: Redis itself lives, and the lab has cut the replicas off from it.
	Cut      bool             `json:"cut,omitempty"`
	Keys     []KeyView        `json:"keys"`
	KeyCount map[string]int   `json:"key_count"` // by kind
	Commands map[string]int64 `json:"commands"`  // by name, without what only keeps connections
}

// KeyView is one key in Redis, shortened.
type KeyView struct {
	Key        string  `json:"key"`
	Kind       string  `json:"kind"` // session, sessions, denied, not-before, family
	TTLSeconds float64 `json:"ttl_seconds"`
}

// AccountView is one user.
type AccountView struct {
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
	Email string   `json:"email"`
}

// ServicesView says where the other servers are. Empty: this lab has none.
type ServicesView struct {
	Reports string `json:"reports,omitempty"` // the second service
	Naive   string `json:"naive,omitempty"`   // the twin that falls for every attack
	Issuer  string `json:"issuer,omitempty"`  // the login server
	Backend string `json:"backend,omitempty"` // the backend for frontend
}

// Asked is how many commands Redis was sent.
func (v RedisView) Asked() (sum int64) {
	for _, n := range v.Commands {
		sum += n
	}
	return sum
}

// Bytes is what the server keeps about the users who are logged in, as text: keys and records. What a program or a Redis
// needs around each of them (pointers, hash tables) comes on top and is left out, because it differs from one to the
// next.
type Bytes struct {
	Replicas int64            `json:"replicas"` // in the memory of all replicas
	Redis    int64            `json:"redis"`
	ByKind   map[string]int64 `json:"by_kind"` // of those in Redis: session, sessions, family, denied, not-before
}

// A RequestEvent is one request that the balancer has brought to its end.
type RequestEvent struct {
	At         time.Time      `json:"at"` // when it arrived
	Method     string         `json:"method"`
	Path       string         `json:"path"` // without the query, which may carry secrets
	Policy     string         `json:"policy"`
	Replica    string         `json:"replica"` // empty: none answered
	Scheme     string         `json:"scheme,omitempty"`
	Status     int            `json:"status"`   // as sent to the client; 499 (nginx's number) if it left before there was an answer
	Attempts   int            `json:"attempts"` // replicas tried
	DurationMS float64        `json:"duration_ms"`
	Paid       map[string]int `json:"paid,omitempty"` // what it cost the replica: Timing.Count
}
