package token

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// A Denylist remembers, in Redis, the tokens that were taken back before they expired.
//
//	authlab:denied:<jti>        one token, until it would have expired anyway
//	authlab:not-before:<user>   every token of a user that was issued up to this millisecond
//
// It is the state that a stateless token was meant to do without: as long as it is asked, the login is only as
// available as Redis is; and what it forgets, lives again.
type Denylist struct {
	client redis.UniversalClient
	prefix string
	keep   time.Duration
	now    func() time.Time
}

// NewDenylist returns a denylist whose keys begin with prefix. keep is how long a user's not-before is kept: the
// longest life that a token or a family can have.
func NewDenylist(client redis.UniversalClient, prefix string, keep time.Duration, now func() time.Time) *Denylist {
	return &Denylist{client: client, prefix: prefix, keep: keep, now: now}
}

// Tokens are denied by jti and never by their text, which can be spelled in more than one way.
func (d *Denylist) tokenKey(jti string) string { return d.prefix + "denied:" + jti }
func (d *Denylist) userKey(user string) string { return d.prefix + "not-before:" + user }

// Check asks whether a verified token has been taken back: ErrDenied. One command.
func (d *Denylist) Check(ctx context.Context, claims Claims) error {
	found, err := d.client.MGet(ctx, d.tokenKey(claims.ID), d.userKey(claims.Subject)).Result()
	if err != nil {
		return unavailable("check denylist", "MGET", err)
	}
	if found[0] != nil {
		return fmt.Errorf("%w: logged out", ErrDenied)
	}
	return d.before(found[1], time.Time(claims.IssuedAt))
}

// checkFamily asks whether "log out everywhere" ended a family: ErrFamilyEnded.
func (d *Denylist) checkFamily(ctx context.Context, f Family) error {
	found, err := d.client.MGet(ctx, d.userKey(f.User)).Result()
	if err != nil {
		return unavailable("check denylist", "MGET", err)
	}
	if err := d.before(found[0], f.CreatedAt); err != nil {
		return fmt.Errorf("%w: %w", ErrFamilyEnded, err)
	}
	return nil
}

func (d *Denylist) before(found any, at time.Time) error {
	text, ok := found.(string)
	if !ok {
		return nil
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fmt.Errorf("check denylist: %w: %w", ErrUnavailable, err)
	}
	if at.UnixMilli() <= ms {
		return fmt.Errorf("%w: logged out everywhere", ErrDenied)
	}
	return nil
}

// Deny takes one token back. The entry is kept for as long as the token has to live, and a token that has expired
// needs none.
func (d *Denylist) Deny(ctx context.Context, claims Claims) error {
	left := claims.ExpiresAt.Sub(d.now())
	if left <= 0 {
		return nil
	}
	if err := d.client.Set(ctx, d.tokenKey(claims.ID), claims.Subject, left).Err(); err != nil {
		return unavailable("deny token", "SET", err)
	}
	return nil
}

// DenyBefore takes back everything of a user that was issued until now.
func (d *Denylist) DenyBefore(ctx context.Context, user string, now time.Time) error {
	if err := d.client.Set(ctx, d.userKey(user), now.UnixMilli(), d.keep).Err(); err != nil {
		return unavailable("deny tokens", "SET", err)
	}
	return nil
}

func unavailable(what, command string, err error) error {
	return fmt.Errorf("%s: redis %s: %w: %w", what, command, ErrUnavailable, err)
}
