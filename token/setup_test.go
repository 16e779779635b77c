package token_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/gin-gonic/gin"
	"github.com/golang-jwt/jwt/v5"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"authlab/account"
	"authlab/lab/redisserver/redistest"
	"authlab/token"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.TestMode)
	redis.SetLogger(&logging.VoidLogger{})
	shared.Run(m)
}

var shared redistest.Shared

// A setup is a service with everything that it needs, and a clock that a test moves.
type setup struct {
	*token.Service
	key       *token.Key
	private   crypto.PrivateKey // what a test signs with, as if it were us
	keys      *token.Keyring
	directory *account.Memory
	redis     *miniredis.Miniredis // nil: a real one
	client    redis.UniversalClient
	prefix    string

	mu  sync.Mutex
	now time.Time
}

func (b *setup) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *setup) advance(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func newSetup(t testing.TB, algorithm string) *setup {
	t.Helper()
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1, DialerRetries: 1, DisableIdentity: true})
	t.Cleanup(func() { client.Close() })
	b := setupOn(t, algorithm, client, "authlab:")
	b.redis = server
	return b
}

// setupOnRealRedis uses the Redis that AUTHLAB_TEST_REDIS names.
func setupOnRealRedis(t *testing.T) *setup {
	t.Helper()
	client, prefix := redistest.Real(t)
	return setupOn(t, token.DefaultAlgorithm, client, prefix)
}

func setupOnCluster(t *testing.T) *setup {
	t.Helper()
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{shared.Cluster(t).Nodes[0].Addr}, DisableRoutingPolicies: true})
	t.Cleanup(func() { client.Close() })
	return setupOn(t, token.DefaultAlgorithm, client, redistest.Prefix(t))
}

func setupOn(t testing.TB, algorithm string, client redis.UniversalClient, prefix string) *setup {
	t.Helper()
	b := &setup{client: client, prefix: prefix, directory: account.NewMemory(), now: time.Now().Truncate(time.Second)}
	must(t, b.directory.Create(t.Context(), alice, "hash"))
	key, err := token.GenerateKey(algorithm)
	must(t, err)
	b.key = key
	b.keys, err = token.NewKeyring(key)
	must(t, err)
	b.private = token.PrivateOf(key)
	b.Service = token.NewService(token.Config{Keys: b.keys, Directory: b.directory, Redis: client, Prefix: prefix, Now: b.clock})
	return b
}

// verifyRevocable checks a token as a server does that can take tokens back.
func (b *setup) verifyRevocable(ctx context.Context, text string) (token.Verified, error) {
	verified, err := b.Verify(text)
	if err != nil {
		return token.Verified{}, err
	}
	return verified, b.CheckRevoked(ctx, verified.Claims)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func b64(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func encode(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	must(t, err)
	return base64.RawURLEncoding.EncodeToString(text)
}

func segment(t testing.TB, text string, i int) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(strings.Split(text, ".")[i])
	must(t, err)
	return b
}

func payload(t *testing.T, text string) map[string]any {
	t.Helper()
	var p map[string]any
	must(t, json.Unmarshal(segment(t, text, 1), &p))
	return p
}

func publicKey(t *testing.T, b *setup) crypto.PublicKey {
	t.Helper()
	return b.private.(*ecdsa.PrivateKey).Public()
}

// sign writes a token by hand, with any header and any key.
func sign(t *testing.T, method jwt.SigningMethod, key any, header, body map[string]any) string {
	t.Helper()
	text := encode(t, header) + "." + encode(t, body)
	signature, err := method.Sign(text, key)
	must(t, err)
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}
