package token

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// clockTolerance is how far the clocks of two replicas may be apart. An entry is kept for that much longer, so that Redis
// does not forget a token while a replica whose clock is behind still accepts it.
const clockTolerance = time.Hour

// A Denylist keeps, in Redis, which tokens were taken back before they expired.
//
//	authlab:denied:<jti>        one token
//	authlab:denied:<sid>        every token of one login: the user logged out, or its refresh token was used twice
//	authlab:not-before:<user>   every token of a user that was issued up to this millisecond
//
// Each entry lives until all tokens that it is about have expired. The list is the state that a stateless token was meant
// to do without: a server that asks it answers only while Redis does, and if Redis loses an entry, the token is accepted
// again.
type Denylist struct {
	client   redis.UniversalClient
	prefix   string
	tokenTTL time.Duration // of an entry for one token or one login's access tokens
	userTTL  time.Duration // of an entry for a user, which also ends logins by refresh token
}

// NewDenylist returns a denylist whose keys begin with prefix. access is the life of an access token, login that of a
// family of refresh tokens.
func NewDenylist(client redis.UniversalClient, prefix string, access, login time.Duration) *Denylist {
	return &Denylist{
		client: client, prefix: prefix, tokenTTL: access + clockTolerance, userTTL: max(access, login) + clockTolerance,
	}
}

// deniedKey takes a jti or a sid. Tokens are denied by jti and never by their text, which can have more than one spelling.
func (d *Denylist) deniedKey(id string) string { return d.prefix + "denied:" + id }
func (d *Denylist) userKey(user string) string { return d.prefix + "not-before:" + user }

// check returns ErrDenied for a verified token that was taken back. It is one Redis command.
func (d *Denylist) check(ctx context.Context, claims Claims) error {
	found, err := d.client.MGet(ctx, d.deniedKey(claims.ID), d.deniedKey(claims.FamilyID), d.userKey(claims.Subject)).Result()
	if err != nil {
		return unavailable("check denylist", "MGET", err)
	}
	if found[0] != nil || found[1] != nil {
		return fmt.Errorf("%w: logged out", ErrDenied)
	}
	return notBefore(found[2], time.Time(claims.IssuedAt))
}

// checkFamily returns ErrFamilyEnded if "log out everywhere" came after the family began.
func (d *Denylist) checkFamily(ctx context.Context, f familyRecord) error {
	found, err := d.client.MGet(ctx, d.userKey(f.User)).Result()
	if err != nil {
		return unavailable("check denylist", "MGET", err)
	}
	if err := notBefore(found[0], f.CreatedAt); err != nil {
		return fmt.Errorf("%w: %w", ErrFamilyEnded, err)
	}
	return nil
}

// notBefore returns ErrDenied for what was issued up to the time that a user's entry says. Without an entry it is nil.
func notBefore(found any, issued time.Time) error {
	text, ok := found.(string)
	if !ok {
		return nil
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fmt.Errorf("check denylist: %w: %w", ErrUnavailable, err)
	}
	if issued.UnixMilli() <= ms {
		return fmt.Errorf("%w: logged out everywhere", ErrDenied)
	}
	return nil
}

// deny takes one token back.
func (d *Denylist) deny(ctx context.Context, claims Claims) error {
	if err := d.client.Set(ctx, d.deniedKey(claims.ID), claims.Subject, d.tokenTTL).Err(); err != nil {
		return unavailable("deny token", "SET", err)
	}
	return nil
}

// denyBefore takes back every token of a user that was issued until now.
func (d *Denylist) denyBefore(ctx context.Context, user string, now time.Time) error {
	if err := d.client.Set(ctx, d.userKey(user), now.UnixMilli(), d.userTTL).Err(); err != nil {
		return unavailable("deny tokens", "SET", err)
	}
	return nil
}

func unavailable(what, command string, err error) error {
	return fmt.Errorf("%s: redis %s: %w: %w", what, command, ErrUnavailable, err)
}
