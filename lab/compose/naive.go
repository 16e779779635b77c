package compose

import (
	"context"
	"fmt"
	"net"

	"authlab/lab/naive"
	"authlab/web"
)

// serveNaive serves the naive twin to the experiments, on loopback, for as long as the target is open.
func (t *Target) serveNaive(ctx context.Context) error {
	var err error
	if t.naive, err = naive.New(); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("start naive: %w", err)
	}
	t.address = "http://" + listener.Addr().String()
	t.server = web.NewHTTPServer(t.naive.Handler(), nil)
	go func() { _ = t.server.Serve(listener) }() // until Close
	return nil
}
