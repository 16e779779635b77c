package experiment

import (
	"context"
	"fmt"

	"authlab/lab/contract"
)

// A Target is a running lab that experiments send requests to and break.
type Target interface {
	contract.Lab
	// URL is the balancer's: http://127.0.0.1:8080.
	URL() string
}

// ErrNotOnTarget means that this target cannot do what an experiment needs.
var ErrNotOnTarget = contract.ErrNotOnTarget

// killed and silent are faults of a replica.
func killed(replica string) contract.Fault {
	return contract.OfReplica(contract.ReplicaKilled, replica)
}
func silent(replica string) contract.Fault {
	return contract.OfReplica(contract.ReplicaSilent, replica)
}

// redisStopped and homeCut are faults that concern all replicas.
func redisStopped() contract.Fault { return contract.Fault{Name: contract.RedisStopped} }
func homeCut() contract.Fault      { return contract.Fault{Name: contract.HomeCut} }

// ReplicaNames are the names of the replicas that there are now.
func (b *Bench) ReplicaNames(ctx context.Context) ([]string, error) {
	v, err := b.Target.View(ctx)
	names := make([]string, len(v.Replicas))
	for i, r := range v.Replicas {
		names[i] = r.Name
	}
	return names, err
}

// Email is the e-mail address of a demo account as it is now. ErrNotOnTarget: this target does not tell.
func (b *Bench) Email(ctx context.Context, user string) (string, error) {
	v, err := b.Target.View(ctx)
	if err != nil {
		return "", err
	}
	for _, a := range v.Accounts {
		if a.Name == user && a.Email != "" {
			return a.Email, nil
		}
	}
	return "", fmt.Errorf("address of %s: %w", user, ErrNotOnTarget)
}
