package resource

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/time/rate"
)

const (
	jwksPath = "/.well-known/jwks.json"
	// refreshInterval is how often home's keys are fetched again, so that a key that home has withdrawn does not stay
	// valid here. It is as long as home lets its keys be cached (Cache-Control: max-age=60).
	refreshInterval = time.Minute
	// A token can name any key, so an attacker with made-up names could flood home with requests for keys. One request a
	// second is let through, and a burst of five. A caller whose key is really new is told to try again meanwhile.
	unknownInterval = time.Second
	unknownBurst    = 5
)

// errTooOften is an errHome: the key may be new, and home is not asked for it yet. It is no fault, so it is not logged: a
// client could fill the log with it.
var errTooOften = fmt.Errorf("%w: it was asked for unknown keys too often", errHome)

// keys is this service's copy of home's public keys.
type keys struct {
	home    *home
	logger  *slog.Logger
	running context.Context // ends with the service
	asking  chan struct{}   // a semaphore of one: the request that asks home for keys
	unknown *rate.Limiter
	now     func() time.Time
	copied  atomic.Pointer[jose.JSONWebKeySet] // nil until the first token comes
}

func newKeys(running context.Context, h *home, logger *slog.Logger, now func() time.Time) *keys {
	limiter := rate.NewLimiter(rate.Every(unknownInterval), unknownBurst)
	return &keys{home: h, logger: logger, running: running, asking: make(chan struct{}, 1), unknown: limiter, now: now}
}

// find returns the key that verifies a token. It asks home only for a key that it does not have. One request asks then
// and the others wait for it: when home changes its key, all callers come with the new one at the same moment.
// Errors: an objection when there is no such key, errHome when home cannot be asked.
func (k *keys) find(ctx context.Context, t *jwt.Token) (any, error) {
	kid, _ := t.Header["kid"].(string)
	if kid == "" {
		return nil, objection("it names no key")
	}
	key, ok := k.copy(kid)
	if !ok {
		select {
		case k.asking <- struct{}{}:
			defer func() { <-k.asking }()
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", errHome, ctx.Err())
		}
		if key, ok = k.copy(kid); !ok { // the request before has not fetched it either
			if err := k.fetchUnknown(ctx); err != nil {
				return nil, err
			}
			key, ok = k.copy(kid)
		}
	}
	switch {
	case !ok:
		return nil, objection("home has no key of the name that it gives")
	case key.Algorithm != "" && key.Algorithm != t.Method.Alg():
		return nil, objection("its alg is not the one that its key is for")
	case key.Use != "" && key.Use != "sig": // RFC 7517, section 4.2
		return nil, objection("its key is not for signatures")
	}
	return key.Key, nil
}

func (k *keys) copy(kid string) (key jose.JSONWebKey, ok bool) {
	if copied := k.copied.Load(); copied != nil {
		for _, key := range copied.Key(kid) {
			return key, true
		}
	}
	return key, false
}

// fetchUnknown fetches home's keys because a token names one that is not among them, or because there are none yet. From
// the first time on they are also fetched every refreshInterval.
func (k *keys) fetchUnknown(ctx context.Context) error {
	first := k.copied.Load() == nil
	if !first && !k.unknown.AllowN(k.now(), 1) {
		return errTooOften
	}
	if err := k.fetch(ctx); err != nil {
		return err
	}
	if first {
		go k.refresh()
	}
	return nil
}

func (k *keys) fetch(ctx context.Context) error {
	var fetched jose.JSONWebKeySet
	if _, err := k.home.get(ctx, jwksPath, nil, &fetched); err != nil {
		return err
	}
	k.copied.Store(&fetched)
	return nil
}

// refresh fetches home's keys every refreshInterval. Those from before stay in use if that fails.
func (k *keys) refresh() {
	for {
		select {
		case <-k.running.Done():
			return
		case <-time.After(refreshInterval):
		}
		ctx, cancel := context.WithTimeout(k.running, homeTimeout)
		if err := k.fetch(ctx); err != nil && k.running.Err() == nil {
			k.logger.Warn("home's keys were not fetched again; those from before are kept", "error", err)
		}
		cancel()
	}
}

// An objection is what is wrong with a token, in words for the client that sent it.
type objection string

func (o objection) Error() string { return string(o) }
