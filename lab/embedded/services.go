package embedded

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"authlab/lab/contract"
	"authlab/lab/fault"
	"authlab/lab/naive"
	"authlab/lab/resource"
	"authlab/web"
)

// services are the other servers of the lab, each on a port of its own on loopback.
type services struct {
	servers []*http.Server
	reports *resource.Service
	home    *fault.Wire // from the reports service to the balancer
	naive   *naive.Twin
	urls    contract.ServicesView
}

// startServices starts the second service, which reaches home over a wire of its own, and the twin that falls for
// everything, which is reached on loopback only.
func (c *Lab) startServices(ctx context.Context) error {
	var err error
	if c.services.home, err = fault.NewWire(loopback(c.listener.Addr())); err != nil {
		return err
	}
	c.services.reports, err = resource.New(resource.Config{
		Home: "http://" + c.services.home.Addr(), Name: "reports", Now: c.time.Now, Logger: c.config.Logger,
		AllowedOrigins: c.origins(),
	})
	if err != nil {
		return err
	}
	if c.services.urls.Reports, err = c.serve(ctx, "reports", c.services.reports.Handler()); err != nil {
		return err
	}
	if c.services.naive, err = naive.New(); err != nil {
		return err
	}
	c.services.urls.Naive, err = c.serve(ctx, "naive", c.services.naive.Handler())
	return err
}

// serve serves a handler on a free port of loopback, and returns its address.
func (c *Lab) serve(ctx context.Context, name string, handler http.Handler) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("start %s: %w", name, err)
	}
	server := web.NewHTTPServer(handler, c.config.Logger)
	c.services.servers = append(c.services.servers, server)
	go func() {
		if err := server.Serve(web.ProblemListener(listener, name, c.config.Logger)); !errors.Is(err, http.ErrServerClosed) {
			c.config.Logger.Error("service ended", "service", name, "error", err)
		}
	}()
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
	if s.home != nil {
		failed = append(failed, s.home.SetCut(true))
	}
	return errors.Join(failed...)
}

// origins are the origins that the lab's own page can have.
func (c *Lab) origins() []string {
	address := loopback(c.listener.Addr())
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil
	}
	return []string{"http://" + address, "http://localhost:" + port}
}

// loopback is an address at which this machine reaches a listener of its own, also one that listens everywhere.
func loopback(address net.Addr) string {
	host, port, err := net.SplitHostPort(address.String())
	if err != nil {
		return address.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() || strings.Contains(host, "%") {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
