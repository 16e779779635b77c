package compose

import (
	"context"
	"fmt"
	"net"
	"net/http"

	"authlab/lab/naive"
	"authlab/web"
)

// A naiveTwin is served to the experiments, on loopback, until the server is closed.
type naiveTwin struct {
	*naive.Twin
	address string
	server  *http.Server
}

func serveNaive(ctx context.Context) (*naiveTwin, error) {
	twin, err := naive.New()
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start naive: %w", err)
	}
	server := web.NewHTTPServer(twin.Handler(), nil)
	go func() { _ = server.Serve(listener) }() // until it is closed
	return &naiveTwin{twin, "http://" + listener.Addr().String(), server}, nil
}
