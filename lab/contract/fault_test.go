package contract_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"authlab/lab/contract"
)

func TestAFaultIsListedByItsNameAndItsReplica(t *testing.T) {
	for want, fault := range map[string]contract.Fault{
		"redis-stopped":      {Name: contract.RedisStopped},
		"clock-skewed:app-2": {Name: contract.ClockSkewed, Replica: "app-2", By: time.Minute},
	} {
		if got := fault.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestAFaultThatMakesNoSenseIsSaidSo(t *testing.T) {
	for fault, good := range map[contract.Fault]bool{
		{Name: contract.RedisStopped}: true, {Name: contract.HomeCut}: true, {Name: contract.BootKeys}: true, {Name: contract.KeysLeaked}: true,
		{Name: contract.RedisGuarded}: true, {Name: contract.PrimaryKilled, Replica: "app-1"}: false,
		{Name: contract.ReplicaKilled, Replica: "app-1"}:                      true,
		{Name: contract.RedisStopped, Replica: "app-1"}:                       false,
		{Name: contract.ClockSkewed, Replica: "app-1"}:                        false,
		{Name: contract.RedisSlow}:                                            false,
		{Name: contract.ReplicaKilled}:                                        false,
		{Name: contract.ReplicaSilent}:                                        false,
		{Name: contract.ClockSkewed, By: time.Minute}:                         false,
		{Name: contract.ClockSkewed, Replica: "app-1", By: -time.Minute}:      true,
		{Name: contract.ClockSkewed, Replica: "app-1", By: -9000 * time.Hour}: false,
		{Name: contract.RedisSlow, By: 5 * time.Millisecond}:                  true,
		{Name: contract.RedisSlow, By: time.Microsecond}:                      false,
		{Name: contract.RedisSlow, By: time.Minute}:                           false,
		{Name: "", Replica: "app-1"}:                                          false,
		{Name: "disk-full"}:                                                   false,
	} {
		if err := fault.Check(); (err == nil) != good {
			t.Errorf("%+v: %v", fault, err)
		}
	}
}

func TestWhatIsDoneByHandIsNotOnTheTarget(t *testing.T) {
	err := fmt.Errorf("kill: %w", contract.ByHand{What: "Type it.", Command: "docker compose kill app-1"})
	var byHand contract.ByHand
	if !errors.Is(err, contract.ErrNotOnTarget) || errors.Is(err, contract.ErrNoReplica) || !errors.As(err, &byHand) {
		t.Errorf("%v", err)
	}
}
