// Package reports is a second service, which has to know who is calling.
package reports

import (
	"log/slog"
	"net/http"
	"time"
)

// Config says what a Service works with. Home is required.
type Config struct {
	Home           string           // URL of the balancer of the first service: http://127.0.0.1:8080
	Name           string           // reports
	AllowedOrigins []string         // origins whose pages may call with a token, like http://127.0.0.1:8080; none
	Now            func() time.Time // time.Now
	Logger         *slog.Logger     // silent
}

// A Service is the second service.
type Service struct {
	config Config
}

// New returns a service. It opens nothing and listens nowhere: serve its Handler, and Close it.
func New(config Config) (*Service, error) {
	return &Service{config: config}, nil
}

// Handler serves the whole interface.
func (s *Service) Handler() http.Handler { return http.NotFoundHandler() }

// Close ends what the service does by itself.
func (s *Service) Close() {}
