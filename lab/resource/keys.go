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
	// keysEvery is how often home's keys are fetched again, so that one that was withdrawn does not stay good here. It
	// is as long as home lets its keys be kept (Cache-Control: max-age=60).
	keysEvery = time.Minute
	// A token can name any key, so whoever sends one can make this service call home: this often, and so many at once.
	unknownEvery = time.Second
	unknownBurst = 5
)

// keys is this service's copy of home's public keys.
type keys struct {
	url     string
	home    *home
	logger  *slog.Logger
	running context.Context // ends with the service
	asking  chan struct{}   // holds one: the request that asks home for keys
	copied  atomic.Pointer[keyfunc.Keyfunc]
}

func newKeys(running context.Context, h *home, logger *slog.Logger) *keys {
	return &keys{url: h.url + jwksPath, home: h, logger: logger, running: running, asking: make(chan struct{}, 1)}
}

// find returns the key with which a token has to be checked. It needs home only for a key that it does not have: one
// request asks then, and the others wait for it, because when home changes its key, everybody comes with the new one
// at the same moment. An objection: there is no such key. errHome: nobody can tell.
func (k *keys) find(ctx context.Context, t *jwt.Token) (any, error) {
	kid, _ := t.Header["kid"].(string)
	if kid == "" {
		return nil, objection("it names no key") // the library would try them all
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
	case failure != nil: // the library says the same of a home that is down as of a key that home does not have
		return nil, fmt.Errorf("%w: %w", errHome, failure)
	case errors.Is(err, jwkset.ErrKeyNotFound):
		return nil, objection("home has no key of the name that it gives")
	case k.have(ctx, kid):
		return nil, objection("its alg is not the one that its key is for")
	}
	return nil, fmt.Errorf("%w: it was asked for unknown keys too often", errHome)
}

// have tells whether a key is here already. (The library's own way to look asks home if it is not.)
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

// fetch gets home's keys for the first time. From then on the library gets them again every keysEvery, and when it is
// asked for one that it does not have.
func (k *keys) fetch(ctx context.Context) error {
	// The library's first call lives in the context of all its later ones. So it is bounded, and billed, by hand.
	running, cancel := context.WithCancel(k.running)
	inTime := context.AfterFunc(ctx, cancel)
	done := billOf(ctx).call(jwksPath)
	failIfHomeIsDown := false
	copied, err := keyfunc.NewDefaultOverrideCtx(running, []string{k.url}, keyfunc.Override{
		Client:                    k.home.client,
		HTTPTimeout:               patience,
		NoErrorReturnFirstHTTPReq: &failIfHomeIsDown,
		RefreshInterval:           keysEvery,
		RefreshUnknownKID:         rate.NewLimiter(rate.Every(unknownEvery), unknownBurst),
		RateLimitWaitMax:          patience, // to wait for its turn and to ask, together
		RefreshErrorHandlerFunc:   func(string) func(context.Context, error) { return k.failed },
	})
	done()
	if err == nil && !inTime() {
		err = ctx.Err()
	}
	if err != nil {
		cancel() // the library has already begun to fetch again and again
		return fmt.Errorf("%w: %w", errHome, err)
	}
	k.copied.Store(&copied)
	return nil
}

type failureKey struct{}

// failed hears from the library that home's keys could not be fetched again. Those from before are kept.
func (k *keys) failed(ctx context.Context, err error) {
	if failure, ok := ctx.Value(failureKey{}).(*error); ok {
		*failure = err
		return
	}
	k.logger.Warn("home's keys were not fetched again; those from before are kept", "error", err)
}

// An objection is what is wrong with a token, in words for whoever sent it.
type objection string

func (o objection) Error() string { return string(o) }
