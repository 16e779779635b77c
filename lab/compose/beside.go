package compose

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"authlab/lab/contract"
	"authlab/lab/issuer"
	"authlab/lab/naive"
	"authlab/web"
)

// A beside is what the experiments need beside the containers: servers in this process, on loopback, until it is closed.
type beside struct {
	naive     *naive.Twin
	addresses contract.ServicesView
	servers   []*http.Server
}

// startBeside starts the naive twin, and a login server that asks home about passwords.
func startBeside(ctx context.Context, home string) (*beside, error) {
	twin, err := naive.New()
	if err != nil {
		return nil, err
	}
	b := &beside{naive: twin}
	if b.addresses.Naive, err = b.serve(ctx, twin.Handler()); err != nil {
		return b, fmt.Errorf("start naive: %w", err)
	}
	login := issuer.New(issuer.Config{
		Home: home, Clients: map[string]string{contract.OAuthClient: contract.OAuthRedirect}, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
	})
	if b.addresses.Issuer, err = b.serve(ctx, login.Handler()); err != nil {
		return b, fmt.Errorf("start issuer: %w", err)
	}
	return b, nil
}

func (b *beside) serve(ctx context.Context, handler http.Handler) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := web.NewHTTPServer(handler, nil)
	b.servers = append(b.servers, server)
	go func() { _ = server.Serve(listener) }() // until it is closed
	return "http://" + listener.Addr().String(), nil
}

func (b *beside) close() error {
	var failed []error
	if b != nil {
		for _, server := range b.servers {
			failed = append(failed, server.Close())
		}
	}
	return errors.Join(failed...)
}
