// Package web is the server: both logins side by side on one gin engine, and the pages.
//
//	/basic            name and password, every time
//	/session/memory   ┐
//	/session/redis    ├ package session: the server remembers
//	/session/cookie   ┘
//	/token/stateless  ┐
//	/token/revocable  ├ package token: the client carries
//	/token/cookie     ┘
//
// Each of the seven answers the same questions (me, admin, email) at its base path. A request first meets identify,
// which finds out who is calling, and then refuse, which says no: 401 "I don't know you", 403 "I know you, and no",
// 503 "I can't tell right now". Every answer says which replica gave it and what it cost.
package web

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/redis/go-redis/v9"

	"authlab/account"
	"authlab/session"
	"authlab/token"
)

// Config says what a replica stands on. Everything without a default is required.
type Config struct {
	Name       string // of this replica: app-1
	Directory  account.Directory
	Hasher     *account.Hasher
	Redis      *redis.Client       // made by OpenRedis; this server's own, because it counts what goes through it
	Prefix     string              // of every key in Redis; "authlab:"
	Keys       *token.Keyring      // the same in all replicas
	CookieKeys *session.CookieKeys // sign session-cookie; the same in all replicas
	// TrustedProxies are the addresses, or networks like 10.0.0.0/8, of the balancers in front of this replica. What they
	// say in X-Forwarded-For is believed, for counting failed logins by address. Nobody's, if empty.
	TrustedProxies []string
	Secure         bool          // served over TLS: cookies are Secure and named __Host-
	Idle           time.Duration // session.DefaultIdle
	Absolute       time.Duration // session.DefaultAbsolute
	Access         time.Duration // token.DefaultAccess
	Refresh        time.Duration // token.DefaultRefresh
	Now            func() time.Time
	Logger         *slog.Logger // silent
}

// DefaultPrefix is what every key in Redis begins with, so that a lab never touches what else is in there.
const DefaultPrefix = "authlab:"

// A Server is one replica.
type Server struct {
	config        Config
	directory     account.Directory
	authenticator *account.Authenticator
	attempts      *account.Attempts
	tokens        *token.Service
	memory        *session.Memory
	schemes       []scheme
	metrics       *metrics
	engine        *gin.Engine
	draining      atomic.Bool
}

// gin's mode is one for the whole process; its debug mode prints every route of every replica.
func init() { gin.SetMode(gin.ReleaseMode) }

// New builds a replica. It opens nothing and listens nowhere: serve its Handler.
func New(config Config) *Server {
	config.Prefix = cmp.Or(config.Prefix, DefaultPrefix)
	config.Idle = cmp.Or(config.Idle, session.DefaultIdle)
	config.Absolute = cmp.Or(config.Absolute, session.DefaultAbsolute)
	config.Access = cmp.Or(config.Access, token.DefaultAccess)
	config.Refresh = cmp.Or(config.Refresh, token.DefaultRefresh)
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{config: config, metrics: newMetrics()}
	config.Redis.AddHook(redisCost{s.metrics})
	s.directory = timedDirectory{config.Directory, s.metrics}
	s.authenticator = account.NewAuthenticator(s.directory, timedChecker{config.Hasher})
	s.attempts = account.NewAttempts(config.Redis, config.Prefix)
	denylist := token.NewDenylist(config.Redis, config.Prefix, config.Access, config.Refresh)
	s.tokens = token.NewService(token.Config{
		Keys: config.Keys, Directory: s.directory, Access: config.Access, Now: config.Now, Denylist: denylist,
		Families: token.NewFamilies(config.Redis, config.Prefix, config.Refresh, denylist, config.Now),
	})
	s.memory = session.NewMemory(config.Idle, config.Now)
	s.schemes = s.newSchemes()
	s.engine = s.routes()
	return s
}

// Handler serves the whole interface.
func (s *Server) Handler() http.Handler { return s.engine }

// Remembers returns what is in this replica's own memory: the session-memory records.
func (s *Server) Remembers() []session.Entry { return s.memory.All() }

// Drain makes /readyz say 503, so that a balancer sends nothing new while this replica ends.
func (s *Server) Drain() { s.draining.Store(true) }

// RedisUp asks Redis for a sign of life.
func (s *Server) RedisUp(ctx context.Context) bool { return s.config.Redis.Ping(ctx).Err() == nil }

// routes is every route that there is.
func (s *Server) routes() *gin.Engine {
	r := gin.New()
	r.HandleMethodNotAllowed, r.RedirectTrailingSlash = true, false
	// The address of a client is a balancer's to claim, and nobody else's. (gin trusts every proxy until told otherwise.)
	if err := r.SetTrustedProxies(s.config.TrustedProxies); err != nil {
		panic(err) // Config says what they have to be
	}
	r.Use(s.observe, s.recoverPanic)
	r.NoRoute(func(c *gin.Context) { s.refuse(c, errNoRoute) })
	r.NoMethod(func(c *gin.Context) { s.refuse(c, errNoMethod) })

	r.GET("/livez", s.handleLivez)
	r.GET("/readyz", s.handleReadyz)
	r.GET("/metrics", gin.WrapH(s.metrics.handler()))
	r.GET("/.well-known/jwks.json", s.handleJWKS)
	s.pages(r)

	for _, sch := range s.schemes {
		g := r.Group(sch.base, sch.begin()...)
		if sch.ambient {
			g.Use(s.sameOrigin)
		}
		known := g.Group("", s.identify(sch), s.refuseStrangers)
		known.GET("/me", s.handleMe)
		known.GET("/admin", s.handleAdmin)
		known.POST("/email", s.handleEmail)

		if sch.sessions != nil {
			g.POST("/login", s.handleSessionLogin(sch.sessions))
			g.POST("/logout", s.handleSessionLogout(sch.sessions))
			known.POST("/logout-everywhere", s.handleSessionLogoutEverywhere(sch.sessions))
			known.GET("/sessions", s.handleSessions(sch.sessions))
			known.DELETE("/sessions/:id", s.handleEndSession(sch.sessions))
		}
		if sch.name == TokenCookie {
			g.POST("/login", s.handleTokenCookieLogin)
			g.POST("/logout", s.handleTokenCookieLogout)
		}
	}

	r.POST("/authenticate", s.as(TokenStateless), s.handleAuthenticate)
	bearer := r.Group("/token", s.schemeNamed(TokenStateless).begin()...)
	bearer.POST("/refresh", s.handleRefresh)
	bearer.POST("/logout", s.identify(s.schemeNamed(TokenStateless)), s.handleTokenLogout)
	// A token that was taken back has no say over the logins that came after it, so this one asks the denylist.
	revocable := s.schemeNamed(TokenRevocable)
	r.Group("/token", revocable.begin()...).
		POST("/logout-everywhere", s.identify(revocable), s.refuseStrangers, s.handleTokenLogoutEverywhere)
	return r
}
