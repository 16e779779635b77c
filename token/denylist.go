package token

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"authlab/account"
)

// clockTolerance is how far the clocks of two replicas may be apart. An entry is kept for that much longer, so that Redis
// does not forget a token while a replica whose clock is behind still accepts it.
const clockTolerance = time.Hour

// The denylist keeps, in Redis, which tokens were taken back before they expired.
//
//	authlab:denied:{slot}:<jti>        one token
//	authlab:denied:{slot}:<sid>        every token of one login: the user logged out, or its refresh token was used twice
//	authlab:not-before:{slot}:<user>   every login of a user up to this millisecond, by the clock of Redis
//
// The clocks of two replicas differ. So what came before a "log out everywhere" and what after, Redis decides: its clock
// gives each login a time (auth_time), which is in all tokens of that login.
//
// Each entry lives until all tokens that it is about have expired. The list is the state that a stateless token was meant
// to do without: a server that asks it answers only while Redis does, and if Redis loses an entry, the token is accepted
// again.

// key is a key in Redis. In a Redis Cluster a script, a transaction, or an MGET can reach only keys of one hash slot, which is
// chosen by what stands in braces. So all keys of a user have the same slot: see slotOf.
func (s *Service) key(kind, slot, name string) string {
	return s.config.Prefix + kind + ":{" + slot + "}:" + name
}

// deniedKey takes a jti or a sid. Tokens are denied by jti and never by their text, which can have more than one spelling.
func (s *Service) deniedKey(slot, id string) string { return s.key("denied", slot, id) }
func (s *Service) notBeforeKey(user string) string  { return s.key("not-before", slotOf(user), user) }

// CheckRevoked asks the denylist whether a token that Verify accepted was taken back: one Redis command. ErrDenied: it
// was. ErrUnavailable: Redis did not answer, so the server cannot tell.
func (s *Service) CheckRevoked(ctx context.Context, claims Claims) error {
	slot := slotOf(claims.Subject)
	found, err := s.config.Redis.MGet(ctx, s.deniedKey(slot, claims.ID), s.deniedKey(slot, claims.FamilyID), s.notBeforeKey(claims.Subject)).Result()
	if err != nil {
		return unavailable("check denylist", "MGET", err)
	}
	if found[0] != nil || found[1] != nil {
		return fmt.Errorf("%w: logged out", ErrDenied)
	}
	return notBefore(found[2], time.Time(claims.AuthTime))
}

// notBefore returns ErrDenied for a login up to the time that a user's entry says, and for a login without a time. Without
// an entry it is nil.
func notBefore(found any, login time.Time) error {
	text, ok := found.(string)
	if !ok {
		return nil
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fmt.Errorf("check denylist: %w: %w", ErrUnavailable, err)
	}
	if login.UnixMilli() <= ms {
		return fmt.Errorf("%w: logged out everywhere", ErrDenied)
	}
	return nil
}

// Logout takes back this access token and the whole login that it came from: its refresh token, and every access token
// that was refreshed from it.
func (s *Service) Logout(ctx context.Context, claims Claims) error {
	if err := s.config.Redis.Set(ctx, s.deniedKey(slotOf(claims.Subject), claims.ID), claims.Subject, s.config.Access+clockTolerance).Err(); err != nil {
		return unavailable("deny token", "SET", err)
	}
	return s.endFamily(ctx, claims.FamilyID)
}

// forget makes KEYS[1] the time up to which a user's logins are over, for ARGV[1] milliseconds: now, and not before any
// login, which may be a millisecond ahead.
const forget = storeNow + `
now = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0) + 1)
redis.call('SET', KEYS[1], now, 'PX', ARGV[1])
return now`

// LogoutEverywhere is EndAll because the user asked for it.
func (s *Service) LogoutEverywhere(ctx context.Context, user string) error {
	if err := s.EndAll(ctx, user); err != nil {
		return err
	}
	s.config.Audit.Tell(ctx, account.Event{Kind: account.EventLogoutEverywhere, User: user})
	return nil
}

// EndAll takes back every access token and every refresh token that a user has now. It is one Redis command.
func (s *Service) EndAll(ctx context.Context, user string) error {
	left := max(s.config.Access, s.config.Refresh) + clockTolerance // refresh tokens end too
	if err := s.config.Redis.Eval(ctx, forget, []string{s.notBeforeKey(user)}, left.Milliseconds()).Err(); err != nil {
		return unavailable("deny tokens", "EVAL", err)
	}
	return nil
}

func unavailable(what, command string, err error) error {
	return fmt.Errorf("%s: redis %s: %w: %w", what, command, ErrUnavailable, err)
}
