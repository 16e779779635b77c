package fault

import "context"

// Silent is a replica that accepts connections and answers nothing, as one whose process is stopped or whose machine
// swaps. Dead is easy, because the balancer is told; silent is hard, because it can only wait.
//
//	balancer ──▶ app-2 …    requests hang until the balancer gives up; the replica forgets nothing
type Silent struct {
	Replica Silenceable
}

// Silenceable is a replica as this fault sees it.
type Silenceable interface {
	Silence()
	// Speak ends the silence. Requests that have waited are answered.
	Speak()
}

var _ Fault = Silent{}

// Break implements Fault.
func (s Silent) Break(context.Context) error {
	s.Replica.Silence()
	return nil
}

// Mend implements Fault.
func (s Silent) Mend(context.Context) error {
	s.Replica.Speak()
	return nil
}
