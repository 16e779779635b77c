package session_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	ginsessions "github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"

	"authlab/account"
	"authlab/session"
	"authlab/session/storetest"
)

// A browser is one client with its cookies, talking to one server that a Manager guards.
type browser struct {
	t       *testing.T
	server  http.Handler
	cookies map[string]string
	seen    *http.Cookie // what the last response set
}

func (b *browser) do(method, path string) int {
	b.t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	b.seen = nil
	for _, c := range w.Result().Cookies() {
		b.seen = c
		b.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return w.Code
}

func (b *browser) expect(path string, want int) {
	b.t.Helper()
	if got := b.do(http.MethodGet, path); got != want {
		b.t.Errorf("GET %s: %d, want %d", path, got, want)
	}
}

// guarded is the smallest server that uses a Manager as it is meant to be used.
func guarded(config session.Config) http.Handler {
	manager := session.NewManager(config)
	r := gin.New()
	r.Use(manager.Middleware())
	status := func(err error) int {
		switch {
		case err == nil:
			return http.StatusOK
		case errors.Is(err, session.ErrUnavailable):
			return http.StatusServiceUnavailable
		default:
			return http.StatusUnauthorized
		}
	}
	r.GET("/renew", func(c *gin.Context) { c.Status(status(manager.Renew(c))) })
	r.GET("/login/:name", func(c *gin.Context) {
		_, err := manager.Login(c, account.User{Name: c.Param("name"), Roles: []string{"user"}})
		c.Status(status(err))
	})
	guard := func(then func(*gin.Context, session.Login) error) gin.HandlerFunc {
		return func(c *gin.Context) {
			caller, err := manager.Identify(c)
			if err == nil {
				err = then(c, caller)
			}
			c.Status(status(err))
		}
	}
	r.GET("/me", guard(func(*gin.Context, session.Login) error { return nil }))
	r.GET("/everywhere", guard(manager.LogoutEverywhere))
	r.GET("/theme", guard(func(c *gin.Context, _ session.Login) error {
		s := ginsessions.Default(c)
		s.Set("theme", "dark")
		return s.Save()
	}))
	r.GET("/visit", func(c *gin.Context) { // does not ask who is calling
		s := ginsessions.Default(c)
		s.Set("visited", true)
		c.Status(status(s.Save()))
	})
	r.GET("/logout", func(c *gin.Context) { c.Status(status(manager.Logout(c))) })
	return r
}

// with gives a browser the cookies of another.
func (b *browser) with(other *browser) *browser {
	b.cookies = maps.Clone(other.cookies)
	return b
}

func newBrowser(t *testing.T, server http.Handler) *browser {
	return &browser{t: t, server: server, cookies: map[string]string{}}
}

func memoryServer(t *testing.T) (*browser, *session.Memory, *storetest.Clock) {
	clock := storetest.NewClock()
	store := session.NewMemory(idle, clock.Now)
	return newBrowser(t, guarded(session.Config{Name: "session-memory", Store: store, Now: clock.Now})), store, clock
}

func TestALoginAlwaysGivesANewIDAndTheOldOneDies(t *testing.T) {
	b, store, _ := memoryServer(t)
	b.expect("/login/alice", 200)
	first := b.cookies["session-memory"]
	b.expect("/login/alice", 200)
	second := b.cookies["session-memory"]
	if first == second {
		t.Fatal("the ID survived a login: session fixation")
	}
	b.cookies["session-memory"] = first
	b.expect("/me", 401)
	if n := len(store.All()); n != 1 {
		t.Errorf("%d sessions are kept, want 1", n)
	}
}

func TestARenewedSessionHasAnotherIDAndTheSameRecord(t *testing.T) {
	b, store, _ := memoryServer(t)
	b.expect("/renew", 401)
	b.expect("/login/alice", 200)
	first, before := b.cookies["session-memory"], store.All()[0].Record
	b.expect("/renew", 200)
	if b.cookies["session-memory"] == first {
		t.Fatal("the ID is the same")
	}
	b.expect("/me", 200)
	thief := newBrowser(t, b.server)
	thief.cookies["session-memory"] = first
	thief.expect("/me", 401)
	after := store.All()
	if len(after) != 1 || after[0].Record.User != before.User || !after[0].Record.CreatedAt.Equal(before.CreatedAt) {
		t.Errorf("%+v became %+v", before, after)
	}
}

func TestAnIDThatTheAttackerChoseIsNeverAdopted(t *testing.T) {
	b, store, _ := memoryServer(t)
	planted := "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE"
	b.cookies["session-memory"] = planted
	b.expect("/me", 401)
	b.expect("/login/alice", 200)
	if b.cookies["session-memory"] == planted {
		t.Fatal("the planted ID was adopted at login")
	}
	attacker := newBrowser(t, b.server)
	attacker.cookies["session-memory"] = planted
	attacker.expect("/me", 401)
	if n := len(store.All()); n != 1 {
		t.Errorf("%d sessions are kept, want 1", n)
	}
}

func TestIdleAndAbsoluteTimeoutsFollowTheInjectedClock(t *testing.T) {
	for name, open := range map[string]func(*testing.T, *storetest.Clock) (session.Store, string){
		"memory": func(_ *testing.T, c *storetest.Clock) (session.Store, string) {
			return session.NewMemory(idle, c.Now), "session-memory"
		},
		// This Redis stands still: that the session ends is the server's doing, by the record's own dates.
		"redis": func(t *testing.T, c *storetest.Clock) (session.Store, string) {
			_, client := embeddedRedis(t)
			return session.NewRedis(client, "authlab:", idle, absolute), "session-redis"
		},
		"signed cookie": func(t *testing.T, _ *storetest.Clock) (session.Store, string) { return signed(t), "session-cookie" },
	} {
		t.Run(name, func(t *testing.T) {
			clock := storetest.NewClock()
			store, cookie := open(t, clock)
			b := newBrowser(t, guarded(session.Config{Name: cookie, Store: store, Now: clock.Now}))

			b.expect("/login/alice", 200)
			clock.Advance(idle - time.Second)
			b.expect("/me", 200)
			clock.Advance(idle - time.Second)
			b.expect("/me", 200) // it slides: used again, it lives again
			clock.Advance(idle)
			b.expect("/me", 401)

			b.expect("/login/alice", 200)
			for range int(absolute/(20*time.Minute)) - 1 {
				clock.Advance(20 * time.Minute)
				b.expect("/me", 200)
			}
			clock.Advance(20 * time.Minute)
			b.expect("/me", 401) // used all the time, and over all the same
		})
	}
}

func TestALateSaveDoesNotReviveALoggedOutSession(t *testing.T) {
	_, client := embeddedRedis(t)
	clock := storetest.NewClock()
	store := session.NewRedis(client, "authlab:", idle, absolute)
	manager := session.NewManager(session.Config{Name: "session-redis", Store: store, Now: clock.Now})
	entered, proceed := make(chan struct{}), make(chan struct{})
	r := gin.New()
	r.Use(manager.Middleware())
	r.GET("/login", func(c *gin.Context) { _, _ = manager.Login(c, account.User{Name: "alice"}) })
	r.GET("/logout", func(c *gin.Context) { _ = manager.Logout(c) })
	r.GET("/slow", func(c *gin.Context) {
		s := ginsessions.Default(c)
		s.Set("basket", "full")
		close(entered)
		<-proceed
		if err := s.Save(); !errors.Is(err, session.ErrNoSession) {
			t.Errorf("the late save said %v, want ErrNoSession", err)
		}
	})
	b := newBrowser(t, r)
	b.do(http.MethodGet, "/login")
	stolen := b.cookies["session-redis"]
	slow := newBrowser(t, r)
	slow.cookies["session-redis"] = stolen
	done := make(chan struct{})
	go func() { defer close(done); slow.do(http.MethodGet, "/slow") }()
	<-entered
	b.do(http.MethodGet, "/logout")
	close(proceed)
	<-done
	if _, err := store.Load(t.Context(), stolen); !errors.Is(err, session.ErrNoSession) {
		t.Errorf("after the late save: %v, want ErrNoSession", err)
	}
}

func TestAnOutageIsNotALogoutAndLeavesTheCookieAlone(t *testing.T) {
	server, client := embeddedRedis(t)
	store := session.NewRedis(client, "authlab:", idle, absolute)
	b := newBrowser(t, guarded(session.Config{Name: "session-redis", Store: store}))
	b.expect("/login/alice", 200)
	b.expect("/theme", 200)
	cookie := b.cookies["session-redis"]
	server.Close()
	for _, path := range []string{"/me", "/theme", "/visit", "/logout", "/everywhere", "/login/alice"} {
		b.expect(path, 503)
		if b.seen != nil {
			t.Errorf("%s set the cookie to %q during the outage", path, b.seen.Value)
		}
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	if b.cookies["session-redis"] != cookie {
		t.Fatal("the cookie was lost")
	}
	b.expect("/me", 200)
	b.expect("/logout", 200)
	b.expect("/me", 401)
}

// A pausingStore calls loaded after each Load, when another request can come in between.
type pausingStore struct {
	session.Store
	loaded func()
}

func (s *pausingStore) Load(ctx context.Context, credential string) (session.Record, error) {
	r, err := s.Store.Load(ctx, credential)
	s.loaded()
	return r, err
}

func TestARequestThatTouchesOrSavesErasesNothingOfAnother(t *testing.T) {
	for name, open := range map[string]func(*testing.T, *storetest.Clock) session.Store{
		"memory": func(_ *testing.T, clock *storetest.Clock) session.Store { return session.NewMemory(idle, clock.Now) },
		"redis": func(t *testing.T, clock *storetest.Clock) session.Store {
			_, client := embeddedRedis(t)
			return session.NewRedis(client, "authlab:", idle, absolute)
		},
	} {
		t.Run(name, func(t *testing.T) {
			clock := storetest.NewClock()
			store := &pausingStore{open(t, clock), func() {}}
			manager := session.NewManager(session.Config{Name: "login", Store: store, Now: clock.Now})
			r := gin.New()
			r.Use(manager.Middleware())
			r.GET("/login", func(c *gin.Context) { _, _ = manager.Login(c, account.User{Name: "alice"}) })
			r.GET("/set/:key", func(c *gin.Context) {
				_, err := manager.Identify(c)
				if err == nil {
					s := ginsessions.Default(c)
					s.Set(c.Param("key"), "set")
					err = s.Save()
				}
				if errors.Is(err, session.ErrConflict) {
					c.Status(http.StatusConflict)
				} else if err != nil {
					t.Error(err)
				}
			})
			r.GET("/me", func(c *gin.Context) { _, _ = manager.Identify(c) })
			b := newBrowser(t, r)
			b.do(http.MethodGet, "/login")
			between := func(path string) {
				store.loaded = func() { // once, and not for the request in between
					store.loaded = func() {}
					newBrowser(t, r).with(b).expect(path, 200)
				}
			}

			clock.Advance(2 * time.Minute) // so that the next requests touch
			between("/set/first")
			b.expect("/me", 200)
			clock.Advance(2 * time.Minute)
			between("/set/second")
			b.expect("/set/third", 200) // touches, and saves
			between("/set/fourth")
			b.expect("/set/fifth", 200) // saves alone
			between("/set/sixth")
			b.expect("/set/sixth", 409) // the same value
			record, err := store.Load(t.Context(), b.cookies["login"])
			if err != nil || len(record.Values) != 6 || !record.LastSeen.Equal(clock.Now()) {
				t.Errorf("%+v, %v", record, err)
			}
		})
	}
}

func TestAValueThatAnotherRequestChangedIsNotOverwritten(t *testing.T) {
	store := &pausingStore{session.NewMemory(idle, time.Now), func() {}}
	manager := session.NewManager(session.Config{Name: "login", Store: store})
	r := gin.New()
	r.Use(manager.Middleware())
	r.GET("/login", func(c *gin.Context) { _, _ = manager.Login(c, account.User{Name: "alice"}) })
	count := func(s ginsessions.Session) {
		n, _ := s.Get("count").(int)
		list, _ := s.Get("list").([]int)
		if len(list) > 0 {
			list[0]++ // in place, which has to be noticed too
		} else {
			list = []int{1}
		}
		s.Set("count", n+1)
		s.Set("list", list)
	}
	r.GET("/save", func(c *gin.Context) {
		s := ginsessions.Default(c)
		count(s)
		err := s.Save()
		if !errors.Is(err, session.ErrConflict) {
			c.String(http.StatusOK, "%v", err)
			return
		}
		before := s.Get("count")
		count(s)
		c.String(http.StatusConflict, "%v %v", before, s.Save())
	})
	calls := 0
	r.GET("/change", func(c *gin.Context) {
		err := session.Change(c, func(s ginsessions.Session) error {
			calls++
			count(s)
			return nil
		})
		c.String(http.StatusOK, "%v", err)
	})
	failed := errors.New("no")
	r.GET("/fail", func(c *gin.Context) {
		err := session.Change(c, func(s ginsessions.Session) error {
			count(s)
			return failed
		})
		if !errors.Is(err, failed) {
			t.Error(err)
		}
	})
	b := newBrowser(t, r)
	b.do(http.MethodGet, "/login")
	between := func() {
		store.loaded = func() {
			store.loaded = func() {}
			newBrowser(t, r).with(b).expect("/save", 200)
		}
	}
	between()
	b.expect("/save", 409) // and then again, with the newest values
	between()
	b.expect("/change", 200)
	b.expect("/fail", 200)
	record, err := store.Load(t.Context(), b.cookies["login"])
	values, decodeErr := record.Values.Decode()
	if list, _ := values["list"].([]int); err != nil || decodeErr != nil || values["count"] != 4 || len(list) != 1 || list[0] != 4 || calls != 2 {
		t.Errorf("%+v after %d calls, %v, %v", values, calls, err, decodeErr)
	}
}

func TestTheCookieHasItsFlags(t *testing.T) {
	for _, secure := range []bool{false, true} {
		store := session.NewMemory(idle, time.Now)
		b := newBrowser(t, guarded(session.Config{Name: "session-memory", Store: store, Secure: secure}))
		b.expect("/login/alice", 200)
		c := b.seen
		if c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure != secure {
			t.Errorf("secure=%v: cookie %+v", secure, c)
		}
	}
}

func TestRolesComeFromTheDirectoryOrFromTheRecord(t *testing.T) {
	directory := account.NewMemory()
	admin := account.User{Name: "alice", Roles: []string{account.RoleAdmin}}
	if err := directory.Create(t.Context(), admin, "hash"); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		directory account.Directory
		want      string
	}{
		"a reference looks them up":    {directory, account.RoleUser},
		"a value believes what it has": {nil, account.RoleAdmin},
	} {
		t.Run(name, func(t *testing.T) {
			manager := session.NewManager(session.Config{Name: "session-cookie", Store: signed(t), Directory: tt.directory})
			var role string
			r := gin.New()
			r.GET("/login", func(c *gin.Context) { _, _ = manager.Login(c, admin) })
			r.GET("/me", func(c *gin.Context) {
				caller, err := manager.Identify(c)
				if err != nil {
					t.Fatal(err)
				}
				role = caller.User.Roles[0]
			})
			b := newBrowser(t, r)
			b.expect("/login", 200)
			if err := directory.SetRoles(t.Context(), "alice", []string{account.RoleUser}); err != nil {
				t.Fatal(err)
			}
			b.expect("/me", 200)
			if role != tt.want {
				t.Errorf("after the demotion the caller is %s, want %s", role, tt.want)
			}
		})
	}
}

func TestOfSeveralCookiesThatOfALoggedInUserCounts(t *testing.T) {
	clock := storetest.NewClock()
	keys, err := session.NewCookieKeys(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	const name = "s"
	for storeName, store := range map[string]session.Store{
		"memory": session.NewMemory(2*session.DefaultAbsolute, clock.Now), "signed": session.NewSigned(name, keys),
	} {
		server := guarded(session.Config{Name: name, Store: store, Now: clock.Now})
		visit := func(path string) string {
			b := newBrowser(t, server)
			b.expect(path, http.StatusOK)
			return b.cookies[name]
		}
		expired := visit("/login/bob")
		clock.Advance(session.DefaultAbsolute)
		visitor, good := visit("/visit"), visit("/login/alice")
		for _, tt := range []struct {
			cookies []string
			want    int
		}{
			{[]string{good}, 200},
			{[]string{expired, good}, 200},
			{[]string{visitor, good}, 200},
			{[]string{"garbage", visitor, expired, good}, 200},
			{[]string{good, expired, visitor}, 200},
			{[]string{expired, visitor}, 401},
			{[]string{"garbage"}, 401},
		} {
			r := httptest.NewRequest(http.MethodGet, "/me", nil)
			for _, value := range tt.cookies {
				r.AddCookie(&http.Cookie{Name: name, Value: value})
			}
			w := httptest.NewRecorder()
			server.ServeHTTP(w, r)
			if w.Code != tt.want {
				t.Errorf("%s, %d cookies: %d, want %d", storeName, len(tt.cookies), w.Code, tt.want)
			}
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestASessionThatCannotBeReadKeepsNoUserFromLoggingInOrOut(t *testing.T) {
	server, client := embeddedRedis(t)
	store := session.NewRedis(client, "authlab:", idle, absolute)
	b := newBrowser(t, guarded(session.Config{Name: "session-redis", Store: store}))
	elsewhere := newBrowser(t, b.server)
	spoil := map[string]func(key string){
		"not JSON":               func(key string) { must(t, server.Set(key, "{")) },
		"a value of another one": func(key string) { must(t, server.Set(key, `{"user":"alice","values":{"a":{"chan":1}}}`)) },
		"not a string": func(key string) {
			server.Del(key)
			_, err := server.Lpush(key, "x")
			must(t, err)
		},
	}
	for name, spoil := range spoil {
		for _, way := range []string{"/login/alice", "/logout"} {
			server.FlushAll()
			b.expect("/login/alice", 200)
			key := server.Keys()[0]
			elsewhere.expect("/login/alice", 200)
			spoil(key)
			b.expect("/me", 503)
			if entries, err := store.List(t.Context(), "alice"); err != nil || len(entries) == 0 {
				t.Errorf("%s: %d sessions are listed, %v", name, len(entries), err)
			}
			b.expect(way, 200)
			if server.Exists(key) {
				t.Errorf("%s: the record is still there after %s", name, way)
			}
			b.expect("/me", map[string]int{"/login/alice": 200, "/logout": 401}[way])
			elsewhere.expect("/me", 200)
		}
	}

	b.expect("/login/alice", 200)
	server.Close() // that it cannot be read now is no reason to end it
	for _, path := range []string{"/login/alice", "/logout"} {
		b.expect(path, 503)
	}
	must(t, server.Restart())
	b.expect("/me", 200)
}
