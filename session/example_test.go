package session_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/alicebob/miniredis/v2"
	ginsessions "github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"
	"github.com/redis/go-redis/v9"

	"authlab/account"
	"authlab/session"
)

// requireLogin is the middleware of the examples: it answers 401 if no user is logged in, and 503 if the store does not
// answer, because then the server cannot tell.
func requireLogin(manager *session.Manager) gin.HandlerFunc {
	return func(c *gin.Context) {
		login, err := manager.Identify(c)
		switch {
		case errors.Is(err, session.ErrUnavailable):
			c.AbortWithStatus(http.StatusServiceUnavailable)
		case err != nil:
			c.AbortWithStatus(http.StatusUnauthorized)
		default:
			c.Set("login", login)
		}
	}
}

// loginHandler logs alice in. A server checks a password first, with account.Authenticator.
func loginHandler(manager *session.Manager) gin.HandlerFunc {
	return func(c *gin.Context) {
		if _, err := manager.Login(c, account.User{Name: "alice"}); err != nil {
			c.AbortWithStatus(http.StatusServiceUnavailable)
			return
		}
		c.Status(http.StatusNoContent)
	}
}

// A Manager logs users in, protects routes, and logs out.
func ExampleManager() {
	client, closeRedis := exampleRedis()
	defer closeRedis()
	manager := session.NewManager(session.Config{
		Name:  "login", // with Secure: true behind TLS, "__Host-login"
		Store: session.NewRedis(client, "shop:", session.DefaultIdle, session.DefaultAbsolute),
	})

	r := gin.New()
	r.Use(manager.Middleware())
	r.POST("/login", loginHandler(manager))
	r.POST("/logout", func(c *gin.Context) {
		if manager.Logout(c) != nil { // the store does not answer, so the session is alive
			c.AbortWithStatus(http.StatusServiceUnavailable)
			return
		}
		c.Status(http.StatusNoContent)
	})
	r.GET("/me", requireLogin(manager), func(c *gin.Context) {
		c.String(http.StatusOK, "hello, %s", c.MustGet("login").(session.Login).User.Name)
	})

	browser := &exampleBrowser{server: r}
	fmt.Println(browser.send("GET", "/me"))
	fmt.Println(browser.send("POST", "/login"))
	fmt.Println(browser.send("GET", "/me"))
	fmt.Println(browser.send("POST", "/logout"))
	fmt.Println(browser.send("GET", "/me"))
	// Output:
	// 401
	// 204
	// 200 hello, alice
	// 204
	// 401
}

// LogoutEverywhere ends the sessions of all the user's browsers.
func ExampleManager_LogoutEverywhere() {
	manager := session.NewManager(session.Config{Name: "login", Store: session.NewMemory(session.DefaultIdle, time.Now)})
	r := gin.New()
	r.Use(manager.Middleware())
	r.POST("/login", loginHandler(manager))
	r.GET("/sessions", requireLogin(manager), func(c *gin.Context) {
		infos, err := manager.Sessions(c, c.MustGet("login").(session.Login))
		if err != nil {
			c.AbortWithStatus(http.StatusServiceUnavailable)
			return
		}
		c.String(http.StatusOK, "%d sessions", len(infos))
	})
	r.POST("/logout-everywhere", requireLogin(manager), func(c *gin.Context) {
		if manager.LogoutEverywhere(c, c.MustGet("login").(session.Login)) != nil {
			c.AbortWithStatus(http.StatusServiceUnavailable)
			return
		}
		c.Status(http.StatusNoContent)
	})

	laptop, phone := &exampleBrowser{server: r}, &exampleBrowser{server: r}
	laptop.send("POST", "/login")
	phone.send("POST", "/login")
	fmt.Println(laptop.send("GET", "/sessions"))
	fmt.Println(phone.send("POST", "/logout-everywhere"))
	fmt.Println(laptop.send("GET", "/sessions"))
	// Output:
	// 200 2 sessions
	// 204
	// 401
}

// Handlers keep values with sessions.Default of gin-contrib, and get them back with the type that they had.
func ExampleManager_Middleware() {
	keys, err := session.NewCookieKeys([]byte("a key of 32 bytes, from a file.."))
	if err != nil {
		panic(err)
	}
	manager := session.NewManager(session.Config{Name: "login", Store: session.NewSigned("login", keys)})
	r := gin.New()
	r.Use(manager.Middleware())
	r.POST("/login", loginHandler(manager))
	r.POST("/theme", requireLogin(manager), func(c *gin.Context) {
		s := ginsessions.Default(c)
		s.Set("theme", "dark")
		if s.Save() != nil { // always check: the session may have ended, or the store may not answer
			c.AbortWithStatus(http.StatusServiceUnavailable)
		}
	})
	r.GET("/theme", requireLogin(manager), func(c *gin.Context) {
		theme, _ := ginsessions.Default(c).Get("theme").(string)
		c.String(http.StatusOK, theme)
	})

	browser := &exampleBrowser{server: r}
	browser.send("POST", "/login")
	browser.send("POST", "/theme")
	fmt.Println(browser.send("GET", "/theme"))
	// Output: 200 dark
}

// A value that depends on the one before it needs Change, so that no request at the same time is lost.
func ExampleChange() {
	manager := session.NewManager(session.Config{Name: "login", Store: session.NewMemory(session.DefaultIdle, time.Now)})
	r := gin.New()
	r.Use(manager.Middleware())
	r.POST("/login", loginHandler(manager))
	r.POST("/visit", requireLogin(manager), func(c *gin.Context) {
		var visits int
		err := session.Change(c, func(s ginsessions.Session) error {
			before, _ := s.Get("visits").(int)
			visits = before + 1
			s.Set("visits", visits)
			return nil
		})
		if err != nil {
			c.AbortWithStatus(http.StatusServiceUnavailable)
			return
		}
		c.String(http.StatusOK, "%d visits", visits)
	})

	browser := &exampleBrowser{server: r}
	browser.send("POST", "/login")
	fmt.Println(browser.send("POST", "/visit"))
	fmt.Println(browser.send("POST", "/visit"))
	// Output:
	// 200 1 visits
	// 200 2 visits
}

// A store also works without a Manager, for visitors who do not log in.
func ExampleGinStore() {
	store := session.GinStore(session.NewMemory(time.Hour, time.Now))
	r := gin.New()
	r.Use(ginsessions.Sessions("visitor", store))
	r.POST("/language", func(c *gin.Context) {
		s := ginsessions.Default(c)
		s.Set("language", "es")
		if s.Save() != nil {
			c.AbortWithStatus(http.StatusServiceUnavailable)
		}
	})
	r.GET("/", func(c *gin.Context) { c.String(http.StatusOK, "%v", ginsessions.Default(c).Get("language")) })

	browser := &exampleBrowser{server: r}
	browser.send("POST", "/language")
	fmt.Println(browser.send("GET", "/"))
	// Output: 200 es
}

// exampleRedis is a Redis in this process.
func exampleRedis() (client *redis.Client, stop func()) {
	server, err := miniredis.Run()
	if err != nil {
		panic(err)
	}
	client = redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1})
	return client, func() { client.Close(); server.Close() }
}

// An exampleBrowser keeps the cookies of one server.
type exampleBrowser struct {
	server  http.Handler
	cookies []*http.Cookie
}

// send returns the status and the body of the answer.
func (b *exampleBrowser) send(method, path string) string {
	r := httptest.NewRequest(method, path, nil)
	for _, cookie := range b.cookies {
		r.AddCookie(cookie)
	}
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	if set := w.Result().Cookies(); len(set) > 0 {
		b.cookies = set
	}
	if w.Body.Len() == 0 {
		return fmt.Sprint(w.Code)
	}
	return fmt.Sprint(w.Code, " ", w.Body)
}
