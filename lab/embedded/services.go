package embedded

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/redis/go-redis/v9"

	"authlab/lab/bff"
	"authlab/lab/contract"
	"authlab/lab/fault"
	"authlab/lab/issuer"
	"authlab/lab/naive"
	"authlab/lab/resource"
	"authlab/session"
	"authlab/web"
	"authlab/web/scheme"
)

// services are the other servers of the lab, each on a port of its own on loopback.
type services struct {
	servers []*http.Server
	reports *resource.Service
	home    *fault.Wire // from the reports service to the balancer
	naive   *naive.Twin
	redis   redis.UniversalClient // of the backend for frontend
	urls    contract.ServicesView
}

// startServices starts the second service, which reaches home over a wire of its own; the twin that falls for everything, which
// is reached on loopback only; the login server; and the backend for frontend.
func (c *Lab) startServices(ctx context.Context) error {
	home := web.HostToOpen(c.listener.Addr())
	_, port, err := net.SplitHostPort(home)
	if err != nil {
		return err
	}
	if c.services.home, err = fault.NewWire(home); err != nil {
		return err
	}
	origins := []string{"http://" + home, "http://localhost:" + port} // of the lab's own page
	c.services.reports, err = resource.New(resource.Config{
		Home: "http://" + c.services.home.Addr(), Name: "reports", Secret: c.secret, Now: c.time.Now, Logger: c.config.Logger,
		AllowedOrigins: origins,
	})
	if err != nil {
		return err
	}
	if c.services.urls.Reports, err = c.startService(ctx, "reports", c.services.reports.Handler()); err != nil {
		return err
	}
	if c.services.naive, err = naive.New(); err != nil {
		return err
	}
	if c.services.urls.Naive, err = c.startService(ctx, "naive", c.services.naive.Handler()); err != nil {
		return err
	}
	clients := map[string]string{contract.OAuthClient: contract.OAuthRedirect}
	for _, origin := range origins {
		clients[origin] = origin + "/playground"
	}
	login := issuer.New(issuer.Config{
		Home: "http://" + home, Clients: clients, Now: c.time.Now, Logger: c.config.Logger,
	})
	if c.services.urls.Issuer, err = c.startService(ctx, "issuer", login.Handler()); err != nil {
		return err
	}
	// Its keys in Redis are apart from those of the replicas, so that neither takes a session of the other for its own.
	if c.services.redis, err = web.OpenRedis(c.store.reachedAt()); err != nil {
		return err
	}
	backend := bff.New(bff.Config{
		Home: "http://" + home, Reports: c.services.urls.Reports, Cookie: scheme.BackendForFrontend, Now: c.time.Now, Logger: c.config.Logger,
		Sessions: session.NewRedis(c.services.redis, web.DefaultPrefix+"bff-", session.DefaultIdle, session.DefaultAbsolute),
	})
	c.services.urls.Backend, err = c.startService(ctx, "backend", c.markCookies(backend.Handler()))
	return err
}

// startService serves a handler on a free port of loopback, and returns its address.
func (c *Lab) startService(ctx context.Context, name string, handler http.Handler) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	c.services.servers = append(c.services.servers, serve(web.ProblemListener(listener, name, c.config.Logger), handler, name, c.config.Logger))
	return "http://" + listener.Addr().String(), nil
}

func (s *services) close() error {
	var failed []error
	for _, server := range s.servers {
		failed = append(failed, server.Close())
	}
	if s.reports != nil {
		s.reports.Close()
	}
	if s.redis != nil {
		failed = append(failed, s.redis.Close())
	}
	if s.home != nil {
		failed = append(failed, s.home.SetCut(true))
	}
	return errors.Join(failed...)
}
