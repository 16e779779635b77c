package token

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// clockTolerance is how far the clocks of two replicas may be apart before a token that was taken back can be forgotten
// while one of them still takes it.
const clockTolerance = time.Hour

// A Denylist remembers, in Redis, the tokens that were taken back before they expired.
//
//	authlab:denied:<jti>        one token
//	authlab:denied:<sid>        every token of one login: it was logged out, or its refresh token was stolen
//	authlab:not-before:<user>   every token of a user that was issued up to this millisecond
//
// Entries are kept until every token that they could concern has expired. It is the state that a stateless token was
// meant to do without: as long as it is asked, the login is only as available as Redis is; and what it forgets, lives
// again.
type Denylist struct {
	client redis.UniversalClient
	prefix string
	access time.Duration
	keep   time.Duration
}

// NewDenylist returns a denylist whose keys begin with prefix, for access tokens and logins that live so long.
func NewDenylist(client redis.UniversalClient, prefix string, access, login time.Duration) *Denylist {
	return &Denylist{client: client, prefix: prefix, access: access + clockTolerance, keep: max(access, login) + clockTolerance}
}

// Tokens are denied by jti and never by their text, which can be spelled in more than one way.
func (d *Denylist) deniedKey(id string) string { return d.prefix + "denied:" + id }
func (d *Denylist) userKey(user string) string { return d.prefix + "not-before:" + user }

// Check asks whether a verified token has been taken back: ErrDenied. One command.
func (d *Denylist) Check(ctx context.Context, claims Claims) error {
	found, err := d.client.MGet(ctx, d.deniedKey(claims.ID), d.deniedKey(claims.FamilyID), d.userKey(claims.Subject)).Result()
	if err != nil {
		return unavailable("check denylist", "MGET", err)
	}
	if found[0] != nil || found[1] != nil {
		return fmt.Errorf("%w: logged out", ErrDenied)
	}
	return d.before(found[2], time.Time(claims.IssuedAt))
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

// Deny takes one token back.
func (d *Denylist) Deny(ctx context.Context, claims Claims) error {
	if err := d.client.Set(ctx, d.deniedKey(claims.ID), claims.Subject, d.access).Err(); err != nil {
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
