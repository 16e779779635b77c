package resource

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/time/rate"
)

const (
	jwksPath = "/.well-known/jwks.json"
	// refreshInterval is how often home's keys are fetched again, so that a key that home has withdrawn does not stay
	// valid here. It is as long as home lets its keys be cached (Cache-Control: max-age=60).
	refreshInterval = time.Minute
	// A token can name any key, so an attacker with made-up names could flood home with requests for keys. One request a
	// second is let through, and a burst of five.
	unknownInterval = time.Second
	unknownBurst    = 5
)

// keys is this service's copy of home's public keys.
type keys struct {
	url     string
	home    *home
	logger  *slog.Logger
	running context.Context // ends with the service
	asking  chan struct{}   // a semaphore of one: the request that asks home for keys
	copied  atomic.Pointer[keyfunc.Keyfunc]
}

func newKeys(running context.Context, h *home, logger *slog.Logger) *keys {
	return &keys{url: h.url + jwksPath, home: h, logger: logger, running: running, asking: make(chan struct{}, 1)}
}

// find returns the key that verifies a token. It asks home only for a key that it does not have. One request asks then
// and the others wait for it: when home changes its key, all callers come with the new one at the same moment.
// Errors: an objection when there is no such key, errHome when home cannot be asked.
func (k *keys) find(ctx context.Context, t *jwt.Token) (any, error) {
	kid, _ := t.Header["kid"].(string)
	if kid == "" {
		return nil, objection("it names no key") // the library would try every key
	}
	if !k.have(ctx, kid) {
		select {
		case k.asking <- struct{}{}:
			defer func() { <-k.asking }()
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", errHome, ctx.Err())
		}
		if k.copied.Load() == nil {
			if err := k.fetch(ctx); err != nil {
				return nil, err
			}
		}
	}
	var failure error
	key, err := (*k.copied.Load()).KeyfuncCtx(context.WithValue(ctx, failureKey{}, &failure))(t)
	switch {
	case err == nil:
		return key, nil
	case failure != nil: // the library's own error does not tell an unreachable home from an unknown key
		return nil, fmt.Errorf("%w: %w", errHome, failure)
	case errors.Is(err, jwkset.ErrKeyNotFound):
		return nil, objection("home has no key of the name that it gives")
	case k.have(ctx, kid):
		return nil, objection("its alg is not the one that its key is for")
	}
	return nil, fmt.Errorf("%w: it was asked for unknown keys too often", errHome)
}

// have tells whether a key was fetched already. (The library's own lookup would ask home for one that was not.)
func (k *keys) have(ctx context.Context, kid string) bool {
	copied := k.copied.Load()
	if copied == nil {
		return false
	}
	all, err := (*copied).Storage().KeyReadAll(ctx)
	if err != nil {
		return false
	}
	for _, key := range all {
		if key.Marshal().KID == kid {
			return true
		}
	}
	return false
}

// fetch gets home's keys for the first time. From then on the library fetches them every refreshInterval, and when it
// is asked for a key that it does not have.
func (k *keys) fetch(ctx context.Context) error {
	// The library makes its first call in the context of all later ones, so ctx's deadline and timing do not reach it.
	// Here both are applied by hand.
	running, cancel := context.WithCancel(k.running)
	inTime := context.AfterFunc(ctx, cancel)
	done := timingOf(ctx).startCall(jwksPath)
	failIfHomeIsDown := false
	copied, err := keyfunc.NewDefaultOverrideCtx(running, []string{k.url}, keyfunc.Override{
		Client:                    k.home.client,
		HTTPTimeout:               homeTimeout,
		NoErrorReturnFirstHTTPReq: &failIfHomeIsDown,
		RefreshInterval:           refreshInterval,
		RefreshUnknownKID:         rate.NewLimiter(rate.Every(unknownInterval), unknownBurst),
		RateLimitWaitMax:          homeTimeout, // for the wait and the call together
		RefreshErrorHandlerFunc:   func(string) func(context.Context, error) { return k.failed },
	})
	done()
	if err == nil && !inTime() {
		err = ctx.Err()
	}
	if err != nil {
		cancel() // ends the library's background refresh, which has already started
		return fmt.Errorf("%w: %w", errHome, err)
	}
	k.copied.Store(&copied)
	return nil
}

type failureKey struct{}

// failed is called by the library when home's keys could not be fetched again. The keys from before stay in use.
func (k *keys) failed(ctx context.Context, err error) {
	if failure, ok := ctx.Value(failureKey{}).(*error); ok {
		*failure = err
		return
	}
	k.logger.Warn("home's keys were not fetched again; those from before are kept", "error", err)
}

// An objection is what is wrong with a token, in words for the client that sent it.
type objection string

func (o objection) Error() string { return string(o) }
