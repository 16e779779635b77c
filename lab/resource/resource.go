// Package resource is the second service: a resource server (RFC 6749, section 1.1). It has to know which user is
// calling, and keeps no logins. Home, the first service, does: it is the authorization server.
//
//	                      /reports/session/{store}   cookie ──▶ home: "who is this?"     1 call, every time
//	caller ──▶ reports ──┤ /reports/token             token  ──▶ its own copy of home's public keys: no call
//	                      /reports/revocable         token  ──▶ the same, and home: "still good?"   1 call
//	                      /reports/introspected/{n}  token  ──▶ home: "is it good?" (RFC 7662), and believes it n s
//
// It has no session store, no users database and none of home's secrets. It cannot read a cookie, and a signed one it
// could not verify without home's key, so it sends the cookie to home. A token it verifies by itself, because the
// verifying half of the key is public (RFC 7517; RFC 9068, section 4).
//
// It shares no code with home: what it knows of tokens is what a service of another team would know.
package resource

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
)

// Config says what a Service works with. Home is required.
type Config struct {
	Home           string           // URL of the balancer of the first service: http://127.0.0.1:8080
	Name           string           // reports
	AllowedOrigins []string         // origins whose pages may call with a token, like http://127.0.0.1:8080; none
	Secret         string           // by which home knows this service, if it may introspect tokens; empty: it may not
	Now            func() time.Time // time.Now
	Logger         *slog.Logger     // silent
}

// A Service is the second service.
type Service struct {
	config   Config
	home     *home
	verifier *verifier
	engine   *gin.Engine
	stop     context.CancelFunc
	draining atomic.Bool
}

// New returns a service. It listens nowhere and does not call home yet, so home may start later: serve its Handler, and
// Close it.
func New(config Config) (*Service, error) {
	config.Name = cmp.Or(config.Name, "reports")
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if !isOrigin(strings.TrimSuffix(config.Home, "/")) {
		return nil, fmt.Errorf("home is %q, and should look like http://127.0.0.1:8080", config.Home)
	}
	for _, origin := range config.AllowedOrigins {
		if !isOrigin(origin) {
			return nil, fmt.Errorf("%q is not an origin; one looks like http://127.0.0.1:8080", origin)
		}
	}
	config.AllowedOrigins = slices.Clone(config.AllowedOrigins)
	running, stop := context.WithCancel(context.Background())
	s := &Service{config: config, home: newHome(strings.TrimSuffix(config.Home, "/")), stop: stop}
	s.verifier = newVerifier(newKeys(running, s.home, config.Logger, config.Now), config.Now)
	s.engine = s.routes()
	return s, nil
}

// isOrigin tells whether text is a scheme and a host and nothing else (RFC 6454, section 6.2).
func isOrigin(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && text == u.Scheme+"://"+u.Host
}

// Handler serves all routes.
func (s *Service) Handler() http.Handler { return s.engine }

// Drain makes /readyz say 503, so that a balancer sends nothing new while this service ends.
func (s *Service) Drain() { s.draining.Store(true) }

// Close ends the background refresh of home's keys, and closes idle connections to home.
func (s *Service) Close() {
	s.Drain()
	s.stop()
	s.home.client.CloseIdleConnections()
}

func (s *Service) routes() *gin.Engine {
	gin.SetMode(gin.ReleaseMode) // for the whole process: in debug mode gin prints every route
	r := gin.New()
	r.HandleMethodNotAllowed, r.RedirectTrailingSlash = true, false
	_ = r.SetTrustedProxies(nil) // X-Forwarded-For is not believed
	r.Use(s.observe, s.recoverPanic)
	r.NoRoute(func(c *gin.Context) { s.refuse(c, errNoRoute) })
	r.NoMethod(func(c *gin.Context) { s.refuse(c, errNoMethod) })

	get(r, "/livez", s.handleLivez)
	get(r, "/readyz", s.handleReadyz)
	for _, store := range []string{"memory", "redis", "cookie"} {
		get(r, "/reports/session/"+store, s.handleReport("session-"+store, s.bySession("/session/"+store+"/me")))
	}
	if s.config.Secret != "" {
		for _, seconds := range introspectFor {
			page := s.handleReport("token-revocable", s.byIntrospection(time.Duration(seconds)*time.Second))
			get(r, "/reports/introspected/"+strconv.Itoa(seconds), page)
		}
	}
	// Only the routes that take a token are open to pages of other origins: a page sends its token on purpose, while the
	// browser would send a cookie by itself.
	open := r.Group("/reports", s.allowOrigin)
	get(open, "/token", s.handleReport("token-stateless", s.byToken))
	open.OPTIONS("/token", s.handlePreflight)
	get(open, "/revocable", s.handleReport("token-revocable", s.byRevocableToken))
	open.OPTIONS("/revocable", s.handlePreflight)
	return r
}

// get mounts a GET route, and HEAD with it (RFC 9110, section 9.3.2).
func get(r gin.IRoutes, path string, handler gin.HandlerFunc) {
	r.GET(path, handler)
	r.HEAD(path, handler)
}
