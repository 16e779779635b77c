package measure

import (
	"context"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"

	"authlab/account"
	"authlab/lab/fault"
	"authlab/session"
	"authlab/token"
	"authlab/web"
)

// A bench is what is measured, and what was found out.
type bench struct {
	config  Config
	report  Report
	redis   *miniredis.Miniredis
	hasher  *account.Hasher
	cheap   account.Directory
	real    account.Directory
	keys    *token.Keyring
	cookies *session.CookieKeys
	near    *stand // on the cheap directory
	priced  *stand // on the real one, where a password hash costs what it costs
	closers []func()
}

// keepers are users who log in so that what the server keeps of them can be weighed.
func keepers() []person {
	all := make([]person, 10)
	for i := range all {
		all[i] = person{fmt.Sprintf("user%d", i), "password"}
	}
	return all
}

func (b *bench) open(ctx context.Context) error {
	b.redis = miniredis.NewMiniRedis()
	if err := b.redis.Start(); err != nil {
		return fmt.Errorf("embedded Redis: %w", err)
	}
	b.closers = append(b.closers, b.redis.Close)
	b.hasher = account.NewHasher(1)
	var err error
	if b.cheap, err = cheapDirectory(ctx, b.hasher, keepers()...); err != nil {
		return err
	}
	if b.real, err = realDirectory(ctx, b.hasher); err != nil {
		return err
	}
	if b.keys, err = newKeys(token.DefaultAlgorithm); err != nil {
		return err
	}
	if b.cookies, err = newCookieKeys(); err != nil {
		return err
	}
	if b.near, err = b.stand(ctx, b.redis.Addr(), b.cheap, b.keys); err != nil {
		return err
	}
	b.priced, err = b.stand(ctx, b.redis.Addr(), b.real, b.keys)
	return err
}

func (b *bench) close() {
	for i := range b.closers {
		b.closers[len(b.closers)-1-i]()
	}
}

// stand starts a replica, which ends with the bench.
func (b *bench) stand(ctx context.Context, redisAddress string, directory account.Directory, keys *token.Keyring) (*stand, error) {
	s, err := openStand(ctx, redisAddress, web.Config{
		Name: "app-1", Directory: directory, Hasher: b.hasher, Keys: keys, CookieKeys: b.cookies,
	})
	if err == nil {
		b.closers = append(b.closers, s.close)
	}
	return s, err
}

// standAt starts a replica whose Redis is that far away, in milliseconds. At 0 there is no wire.
func (b *bench) standAt(ctx context.Context, distance time.Duration) (*stand, error) {
	if distance == 0 {
		return b.near, nil
	}
	wire, err := fault.NewWire(b.redis.Addr())
	if err != nil {
		return nil, err
	}
	b.closers = append(b.closers, func() { _ = wire.Cut() }) // it never fails
	if err := (fault.RedisSlow{Wire: wire, By: distance}).Break(ctx); err != nil {
		return nil, err
	}
	return b.stand(ctx, wire.Addr(), b.cheap, b.keys)
}
