// Package web is the server: both logins side by side on one gin engine, and the pages.
//
//	/basic            name and password, every time
//	/session/memory   ┐
//	/session/redis    │ package session: the server remembers
//	/session/cookie   │
//	/session/bound    ┘ a session that is bound to a key of the browser
//	/token/stateless  ┐
//	/token/revocable  ├ package token: the client carries
//	/token/cookie     │
//	/token/bound      │ a token that is bound to a key of the client
//	/token/bound-local┘
//
// Each scheme has the same routes (me, admin, email, password, cart, stream) at its base path; package scheme is their table.
//
//	request ─▶ observe ─▶ identify ─▶ requireCaller ─▶ handler
//	           log, time   who calls?   401, 503           200, 403
//
// 401 means that the credential is missing or bad, 403 that the caller is known and may not do this, and 503 that the
// server cannot tell right now. Every answer says which replica gave it (X-Served-By) and what it did (Server-Timing).
//
// Make a replica with New and serve its Handler with NewHTTPServer. The files: server.go has every route, identify.go the
// way from a request to its caller, problem.go every error.
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
	"authlab/web/scheme"
)

// Config says what a replica needs. Every field without a default is required.
type Config struct {
	Name       string // of this replica: app-1
	Directory  account.Directory
	Hasher     *account.Hasher
	Redis      redis.UniversalClient // made by OpenRedis; of this replica alone, because it counts the client's commands
	Prefix     string                // of every key in Redis; "authlab:"
	Keys       *token.Keyring        // the same in all replicas
	CookieKeys *session.CookieKeys   // sign session-cookie, known devices and the short cookies of session-bound; the same in all replicas
	// TrustedProxies are the addresses, or networks like 10.0.0.0/8, of the balancers in front of this replica. Their
	// X-Forwarded-For is the client's address, by which failed logins are counted. Empty: X-Forwarded-For is ignored.
	TrustedProxies []string
	Services       map[string]string // secrets of the services that may introspect tokens, by name; none
	Tuning         Tuning
	Secure         bool          // served over TLS: cookies are Secure and named __Host-
	Idle           time.Duration // session.DefaultIdle
	Absolute       time.Duration // session.DefaultAbsolute
	Access         time.Duration // token.DefaultAccess
	Refresh        time.Duration // token.DefaultRefresh
	Now            func() time.Time
	Logger         *slog.Logger // silent
}

// DefaultPrefix begins every key in Redis, so that the lab leaves the keys of other programs alone.
const DefaultPrefix = "authlab:"

// A Server is one replica.
type Server struct {
	config        Config
	directory     account.Directory
	authenticator *account.Authenticator
	attempts      *account.Attempts
	tokens        *token.Service
	devices       *session.Signed
	memory        *session.Memory
	redis         *session.Redis
	stale         *session.Stale // in front of redis
	boundSessions *session.Redis
	proofs        *session.Signed // the short cookies of session-bound
	ended         *endedLogins
	streams       openStreams
	tuned         atomic.Pointer[Tuning]
	schemes       map[string]mounted
	metrics       *metrics
	headers       []fixedHeader
	requestLog    *slog.Logger // has the replica in each line
	engine        *gin.Engine
	draining      atomic.Bool
}

// New returns a replica. It does not listen: serve its Handler.
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
	s := &Server{
		config: config, metrics: newMetrics(), headers: fixedHeaders(config),
		requestLog: config.Logger.With(slog.String("replica", config.Name)),
	}
	config.Redis.AddHook(timedRedis{s.metrics, newRefusals(config.Name, config.Logger)})
	if _, isCluster := config.Redis.(*redis.ClusterClient); !isCluster { // one node that is silent would hold up a batch for all
		config.Redis.AddHook(newBatcher()) // last, so that the others see each command by itself
	}
	_, inMemory := config.Directory.(*account.Memory)
	s.directory = timedDirectory{config.Directory, s.metrics, time.Now, inMemory}
	s.authenticator = account.NewAuthenticator(s.directory, timedHasher{config.Hasher})
	s.attempts = account.NewAttempts(config.Redis, config.Prefix)
	s.tokens = token.NewService(token.Config{
		Keys: config.Keys, Directory: s.directory, Redis: config.Redis, Prefix: config.Prefix,
		Access: config.Access, Refresh: config.Refresh, Now: config.Now, Audit: s.Audit,
	})
	s.devices = session.NewSigned(s.deviceName(), config.CookieKeys)
	s.memory = session.NewMemory(config.Idle, config.Now)
	s.redis = session.NewRedis(config.Redis, config.Prefix, config.Idle, config.Absolute)
	s.stale = session.NewStale(s.redis, config.Now)
	s.boundSessions = session.NewRedis(config.Redis, config.Prefix+"bound-", config.Idle, config.Absolute)
	s.proofs = session.NewSigned(s.cookieName(scheme.SessionProof), config.CookieKeys)
	s.ended = newEndedLogins(config.Redis, config.Prefix)
	s.streams.of = map[string]int{}
	s.schemes = s.mount()
	s.Tune(Tuning{})
	s.engine = s.routes()
	return s
}

// Handler serves every route.
func (s *Server) Handler() http.Handler { return s.engine }

// Remembers returns the sessions in this replica's own memory, which are those of session-memory.
func (s *Server) Remembers() []session.Entry { return s.memory.All() }

// Drain makes /readyz answer 503, so that a balancer sends no new requests while this replica ends.
func (s *Server) Drain() { s.draining.Store(true) }

// RedisUp tells whether Redis answers a PING.
func (s *Server) RedisUp(ctx context.Context) bool { return s.config.Redis.Ping(ctx).Err() == nil }

// routes mounts every route that there is.
func (s *Server) routes() *gin.Engine {
	gin.SetMode(gin.ReleaseMode) // for the whole process: in debug mode gin prints every route
	r := gin.New()
	r.HandleMethodNotAllowed, r.RedirectTrailingSlash = true, false
	s.trustProxies(r)
	r.Use(s.observe, s.recoverPanic)
	pages := NewPages()
	r.NoRoute(inSchemeOfPath, func(c *gin.Context) {
		if pages.Has(c.Request) {
			pages.ServeHTTP(c.Writer, c.Request)
			c.Writer.WriteHeaderNow() // to HEAD nothing is written, and gin would answer by itself
			return
		}
		s.refuse(c, errNoRoute)
	})
	r.NoMethod(inSchemeOfPath, func(c *gin.Context) { s.refuse(c, errNoMethod) })

	get(r, "/livez", s.handleLivez)
	get(r, "/readyz", s.handleReadyz)
	get(r, "/metrics", gin.WrapH(s.metrics.handler()))
	get(r, "/.well-known/jwks.json", s.handleJWKS)
	for _, path := range pages.Paths() {
		get(r, path, gin.WrapH(pages))
	}

	for _, row := range append(scheme.All(), scheme.Bound()...) {
		m := s.schemes[row.Name]
		g := r.Group(m.Base, inScheme(m.Name))
		if m.sessions != nil {
			g.Use(m.sessions.Middleware()) // for sessions.Default(c)
		}
		if m.SentByBrowser {
			g.Use(s.refuseCrossOrigin)
		}
		known := g.Group("", m.identify, s.requireCaller)
		tell := s.tellStreams(m)
		get(known, "/stream", s.handleStream(m))
		get(known, "/me", s.handleMe)
		get(known, "/admin", s.handleAdmin)
		known.POST("/email", s.handleEmail)
		known.POST("/password", tell, s.handlePassword(m))
		kept := s.cartOf(m)
		get(known, "/cart", s.handleCart(kept))
		known.POST("/cart", s.handleAddToCart(kept))

		if m.sessions != nil {
			g.POST("/login", s.handleSessionLogin(m))
			g.POST("/logout", tell, s.handleSessionLogout(m.sessions))
			known.POST("/logout-everywhere", tell, s.handleSessionLogoutEverywhere(m.sessions))
			get(known, "/sessions", s.handleSessions(m.sessions))
			known.DELETE("/sessions/:id", tell, s.handleEndSession(m.sessions))
		}
		if m.Name == scheme.SessionBound {
			g.POST(registering, s.handleRegisterKey(m.sessions))
			g.POST(refreshing, s.handleRefreshProof(m.sessions))
		}
		if m.Name == scheme.TokenCookie {
			g.POST("/login", s.handleTokenCookieLogin)
			g.POST("/logout", s.handleTokenCookieLogout)
		}
	}

	stateless, revocable := s.schemes[scheme.TokenStateless], s.schemes[scheme.TokenRevocable]
	r.POST(stateless.Login, inScheme(scheme.TokenStateless), s.handleAuthenticate)
	r.POST(stateless.Refresh, inScheme(scheme.TokenStateless), s.handleRefresh)
	r.POST(stateless.Logout, inScheme(scheme.TokenStateless), stateless.identify, s.tellStreams(stateless), s.handleTokenLogout)
	r.POST("/token/introspect", inScheme(scheme.TokenRevocable), s.handleIntrospect)
	r.POST("/token/revoke", inScheme(scheme.TokenRevocable), s.handleRevoke)
	// A token that was taken back must not end the logins that came after it, so this route asks the denylist.
	r.POST("/token/logout-everywhere", inScheme(scheme.TokenRevocable), revocable.identify, s.requireCaller, s.tellStreams(revocable), s.handleTokenLogoutEverywhere)
	bound := s.schemes[scheme.TokenBound]
	r.POST(bound.Login, inScheme(bound.Name), s.handleBoundLogin)
	r.POST(bound.Refresh, inScheme(bound.Name), s.handleBoundRefresh)
	r.POST(bound.Logout, inScheme(bound.Name), bound.identify, s.tellStreams(bound), s.handleTokenLogout)
	return r
}

// inScheme tells the handlers that follow, and the log, which scheme a request belongs to.
func inScheme(name string) gin.HandlerFunc {
	return func(c *gin.Context) { callOf(c).scheme = name }
}

// inSchemeOfPath is inScheme where no route has matched: a path below a scheme's base belongs to that scheme.
func inSchemeOfPath(c *gin.Context) {
	if row, ok := scheme.OfPath(c.Request.URL.Path); ok {
		callOf(c).scheme = row.Name
	}
}

// get mounts a handler for GET and for HEAD, which is GET without the body (RFC 9110, section 9.3.2). net/http leaves the
// body out.
func get(r gin.IRoutes, path string, handler gin.HandlerFunc) {
	r.GET(path, handler)
	r.HEAD(path, handler)
}
