package fault

import "context"

// Killed is a replica that is gone, without a word to anybody.
//
//	balancer ──▶ app-2 ✂    connections are reset, the port is closed, the memory is lost
type Killed struct {
	Replica Killable
}

// Killable is a replica as this fault sees it.
type Killable interface {
	Kill() error
	Start(ctx context.Context) error
}

var _ Fault = Killed{}

// Break implements Fault.
func (k Killed) Break(context.Context) error { return k.Replica.Kill() }

// Mend implements Fault: the replica starts, remembering nothing.
func (k Killed) Mend(ctx context.Context) error { return k.Replica.Start(ctx) }
