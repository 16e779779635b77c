package fault

import (
	"context"
	"errors"
)

// BootKeys is a deployment in which nobody shares the keys: each replica makes its own when it starts.
//
//	app-1 🔑   app-2 🗝   app-3 🔐    what one signs, no other accepts
type BootKeys struct {
	Replicas []Rekeyable
}

// Rekeyable is a replica as this fault sees it.
type Rekeyable interface {
	Killable
	// OwnKeys says whether the replica makes keys of its own when it starts next.
	OwnKeys(own bool)
}

var _ Fault = BootKeys{}

// Break implements Fault: every replica starts anew, with keys of its own.
func (b BootKeys) Break(ctx context.Context) error { return b.restart(ctx, true) }

// Mend implements Fault: every replica starts anew, with the keys that all share.
func (b BootKeys) Mend(ctx context.Context) error { return b.restart(ctx, false) }

func (b BootKeys) restart(ctx context.Context, own bool) error {
	var failed []error
	for _, r := range b.Replicas {
		r.OwnKeys(own)
		failed = append(failed, r.Kill(), r.Start(ctx))
	}
	return errors.Join(failed...)
}
