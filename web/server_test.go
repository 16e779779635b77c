package web_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"golang.org/x/crypto/argon2"

	"authlab/account"
	"authlab/session"
	"authlab/session/storetest"
	"authlab/token"
	"authlab/web"
)

// A world is what the replicas of one service share.
type world struct {
	redis      *miniredis.Miniredis
	directory  *account.Memory
	keys       *token.Keyring
	cookieKeys *session.CookieKeys
	clock      *storetest.Clock
	log        *logBuffer // nil: silence, for what is measured

	mu       sync.Mutex
	secrets  map[string]bool // what no log may say
	requests int
	mistakes bool // a 500 is expected
}

func newWorld(t testing.TB) *world {
	t.Helper()
	key, err := token.GenerateKey(token.DefaultAlgorithm)
	must(t, err)
	keys, err := token.NewKeyring(key)
	must(t, err)
	w := &world{
		redis: miniredis.RunT(t), directory: account.NewMemory(), keys: keys,
		clock: storetest.NewClock(), log: &logBuffer{}, secrets: map[string]bool{},
	}
	cookieKey := make([]byte, 32)
	rand.Read(cookieKey)
	w.cookieKeys, err = session.NewCookieKeys(cookieKey)
	must(t, err)
	for _, demo := range account.Demos() {
		must(t, w.directory.Create(t.Context(), demo.User, quickHash(demo.Password)))
		w.secrets[demo.Password] = true
	}
	t.Cleanup(func() { w.audit(t) })
	return w
}

// quickHash is a hash of the same form as account.Hasher makes, at a cost of 8 KiB where that takes 19 MiB: what a
// login does is the same, and a test can afford a hundred. TestTheDemoAccountsLogIn uses the real cost.
func quickHash(password string) string {
	salt := []byte("salt of the test")
	key := argon2.IDKey([]byte(password), salt, 1, 8, 1, 32)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=8,t=1,p=1$%s$%s", argon2.Version, b64(salt), b64(key))
}

// config is a replica's, on what this world shares.
func (w *world) config(t testing.TB, name string) web.Config {
	t.Helper()
	client, err := web.OpenRedis("redis://" + w.redis.Addr())
	must(t, err)
	t.Cleanup(func() { client.Close() })
	config := web.Config{
		Name: name, Directory: w.directory, Hasher: account.NewHasher(2), Redis: client, Keys: w.keys,
		CookieKeys: w.cookieKeys, Now: w.clock.Now,
	}
	if w.log != nil {
		config.Logger = slog.New(slog.NewJSONHandler(w.log, nil))
	}
	return config
}

// audit is what every test asserts of its whole log: one line for each request, no mistake of ours, no credential.
func (w *world) audit(t testing.TB) {
	t.Helper()
	if w.log == nil {
		return
	}
	text := w.log.String()
	if lines := strings.Count(text, `"msg":"request"`); lines != w.requests {
		t.Errorf("%d lines in the log for %d requests", lines, w.requests)
	}
	if total := strings.Count(text, "\n") - strings.Count(text, `"msg":"audit"`); !w.mistakes && (total != w.requests || strings.Contains(text, `"status":500`)) {
		t.Errorf("the log tells of more than %d requests:\n%.2000s", w.requests, text)
	}
	for secret := range w.secrets {
		if strings.Contains(text, secret) {
			t.Errorf("the log tells the credential %.60q", secret)
		}
	}
}

// sent notes a request and the credentials in it.
func (w *world) sent(secrets ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests++
	for _, secret := range secrets {
		if len(secret) >= len("builder") {
			w.secrets[secret] = true
		}
	}
}

// A replica listens on a port of its own until the test ends.
type replica struct {
	*web.Server
	world         *world
	name, address string
}

func (w *world) startWith(t testing.TB, config web.Config) *replica {
	t.Helper()
	server := web.New(config)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	httpServer := web.NewHTTPServer(server.Handler(), config.Logger)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = httpServer.Serve(web.ProblemListener(listener, config.Name, config.Logger))
	}()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 5*time.Second)
		defer cancel()
		if err := httpServer.Shutdown(ctx); err != nil {
			t.Errorf("%s does not end: %v", config.Name, err)
		}
		<-ended
	})
	return &replica{server, w, config.Name, listener.Addr().String()}
}

func (w *world) start(t testing.TB, name string) *replica {
	t.Helper()
	return w.startWith(t, w.config(t, name))
}

// alone is a world with one replica, app-1, and a client of it.
func alone(t testing.TB) (*world, *client) {
	t.Helper()
	w := newWorld(t)
	return w, newClient(t, w.start(t, "app-1"))
}

// email is what the users database has.
func (w *world) email(t testing.TB, name string) string {
	t.Helper()
	user, err := w.directory.User(t.Context(), name)
	must(t, err)
	return user.Email
}

// roundTrip sends bytes as they are and reads the answer to its end.
func (r *replica) roundTrip(t testing.TB, raw string) answer {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", r.address)
	must(t, err)
	defer conn.Close()
	r.world.sent()
	_, err = io.WriteString(conn, raw)
	must(t, err)
	return readAnswer(t, conn)
}

// A logBuffer is written by replicas and read by a test.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
