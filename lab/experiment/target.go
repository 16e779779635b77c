package experiment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authlab/lab/contract"
)

// A Target is a running lab that experiments send requests to and break.
type Target interface {
	contract.Lab
	// URL is the balancer's: http://127.0.0.1:8080.
	URL() string
}

// mendTimeout is how long it may take to mend a fault: a container has to start for some.
const mendTimeout = 30 * time.Second

// ErrNotOnTarget means that this target cannot do what an experiment needs.
var ErrNotOnTarget = contract.ErrNotOnTarget

func redisStopped() contract.Fault { return contract.Fault{Name: contract.RedisStopped} }
func killed(replica string) contract.Fault {
	return contract.OfReplica(contract.ReplicaKilled, replica)
}

// during breaks something, does something, and mends it in any case, also if ctx has ended meanwhile.
func during(ctx context.Context, target Target, fault contract.Fault, do func() error) (err error) {
	defer func() {
		mend, cancel := context.WithTimeout(context.WithoutCancel(ctx), mendTimeout)
		defer cancel()
		err = errors.Join(err, target.Mend(mend, fault))
	}()
	if err := target.Break(ctx, fault); err != nil {
		return err
	}
	return do()
}

// ReplicaNames are the names of the replicas that there are now.
func (trial *Trial) ReplicaNames(ctx context.Context) ([]string, error) {
	v, err := trial.Target.View(ctx)
	names := make([]string, len(v.Replicas))
	for i, r := range v.Replicas {
		names[i] = r.Name
	}
	return names, err
}

// Email is the e-mail address of a demo account as it is now. ErrNotOnTarget: this target does not tell.
func (trial *Trial) Email(ctx context.Context, user string) (string, error) {
	v, err := trial.Target.View(ctx)
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
