package compose

import (
	"context"
	"fmt"
	"net"
	"net/http"

	"authlab/lab/naive"
	"authlab/web"
)

// serveNaive serves the naive twin to the experiments, on loopback, until the server is closed.
func serveNaive(ctx context.Context) (twin *naive.Twin, address string, server *http.Server, err error) {
	if twin, err = naive.New(); err != nil {
		return nil, "", nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", nil, fmt.Errorf("start naive: %w", err)
	}
	server = web.NewHTTPServer(twin.Handler(), nil)
	go func() { _ = server.Serve(listener) }() // until it is closed
	return twin, "http://" + listener.Addr().String(), server, nil
}
