package compose

import (
	"context"
	"fmt"
	"slices"

	"authlab/lab/contract"
	"authlab/lab/experiment"
)

// An Inside is the lab out of containers as its own console sees it: over the network alone, and without Docker. So it
// can run most experiments by itself, for a page.
//
//	experiment ──▶ Inside ──▶ nginx, where the console may say for whom it asks
//	                   └────▶ /lab/… of the console itself
type Inside struct {
	*contract.Remote
	beside *beside
}

var _ experiment.Target = (*Inside)(nil)

// OpenInside returns the lab whose balancer and controls are at these addresses. Close it.
func OpenInside(ctx context.Context, balancer, controls string) (*Inside, error) {
	remote, err := contract.NewRemote(balancer)
	if err != nil {
		return nil, err
	}
	i := &Inside{Remote: remote.WithControls(controls)}
	i.beside, err = startBeside(ctx, i.URL())
	return i, err
}

// Close ends what runs beside the containers.
func (i *Inside) Close() error { return i.beside.close() }

// View implements contract.Lab. The second service is in a network where the console is not.
func (i *Inside) View(ctx context.Context) (contract.View, error) {
	v, err := i.Remote.View(ctx)
	v.Services = i.beside.addresses
	return v, err
}

// Reset implements contract.Lab.
func (i *Inside) Reset(ctx context.Context) error {
	i.beside.naive.Reset()
	return i.Remote.Reset(ctx)
}

// needsDocker are the experiments that need more containers, a file that only setup may write, or another network.
var needsDocker = []string{"scale-out", "key-rotation", "other-service", "introspection", "backend-for-frontend", "kid-storm", "failover"}

// Command is what runs an experiment that the console cannot run by itself, in the folder of docker-compose.yml. It is
// empty for the others. What needs a browser needs one on the machine of the reader.
func Command(name string) string {
	named, err := experiment.Named(name)
	if err != nil || (!slices.Contains(needsDocker, name) && !named[0].Browser) {
		return ""
	}
	return fmt.Sprintf("go run ./cmd/authlab run --target compose %s", name)
}
