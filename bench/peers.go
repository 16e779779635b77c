package main

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/alexedwards/scs/goredisstore"
	"github.com/alexedwards/scs/v2"
	ginjwt "github.com/appleboy/gin-jwt/v2"
	"github.com/gin-contrib/sessions"
	"github.com/gin-contrib/sessions/cookie"
	sessionsredis "github.com/gin-contrib/sessions/redis"
	"github.com/gin-gonic/gin"
	"github.com/golang-jwt/jwt/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
)

// A peer is a small server as the README of its library shows it: POST /login, where there is a session to begin, and
// GET /me.
type peer func(r *gin.Engine) (http.Handler, error)

var peers = map[string]peer{
	"gin":                         plain,
	"gin-contrib/sessions redis":  ginSessions(openGinRedis),
	"gin-contrib/sessions cookie": ginSessions(openGinCookie),
	"scs goredisstore":            scsRedis,
	"appleboy/gin-jwt v2 HS256":   ginJWT,
	"golang-jwt v5 HS256":         bareJWT,
}

// servePeer serves a peer until ctx ends. observed is the path of a log, or "-": then the peer writes no log and counts
// nothing.
func servePeer(ctx context.Context, name, observed string) error {
	switch name {
	case "replicas":
		return serveReplicas(ctx)
	case "balancer":
		return serveBalancer(ctx)
	}
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	if observed != "-" {
		log, err := os.Create(observed)
		if err != nil {
			return err
		}
		defer func() { _ = log.Close() }() // what is written is not read
		r.Use(observe(slog.New(slog.NewJSONHandler(log, nil))))
	}
	handler, err := peers[name](r)
	if err != nil {
		return err
	}
	return serveUntilDone(ctx, handler)
}

func serveUntilDone(ctx context.Context, handler http.Handler) error {
	server := &http.Server{Addr: os.Getenv("BENCH_LISTEN"), Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// observe writes a line of log for each request, and counts it, as people add it to a gin server.
func observe(log *slog.Logger) gin.HandlerFunc {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "requests_total"}, []string{"route", "status"})
	duration := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "request_duration_seconds"}, []string{"route"})
	prometheus.MustRegister(requests, duration)
	return func(c *gin.Context) {
		start := time.Now()
		c.Next()
		took := time.Since(start)
		requests.WithLabelValues(c.FullPath(), strconv.Itoa(c.Writer.Status())).Inc()
		duration.WithLabelValues(c.FullPath()).Observe(took.Seconds())
		log.LogAttrs(c.Request.Context(), slog.LevelInfo, "request", slog.String("method", c.Request.Method),
			slog.String("route", c.FullPath()), slog.Int("status", c.Writer.Status()), slog.Duration("took", took))
	}
}

// me answers what authlab's /me answers.
func me(c *gin.Context, name string, roles []string) {
	c.JSON(http.StatusOK, gin.H{
		"scheme": "peer", "user": gin.H{"name": name, "roles": roles}, "replica": "app-1", "expires_at": time.Now().Add(time.Hour),
	})
}

func plain(r *gin.Engine) (http.Handler, error) {
	r.GET("/me", func(c *gin.Context) { me(c, alice, aliceRoles) })
	return r, nil
}

var sessionSecret = []byte("a secret of thirty-two bytes: 32")

func openGinRedis() (sessions.Store, error) {
	return sessionsredis.NewStore(32, "tcp", redisAddress(), "", "", sessionSecret)
}

func openGinCookie() (sessions.Store, error) { return cookie.NewStore(sessionSecret), nil }

func redisAddress() string { return strings.TrimPrefix(os.Getenv("BENCH_REDIS"), "redis://") }

func ginSessions(open func() (sessions.Store, error)) peer {
	return func(r *gin.Engine) (http.Handler, error) {
		gob.Register([]string{})
		store, err := open()
		if err != nil {
			return nil, err
		}
		r.Use(sessions.Sessions("session", store))
		r.POST("/login", func(c *gin.Context) {
			s := sessions.Default(c)
			s.Set("name", alice)
			s.Set("roles", aliceRoles)
			if err := s.Save(); err != nil {
				_ = c.AbortWithError(http.StatusInternalServerError, err)
			}
		})
		r.GET("/me", func(c *gin.Context) {
			s := sessions.Default(c)
			name, ok := s.Get("name").(string)
			roles, _ := s.Get("roles").([]string)
			if !ok {
				c.AbortWithStatus(http.StatusUnauthorized)
				return
			}
			me(c, name, roles)
		})
		return r, nil
	}
}

func scsRedis(r *gin.Engine) (http.Handler, error) {
	gob.Register([]string{})
	manager := scs.New()
	manager.Store = goredisstore.New(redis.NewClient(&redis.Options{Addr: redisAddress()}))
	r.POST("/login", func(c *gin.Context) {
		if err := manager.RenewToken(c.Request.Context()); err != nil {
			_ = c.AbortWithError(http.StatusInternalServerError, err)
			return
		}
		manager.Put(c.Request.Context(), "name", alice)
		manager.Put(c.Request.Context(), "roles", aliceRoles)
		c.Status(http.StatusOK)
	})
	r.GET("/me", func(c *gin.Context) {
		name := manager.GetString(c.Request.Context(), "name")
		roles, _ := manager.Get(c.Request.Context(), "roles").([]string)
		if name == "" {
			c.AbortWithStatus(http.StatusUnauthorized)
			return
		}
		me(c, name, roles)
	})
	return manager.LoadAndSave(r), nil
}

func ginJWT(r *gin.Engine) (http.Handler, error) {
	middleware, err := ginjwt.New(&ginjwt.GinJWTMiddleware{Key: tokenSecret(), IdentityKey: "sub", Realm: "bench"})
	if err != nil {
		return nil, err
	}
	r.GET("/me", middleware.MiddlewareFunc(), func(c *gin.Context) {
		claims := ginjwt.ExtractClaims(c)
		var roles []string
		for _, role := range claims["roles"].([]any) {
			roles = append(roles, role.(string))
		}
		me(c, claims["sub"].(string), roles)
	})
	return r, nil
}

// bareClaims are the claims that a handler wants to read.
type bareClaims struct {
	jwt.RegisteredClaims
	Roles []string `json:"roles"`
}

func bareJWT(r *gin.Engine) (http.Handler, error) {
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired(), jwt.WithIssuer("authlab"), jwt.WithAudience("authlab"))
	key := tokenSecret()
	r.GET("/me", func(c *gin.Context) {
		text, ok := strings.CutPrefix(c.GetHeader("Authorization"), "Bearer ")
		var claims bareClaims
		if _, err := parser.ParseWithClaims(text, &claims, func(*jwt.Token) (any, error) { return key, nil }); !ok || err != nil {
			c.AbortWithStatusJSON(http.StatusUnauthorized, gin.H{"error": fmt.Sprint(err)})
			return
		}
		me(c, claims.Subject, claims.Roles)
	})
	return r, nil
}
