package session_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	ginsessions "github.com/gin-contrib/sessions"
	"github.com/gin-contrib/sessions/tester"

	"github.com/alicebob/miniredis/v2"
	"github.com/gin-gonic/gin"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"authlab/lab/redisserver/redistest"
	"authlab/session"
	"authlab/session/storetest"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.TestMode)
	redis.SetLogger(&logging.VoidLogger{})
	shared.Run(m)
}

var shared redistest.Shared

// clusterRedis is a cluster, with a prefix of its own for each test.
func clusterRedis(t *testing.T) (*redis.ClusterClient, string) {
	t.Helper()
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{shared.Cluster(t).Nodes[0].Addr}, DisableRoutingPolicies: true})
	t.Cleanup(func() { client.Close() })
	return client, redistest.Prefix(t)
}

const idle, absolute = 30 * time.Minute, 8 * time.Hour

func embeddedRedis(t *testing.T) (*miniredis.Miniredis, *redis.Client) {
	t.Helper()
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), DisableIdentity: true, MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { client.Close() })
	return server, client
}

func signed(t *testing.T) *session.Signed {
	t.Helper()
	return session.NewSigned("session-cookie", cookieKeys(t, "k"))
}

// cookieKeys returns keys of 32 times the same letter, for each letter.
func cookieKeys(t testing.TB, letters ...string) *session.CookieKeys {
	t.Helper()
	var all [][]byte
	for _, letter := range letters {
		all = append(all, bytes.Repeat([]byte(letter), 32))
	}
	keys, err := session.NewCookieKeys(all...)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestEveryStoreConforms(t *testing.T) {
	t.Run("memory", func(t *testing.T) {
		storetest.Run(t, func(*testing.T) storetest.Fixture {
			clock := storetest.NewClock()
			return storetest.Fixture{Store: session.NewMemory(idle, clock.Now), Advance: clock.Advance, Idle: idle}
		})
	})
	t.Run("redis, embedded", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) storetest.Fixture {
			server, client := embeddedRedis(t)
			return storetest.Fixture{Store: session.NewRedis(client, "authlab:", idle, absolute), Advance: server.FastForward, Idle: idle}
		})
	})
	for name, lasting := range map[string]time.Duration{"stale, off": 0, "stale, for a second": time.Second} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(*testing.T) storetest.Fixture {
				clock := storetest.NewClock()
				store := session.NewStale(session.NewMemory(idle, clock.Now), clock.Now)
				store.For(lasting)
				return storetest.Fixture{Store: store, Advance: clock.Advance, Idle: idle}
			})
		})
	}
	t.Run("redis, real", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) storetest.Fixture {
			client, prefix := redistest.Real(t)
			return storetest.Fixture{Store: session.NewRedis(client, prefix, idle, absolute), Idle: idle}
		})
	})
	t.Run("redis, cluster", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) storetest.Fixture {
			client, prefix := clusterRedis(t)
			return storetest.Fixture{Store: session.NewRedis(client, prefix, idle, absolute), Idle: idle}
		})
	})
	t.Run("postgres", func(t *testing.T) {
		pool := realPostgres(t)
		storetest.Run(t, func(t *testing.T) storetest.Fixture {
			if _, err := pool.Exec(t.Context(), "DELETE FROM authlab_sessions"); err != nil {
				t.Fatal(err)
			}
			advance := func(d time.Duration) { // the clock of a database cannot be moved, but what it is compared with
				if _, err := pool.Exec(t.Context(), "UPDATE authlab_sessions SET idle_until = idle_until - $1::interval", d); err != nil {
					t.Fatal(err)
				}
			}
			return storetest.Fixture{Store: session.NewPostgres(pool, idle), Advance: advance, Idle: idle}
		})
	})
	t.Run("signed cookie", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) storetest.Fixture { return storetest.Fixture{Store: signed(t)} })
	})
}

func TestGinContribsOwnSuitePasses(t *testing.T) {
	for name, open := range map[string]func(*testing.T) session.Store{
		"memory": func(*testing.T) session.Store { return session.NewMemory(idle, time.Now) },
		"redis, embedded": func(t *testing.T) session.Store {
			_, client := embeddedRedis(t)
			return session.NewRedis(client, "authlab:", idle, absolute)
		},
		"redis, real": func(t *testing.T) session.Store {
			client, prefix := redistest.Real(t)
			return session.NewRedis(client, prefix, idle, absolute)
		},
		"postgres": func(t *testing.T) session.Store { return session.NewPostgres(realPostgres(t), idle) },
		"redis, cluster": func(t *testing.T) session.Store {
			client, prefix := clusterRedis(t)
			return session.NewRedis(client, prefix, idle, absolute)
		},
	} {
		t.Run(name, func(t *testing.T) {
			factory := func(t *testing.T) ginsessions.Store { return session.GinStore(open(t)) }
			t.Run("GetSet", func(t *testing.T) { tester.GetSet(t, factory) })
			t.Run("DeleteKey", func(t *testing.T) { tester.DeleteKey(t, factory) })
			t.Run("Flashes", func(t *testing.T) { tester.Flashes(t, factory) })
			t.Run("Clear", func(t *testing.T) { tester.Clear(t, factory) })
			t.Run("Options", func(t *testing.T) { tester.Options(t, factory) })
			t.Run("Many", func(t *testing.T) { tester.Many(t, factory) })
		})
	}
}

func TestRedisHoldsReadableJSONUnderAHashAndNeverTheID(t *testing.T) {
	server, client := embeddedRedis(t)
	store := session.NewRedis(client, "authlab:", idle, absolute)
	id, err := store.Create(t.Context(), session.Record{User: "alice", CreatedAt: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if dump := server.Dump(); strings.Contains(dump, id) {
		t.Fatalf("the ID stands in Redis:\n%s", dump)
	}
	var found bool
	for _, key := range server.Keys() {
		if !strings.HasPrefix(key, "authlab:session:") {
			continue
		}
		found = true
		text, err := server.Get(key)
		if err != nil {
			t.Fatal(err)
		}
		var record map[string]any
		if err := json.Unmarshal([]byte(text), &record); err != nil || record["user"] != "alice" {
			t.Errorf("record %q: %v", text, err)
		}
	}
	if !found {
		t.Fatalf("no record among %v", server.Keys())
	}
}

func TestOneRequestIsOneRedisCommand(t *testing.T) {
	server, client := embeddedRedis(t)
	store := session.NewRedis(client, "authlab:", idle, absolute)
	id, err := store.Create(t.Context(), session.Record{User: "alice"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Load(t.Context(), id); err != nil { // opens the connection, which greets with a HELLO
		t.Fatal(err)
	}
	before := server.CommandCount()
	for range 100 {
		if _, err := store.Load(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if got := server.CommandCount() - before; got != 100 {
		t.Errorf("100 loads cost %d commands", got)
	}
	before = server.CommandCount()
	if _, err := store.Load(t.Context(), "garbage"); !errors.Is(err, session.ErrNoSession) {
		t.Fatal(err)
	}
	if got := server.CommandCount() - before; got != 0 {
		t.Errorf("garbage was looked up with %d commands", got)
	}
}

func TestARecordThatAnotherVersionOfTheProgramWroteIsUpdated(t *testing.T) {
	server, client := embeddedRedis(t)
	store := session.NewRedis(client, "authlab:", idle, absolute)
	id, err := store.Create(t.Context(), session.Record{})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Set(server.Keys()[0], `{ "of_a_newer_program":1, "user":"alice" }`); err != nil {
		t.Fatal(err)
	}
	loaded, err := store.Load(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = store.Update(t.Context(), id, loaded, func(r *session.Record) error { r.UserAgent = "updated"; return nil })
	if got, loadErr := store.Load(t.Context(), id); err != nil || loadErr != nil || got.User != "alice" || got.UserAgent != "updated" {
		t.Errorf("%+v, %v, %v", got, err, loadErr)
	}
}

// storeErrors asks a store for everything that it can do.
func storeErrors(t *testing.T, store session.Lister, id string) map[string]error {
	t.Helper()
	_, loadErr := store.Load(t.Context(), id)
	_, createErr := store.Create(t.Context(), session.Record{User: "alice"})
	_, _, updateErr := store.Update(t.Context(), id, session.Record{User: "alice"}, func(*session.Record) error { return nil })
	_, listErr := store.List(t.Context(), "alice")
	return map[string]error{
		"Load": loadErr, "Create": createErr, "Update": updateErr, "List": listErr,
		"Delete": store.Delete(t.Context(), id, session.Record{User: "alice"}),
		"End":    store.End(t.Context(), "alice", "key"),
		"EndAll": store.EndAll(t.Context(), "alice"),
	}
}

func TestAStoppedRedisIsUnavailableAndNotAnEmptyOne(t *testing.T) {
	server, client := embeddedRedis(t)
	store := session.NewRedis(client, "authlab:", idle, absolute)
	id, err := store.Create(t.Context(), session.Record{User: "alice"})
	if err != nil {
		t.Fatal(err)
	}
	server.Close()
	for what, err := range storeErrors(t, store, id) {
		if !errors.Is(err, session.ErrUnavailable) || errors.Is(err, session.ErrNoSession) {
			t.Errorf("%s: %v, want ErrUnavailable", what, err)
		}
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Load(t.Context(), id); err != nil {
		t.Errorf("after Redis came back: %v", err)
	}
}

func TestASignedCookieBelongsToItsKeyAndItsName(t *testing.T) {
	credential, err := signed(t).Create(t.Context(), session.Record{User: "alice"})
	if err != nil {
		t.Fatal(err)
	}
	otherKey := session.NewSigned("session-cookie", cookieKeys(t, "x"))
	otherName := session.NewSigned("another-cookie", cookieKeys(t, "k"))
	for what, store := range map[string]*session.Signed{"another key": otherKey, "another name": otherName} {
		if _, err := store.Load(t.Context(), credential); !errors.Is(err, session.ErrTampered) {
			t.Errorf("%s: %v, want ErrTampered", what, err)
		}
	}
	for _, keys := range [][][]byte{nil, {[]byte("secret")}, {bytes.Repeat([]byte("k"), 32), []byte("secret")}} {
		if _, err := session.NewCookieKeys(keys...); !errors.Is(err, session.ErrWeakKey) {
			t.Errorf("keys %q: %v, want ErrWeakKey", keys, err)
		}
	}
	// Name and value count, because that is what browsers count.
	for length := 0; ; length += 10 {
		credential, err := signed(t).Create(t.Context(), session.Record{UserAgent: strings.Repeat("x", length)})
		if cookie := len("session-cookie") + len(credential); err == nil && cookie > session.MaxCookie {
			t.Fatalf("a cookie of %d bytes", cookie)
		}
		if err != nil {
			if !errors.Is(err, session.ErrTooLarge) || length < 2000 {
				t.Errorf("with %d bytes in it: %v, want ErrTooLarge above 2000", length, err)
			}
			break
		}
	}
}

func TestCookieKeysRotateWithOverlap(t *testing.T) {
	keys := cookieKeys(t, "a")
	store := session.NewSigned("session-cookie", keys)
	load := func(credential string) error {
		_, err := store.Load(t.Context(), credential)
		return err
	}
	old, err := store.Create(t.Context(), session.Record{User: "alice"})
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.Rotate(bytes.Repeat([]byte("b"), 32)); err != nil {
		t.Fatal(err)
	}
	young, err := store.Create(t.Context(), session.Record{User: "alice"})
	if err != nil {
		t.Fatal(err)
	}
	if errOld, errYoung := load(old), load(young); errOld != nil || errYoung != nil {
		t.Errorf("during the overlap: %v and %v", errOld, errYoung)
	}
	if _, err := session.NewSigned("session-cookie", cookieKeys(t, "a")).Load(t.Context(), young); err == nil {
		t.Error("the new cookie was signed with the old key")
	}
	keys.Forget()
	if err := load(old); !errors.Is(err, session.ErrTampered) {
		t.Errorf("the old cookie after the overlap: %v, want ErrTampered", err)
	}
	if err := load(young); err != nil {
		t.Error(err)
	}
}

func FuzzNoCredentialBreaksAStore(f *testing.F) {
	signed := session.NewSigned("session-cookie", cookieKeys(f, "k"))
	memory := session.NewMemory(idle, time.Now)
	valid, err := signed.Create(f.Context(), session.Record{User: "alice"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("")
	f.Add(valid[:len(valid)-1])
	f.Add("MTczMDAwMDAwMHxlMzB8")
	f.Fuzz(func(t *testing.T, credential string) {
		if credential == valid {
			return
		}
		for _, store := range []session.Store{signed, memory} {
			if _, err := store.Load(t.Context(), credential); !errors.Is(err, session.ErrNoSession) {
				t.Errorf("%T: Load(%q) = %v", store, credential, err)
			}
		}
	})
}

func TestAValueThatWouldNotComeBackTheSameIsNotSaved(t *testing.T) {
	for name, value := range map[string]any{
		"a struct": struct{ A int }{1}, "a type of its own": time.March, "a pointer": new(int), "a channel": make(chan int),
		"a map of any": map[string]any{"a": 1}, "text that is not UTF-8": "\xff", "a list of such text": []string{"\xff"},
		"a list of such a list": []any{[]any{"\xff"}}, "a map of such text": map[string]string{"a": "\xff"}, "not a number": math.NaN(),
	} {
		if values, err := session.EncodeValues(map[any]any{"x": value}); err == nil {
			t.Errorf("%s became %s", name, values)
		}
	}
	if values, err := session.EncodeValues(map[any]any{1: "x"}); !errors.Is(err, session.ErrValueType) {
		t.Errorf("a name that is no string: %s, %v", values, err)
	}
	store := session.NewMemory(idle, time.Now)
	r := gin.New()
	r.Use(ginsessions.Sessions("login", session.GinStore(store)))
	r.GET("/", func(c *gin.Context) {
		s := ginsessions.Default(c)
		s.Set("x", struct{ A int }{1})
		if err := s.Save(); !errors.Is(err, session.ErrValueType) {
			t.Errorf("Save: %v, want ErrValueType", err)
		}
	})
	newBrowser(t, r).expect("/", http.StatusOK)
	if kept := store.All(); len(kept) > 0 {
		t.Errorf("%+v was kept", kept)
	}
}

func FuzzNoJSONBreaksValues(f *testing.F) {
	f.Add([]byte(`{"a":{"int":5},"b":[null,{"[]string":["x"]}],"c":1.5}`))
	f.Add([]byte(`{"a":{"int":5,"int8":5}}`))
	f.Add([]byte(`{"a":{}}`))
	f.Add([]byte(`{"a": {"func()":1}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var kept session.Values
		if json.Unmarshal(text, &kept) != nil {
			return
		}
		first, err := kept.Decode()
		if err != nil {
			return
		}
		again, err := session.EncodeValues(first)
		if err != nil {
			t.Fatalf("%s was read and cannot be written: %v", text, err)
		}
		if second, err := again.Decode(); err != nil || !reflect.DeepEqual(first, second) {
			t.Errorf("%s became %#v and then %#v, %v", text, first, second, err)
		}
	})
}

// A list that is longer than it may be now, because a program before the bound made it, is neither read nor ended at once.
func TestAListThatIsTooLongGetsShort(t *testing.T) {
	server, client := embeddedRedis(t)
	store := session.NewRedis(client, "authlab:", idle, absolute)
	const long, slot = 3*session.MaxSessions + 7, "{2b}:" // SHA-256 of "alice" begins with 2b
	for i := range long {
		key := fmt.Sprintf("%064x", i)
		if _, err := server.ZAdd("authlab:sessions:"+slot+"alice", float64(time.Now().Add(absolute).Unix())+float64(i)/long, key); err != nil {
			t.Fatal(err)
		}
		if err := server.Set("authlab:session:"+slot+key, `{"user":"alice"}`); err != nil {
			t.Fatal(err)
		}
	}
	if entries, err := store.List(t.Context(), "alice"); err != nil || len(entries) != session.MaxSessions || !slices.ContainsFunc(entries, func(e session.Entry) bool { return e.Key == fmt.Sprintf("%064x", long-1) }) {
		t.Errorf("%d sessions are listed, %v; want the newest %d", len(entries), err, session.MaxSessions)
	}
	for _, want := range []int{2*session.MaxSessions + 8, session.MaxSessions + 9, session.MaxSessions, session.MaxSessions} {
		if _, err := store.Create(t.Context(), session.Record{User: "alice"}); err != nil {
			t.Fatal(err)
		}
		keys, err := server.ZMembers("authlab:sessions:" + slot + "alice")
		if err != nil || len(keys) != want {
			t.Errorf("after a login: %d sessions, %v; want %d", len(keys), err, want)
		}
	}
	if err := store.EndAll(t.Context(), "alice"); err != nil || len(server.Keys()) != 0 {
		t.Errorf("after all were ended: %d keys, %v", len(server.Keys()), err)
	}
}

// createsFirst is a hook that lets no session be ended before so many were created.
type createsFirst struct{ *sync.WaitGroup }

func (createsFirst) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h createsFirst) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		switch cmd.Name() {
		case "eval":
			defer h.Done()
		case "zrange":
			h.Wait()
		}
		return next(ctx, cmd)
	}
}

func (h createsFirst) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if cmds[0].Name() == "multi" {
			h.Wait()
		}
		return next(ctx, cmds)
	}
}

func TestLoginsAtOnceLeaveAsManySessionsAsAreKept(t *testing.T) {
	const logins, most = 12, 3
	_, client := embeddedRedis(t)
	created := &sync.WaitGroup{}
	created.Add(logins)
	client.AddHook(createsFirst{created})
	type limited interface {
		session.Lister
		Limit(int)
	}
	for name, open := range map[string]func(*testing.T) limited{
		"memory":   func(*testing.T) limited { return session.NewMemory(idle, time.Now) },
		"redis":    func(*testing.T) limited { return session.NewRedis(client, "authlab:", idle, absolute) },
		"postgres": func(t *testing.T) limited { return session.NewPostgres(realPostgres(t), idle) },
	} {
		t.Run(name, func(t *testing.T) {
			store := open(t)
			store.Limit(most)
			var group sync.WaitGroup
			for range logins {
				group.Go(func() {
					if _, err := store.Create(t.Context(), session.Record{User: "alice"}); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			if entries, err := store.List(t.Context(), "alice"); err != nil || len(entries) != most {
				t.Errorf("%d sessions are left, %v; want %d", len(entries), err, most)
			}
		})
	}
}

func TestTheNewestLoginIsNewestByTheClockOfRedis(t *testing.T) {
	server, client := embeddedRedis(t)
	store := session.NewRedis(client, "authlab:", idle, absolute)
	store.Limit(1)
	now := time.Now()
	for i := range 3 { // each in the same microsecond or later
		server.SetTime(now.Add(time.Duration(i) * time.Microsecond))
		id, err := store.Create(t.Context(), session.Record{User: "alice", CreatedAt: now.Add(-time.Duration(i) * time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.Load(t.Context(), id); err != nil {
			t.Errorf("login %d is over at once: %v", i, err)
		}
	}
}

func TestASessionIDIs256RandomBits(t *testing.T) {
	_, client := embeddedRedis(t)
	inRedis := session.NewRedis(client, "authlab:", idle, absolute)
	for name, tt := range map[string]struct {
		store session.Store
		user  string
		fixed int // how many bits are the same in all IDs of the user
	}{
		"memory":            {session.NewMemory(idle, time.Now), "alice", 0},
		"redis, no user":    {inRedis, "", 0},
		"redis, and a user": {inRedis, "alice", 8},
	} {
		// Of 256 bits that are each 1 in half of 400 IDs, none is so in fewer than 100 or more than 300: that is ten standard
		// deviations away.
		const ids = 400
		var ones [256]int
		for range ids {
			id, err := tt.store.Create(t.Context(), session.Record{User: tt.user})
			if err != nil {
				t.Fatal(err)
			}
			random, err := base64.RawURLEncoding.Strict().DecodeString(id)
			if err != nil || len(random) != 32 {
				t.Fatalf("%s: %q stands for %d bytes, %v; want 32", name, id, len(random), err)
			}
			for bit := range ones {
				ones[bit] += int(random[bit/8] >> (bit % 8) & 1)
			}
		}
		for bit, n := range ones {
			if isFixed := bit < tt.fixed; isFixed != (n == 0 || n == ids) || !isFixed && (n < 100 || n > 300) {
				t.Errorf("%s: bit %d is 1 in %d of %d IDs", name, bit, n, ids)
			}
		}
	}
}
