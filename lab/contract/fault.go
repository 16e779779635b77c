package contract

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The faults by name.
const (
	ReplicaKilled = "replica-killed" // a replica's connections are reset, its port is closed, its memory is lost
	ReplicaSilent = "replica-silent" // a replica accepts connections and does not answer
	ClockSkewed   = "clock-skewed"   // one replica's clock is wrong
	RedisStopped  = "redis-stopped"  // Redis cannot be reached; its data waits
	RedisSlow     = "redis-slow"     // Redis is further away
	BootKeys      = "boot-keys"      // every replica started anew, each with keys of its own
	HomeCut       = "home-cut"       // the second service cannot reach the replicas
)

// FaultNames lists the names of all faults.
func FaultNames() []string {
	return []string{ReplicaKilled, ReplicaSilent, ClockSkewed, RedisStopped, RedisSlow, BootKeys, HomeCut}
}

// A Fault is something broken on purpose: its name, where it is one replica's the replica, and where it has a size the
// size.
type Fault struct {
	Name    string
	Replica string        // of replica-killed, replica-silent, clock-skewed
	By      time.Duration // of clock-skewed and redis-slow; no matter when it is mended
}

// String is the name, and the replica behind a colon: clock-skewed:app-2. It is how a View lists a fault.
func (f Fault) String() string {
	if f.Replica == "" {
		return f.Name
	}
	return f.Name + ":" + f.Replica
}

// ParseFault is the opposite of String.
func ParseFault(text string) Fault {
	name, replica, _ := strings.Cut(text, ":")
	return Fault{Name: name, Replica: replica}
}

// Check tells what is wrong with a fault that somebody asks for, in a sentence, or nil.
func (f Fault) Check() error {
	ofReplica := f.Name == ReplicaKilled || f.Name == ReplicaSilent || f.Name == ClockSkewed
	switch {
	case !slices.Contains(FaultNames(), f.Name):
		return fmt.Errorf("There is no fault %q. There are: %s.", f.Name, strings.Join(FaultNames(), ", ")) //nolint:staticcheck,revive // a sentence for a person
	case ofReplica && f.Replica == "":
		return fmt.Errorf("The fault %s needs the name of a replica.", f.Name) //nolint:staticcheck,revive // a sentence for a person
	case f.Name == ClockSkewed && f.By.Abs() > MaxAdvance:
		return fmt.Errorf("A clock can be a year wrong at the most.") //nolint:staticcheck,revive // a sentence for a person
	case f.Name == RedisSlow && f.By != 0 && (f.By < MinDelay || f.By > MaxDelay):
		return fmt.Errorf("Redis can be from 1 ms to 1 s away.") //nolint:staticcheck,revive // a sentence for a person
	}
	return nil
}
