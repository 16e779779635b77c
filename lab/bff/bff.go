// Package bff is a backend for frontend (OAuth 2.0 for Browser-Based Applications, RFC 10017, section 6.1): the browser has the
// cookie of a session, and the tokens stay in the session, at this server.
//
//	browser ── cookie ──▶ backend ── access token ──▶ the second service     GET  /bff/me
//	                         │  └─── access token ──▶ home                   POST /bff/email
//	                         │  └─── password or refresh token ──▶ home      POST /bff/login, /bff/logout
//	                      session   {access token, refresh token}, in Redis  GET  /bff/dump/{user}
//
// It is a client of home: it logs in there, refreshes there, and revokes there at a logout. The session is the one of package
// session, so its ID is stored hashed. The tokens are kept in the session store as they are, because the backend has to send them;
// GET /bff/dump/{user} shows them, to this machine alone. The backend runs only in the embedded lab.
package bff

import (
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"sync"
	"time"

	ginsessions "github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"
	"golang.org/x/sync/singleflight"

	"authlab/account"
	"authlab/lab/contract"
	"authlab/session"
)

// Config says what a Backend works with. All of it is required, but for Secure.
type Config struct {
	Home     string // URL of the balancer, which logs in and refreshes: http://127.0.0.1:8080
	Reports  string // URL of the second service, which takes home's tokens
	Sessions session.Lister
	Cookie   string // its name; over TLS it should begin with __Host-
	Secure   bool   // over TLS
	Now      func() time.Time
	Logger   *slog.Logger
}

// A Backend is a backend for frontend. It listens nowhere: serve its Handler.
type Backend struct {
	config   Config
	sessions *session.Manager
	client   *http.Client
	// refreshing are the refreshes that are under way, by refresh token. A token works once, so requests that come at the same moment
	// share one refresh. Several backends would need a lock in their store.
	refreshing singleflight.Group
	unstored   sync.Map // pairs that the session store did not take, by the refresh token that was spent on them
}

// New returns a Backend.
func New(config Config) *Backend {
	return &Backend{
		config: config, client: &http.Client{Timeout: 5 * time.Second},
		sessions: session.NewManager(session.Config{Name: config.Cookie, Store: config.Sessions, Secure: config.Secure, Now: config.Now}),
	}
}

// Handler serves the routes. A cookie comes along with the requests of other sites too, so those that change something are
// refused (CSRF): by Sec-Fetch-Site and Origin, and because a form cannot send JSON.
func (b *Backend) Handler() http.Handler {
	gin.SetMode(gin.ReleaseMode) // for the whole process: in debug mode gin prints every route
	r := gin.New()
	r.Use(func(c *gin.Context) {
		c.Header("Cache-Control", "no-store")
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxBody)
	}, b.sessions.Middleware())
	r.POST("/bff/login", b.handleLogin)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		r.Handle(method, "/bff/me", b.handleMe)
		r.Handle(method, "/bff/dump/:user", b.handleDump)
	}
	r.POST("/bff/email", b.handleEmail)
	r.POST("/bff/logout", b.handleLogout)
	return http.NewCrossOriginProtection().Handler(r)
}

// handleLogin handles the "POST /bff/login" route. Home checks the password, and its tokens stay here. The login takes the place of
// the one that the cookie is of, which ends at home too.
func (b *Backend) handleLogin(c *gin.Context) {
	var body struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}
	if !isJSON(c) {
		return
	}
	if err := c.ShouldBindJSON(&body); err != nil {
		refuse(c, errors.Join(errBadJSON, err))
		return
	}
	ctx := c.Request.Context()
	got, err := b.post(ctx, "/authenticate", body)
	if err != nil {
		refuse(c, err)
		return
	}
	before := pairOf(ginsessions.Default(c).Get)
	if _, err = b.sessions.Login(c, account.User{Name: body.Username}); err == nil {
		if err = b.keep(ctx, ginsessions.Default(c).ID(), session.Record{}, got); err != nil {
			err = errors.Join(err, b.sessions.Logout(c)) // a session without tokens is good for nothing
		}
	}
	if err != nil {
		b.revoke(ctx, got)
		refuse(c, err)
		return
	}
	b.revoke(ctx, before)
	c.JSON(http.StatusOK, gin.H{"user": gin.H{"name": body.Username}}) // no token: a script could read it
}

// handleMe handles the "GET /bff/me" route: the page is the second service's.
func (b *Backend) handleMe(c *gin.Context) {
	b.forward(c, http.MethodGet, b.config.Reports+"/reports/token")
}

// handleEmail handles the "POST /bff/email" route.
func (b *Backend) handleEmail(c *gin.Context) {
	if isJSON(c) {
		b.forward(c, http.MethodPost, b.config.Home+"/token/stateless/email")
	}
}

// handleLogout handles the "POST /bff/logout" route. The session ends first: that does not need home.
func (b *Backend) handleLogout(c *gin.Context) {
	held := pairOf(ginsessions.Default(c).Get)
	if err := b.sessions.Logout(c); err != nil {
		refuse(c, err)
		return
	}
	b.revoke(c.Request.Context(), held)
	c.Status(http.StatusNoContent)
}

// handleDump handles the "GET /bff/dump/{user}" route of the lab: what a thief reads in the session store. It is for this
// machine only. Host has to be this machine too, or a page could reach it by DNS rebinding.
func (b *Backend) handleDump(c *gin.Context) {
	if !contract.IsLoopback(c.Request.RemoteAddr) || !contract.IsLoopback(c.Request.Host) {
		c.Status(http.StatusForbidden)
		return
	}
	entries, err := b.config.Sessions.List(c.Request.Context(), c.Param("user"))
	if err != nil {
		refuse(c, err)
		return
	}
	c.JSON(http.StatusOK, entries)
}

// isJSON refuses a body that a form of another site can send without asking.
func isJSON(c *gin.Context) bool {
	media, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || media != "application/json" {
		c.Status(http.StatusUnsupportedMediaType)
		return false
	}
	return true
}
