package contract

import (
	"slices"
	"strings"
	"time"
)

// The faults by name.
const (
	ReplicaKilled = "replica-killed" // a replica's connections are reset, its port is closed, its memory is lost
	ReplicaSilent = "replica-silent" // a replica accepts connections and does not answer; it forgets nothing
	ClockSkewed   = "clock-skewed"   // one replica's clock is wrong
	RedisStopped  = "redis-stopped"  // Redis cannot be reached; its data waits
	RedisSlow     = "redis-slow"     // Redis is further away, and the database of session-postgres as far
	BootKeys      = "boot-keys"      // every replica was started anew, each with keys of its own
	HomeCut       = "home-cut"       // the second service cannot reach the replicas
	// KeysLeaked starts every replica anew, with one secret for tokens (HS256) and for signed cookies, which a View shows.
	KeysLeaked = "keys-leaked"

	// RedisGuarded starts every replica anew, on an empty Redis that Sentinel guards: a primary, a replica that copies it, and one
	// Sentinel (three where replicas are containers), which makes the replica the primary when the primary dies. Mended, all is at
	// the Redis from before. The two others need it, and to mend one of them is to start all of these anew.
	RedisGuarded   = "redis-guarded"
	ReplicationCut = "replication-cut" // the copy is complete, and what is written from now on is not copied
	PrimaryKilled  = "primary-killed"  // the primary has died, and Sentinel has made the copy the primary
)

// FaultNames lists the names of all faults.
func FaultNames() []string {
	return []string{ReplicaKilled, ReplicaSilent, ClockSkewed, RedisStopped, RedisSlow, BootKeys, HomeCut, KeysLeaked, RedisGuarded, ReplicationCut, PrimaryKilled}
}

// A Fault is something broken on purpose: its name, where it is one replica's the replica, and where it has a size the
// size.
type Fault struct {
	Name    string
	Replica string        // of replica-killed, replica-silent, clock-skewed
	By      time.Duration // of clock-skewed (behind if less than 0) and redis-slow; not needed to mend it
}

// OfReplica is a fault of one replica.
func OfReplica(name, replica string) Fault { return Fault{Name: name, Replica: replica} }

// IsOfReplica tells whether it is a fault of one replica.
func (f Fault) IsOfReplica() bool {
	return f.Name == ReplicaKilled || f.Name == ReplicaSilent || f.Name == ClockSkewed
}

// String is the name, and the replica behind a colon: clock-skewed:app-2. It is how a View lists a fault.
func (f Fault) String() string {
	if f.Replica == "" {
		return f.Name
	}
	return f.Name + ":" + f.Replica
}

// Same tells whether it is the same fault, of any size.
func (f Fault) Same(other Fault) bool { return f.Name == other.Name && f.Replica == other.Replica }

// CheckName returns a Problem if the name of a fault is wrong, or its replica is missing.
func (f Fault) CheckName() error {
	switch {
	case !slices.Contains(FaultNames(), f.Name):
		return Invalid("There is no fault %q. There are: %s.", f.Name, strings.Join(FaultNames(), ", "))
	case f.IsOfReplica() && f.Replica == "":
		return Invalid("The fault %s needs the name of a replica.", f.Name)
	case !f.IsOfReplica() && f.Replica != "":
		return Invalid("The fault %s is not one replica's.", f.Name)
	}
	return nil
}

// Check is CheckName for a fault that is to be broken: its size counts too.
func (f Fault) Check() error {
	switch {
	case f.Name == ClockSkewed && (f.By == 0 || f.By.Abs() > MaxAdvance):
		return Invalid("A clock can be wrong by a year at the most.")
	case f.Name == RedisSlow && (f.By < MinDelay || f.By > MaxDelay):
		return Invalid("Redis can be from 1 ms to 1 s away; 0s brings it back.")
	}
	return f.CheckName()
}
