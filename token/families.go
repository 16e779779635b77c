package token

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// The Service keeps refresh tokens in Redis. A family is one login and every token that was refreshed from it.
//
//	authlab:family:<id>               a familyRecord, as JSON
//	authlab:refresh:<hash of token>   live or spent
//	authlab:reuse:<hash of token>     for Config.UndetectedReuse after it was spent
//
// A refresh token works once. If one is used a second time, two clients have it, and the server cannot tell the user from
// the thief. So the family ends, and both have to log in (RFC 9700, section 4.14.2).

// A familyRecord is what Redis keeps of a family.
type familyRecord struct {
	ID        string    `json:"id"`
	User      string    `json:"user"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"` // a refresh does not move it
}

const (
	live  = "live"
	spent = "spent"
)

// idChars is the length of the ID of a family, which is a rand.Text (of 128 random bits or more). A refresh token is that
// ID and then a secret of two more.
const idChars = 26

func (s *Service) familyKey(id string) string { return s.config.Prefix + "family:" + id }

func (s *Service) refreshKey(token string) string { return s.hashedKey("refresh:", token) }
func (s *Service) reuseKey(token string) string   { return s.hashedKey("reuse:", token) }

func (s *Service) hashedKey(kind, token string) string {
	sum := sha256.Sum256([]byte(token))
	return s.config.Prefix + kind + hex.EncodeToString(sum[:])
}

func newRefreshToken(family string) string { return family + rand.Text() + rand.Text() }

// familyOf returns the ID of a refresh token's family. Do not trust it before the hash of the whole token was found in
// Redis: a client can write any ID into a token.
func familyOf(token string) (id string, err error) {
	if len(token) != 3*idChars {
		return "", ErrRefreshFormat
	}
	return token[:idChars], nil
}

// startFamily begins a family and returns its first refresh token.
func (s *Service) startFamily(ctx context.Context, user, id string) (token string, err error) {
	token = newRefreshToken(id)
	now := s.config.Now()
	text, err := json.Marshal(familyRecord{ID: id, User: user, CreatedAt: now, ExpiresAt: now.Add(s.config.Refresh)})
	if err != nil {
		return "", fmt.Errorf("start family: %w", err)
	}
	_, err = s.config.Redis.TxPipelined(ctx, func(tx redis.Pipeliner) error {
		tx.Set(ctx, s.familyKey(id), text, s.config.Refresh)
		tx.Set(ctx, s.refreshKey(token), live, s.config.Refresh)
		return nil
	})
	if err != nil {
		return "", unavailable("start family", "SET", err)
	}
	return token, nil
}

// rotate spends a refresh token and returns the next one of its family. ErrRefreshReused: it was spent before.
//
// Of many requests with the same token exactly one succeeds. One transaction writes "spent", returns what was there
// before, and reads the family, so that a request that fails cannot end the family in the middle of one that succeeds.
func (s *Service) rotate(ctx context.Context, token string) (string, error) {
	id, err := familyOf(token)
	if err != nil {
		return "", err
	}
	var before *redis.StatusCmd
	var record *redis.StringCmd
	reusable := func() bool { return false }
	_, err = s.config.Redis.TxPipelined(ctx, func(tx redis.Pipeliner) error {
		before = tx.SetArgs(ctx, s.refreshKey(token), spent, redis.SetArgs{Mode: "XX", Get: true, KeepTTL: true})
		record = tx.Get(ctx, s.familyKey(id))
		if s.config.UndetectedReuse > 0 {
			first := tx.SetNX(ctx, s.reuseKey(token), 1, s.config.UndetectedReuse)
			reusable = func() bool { return first.Err() == nil && !first.Val() }
		}
		return nil
	})
	switch {
	case err != nil && !errors.Is(err, redis.Nil):
		return "", unavailable("spend refresh token", "SET", err)
	case errors.Is(before.Err(), redis.Nil):
		return "", ErrRefreshUnknown
	case before.Val() != live && !reusable():
		if err := s.endFamily(ctx, id); err != nil {
			return "", err
		}
		return "", ErrRefreshReused
	case errors.Is(record.Err(), redis.Nil):
		return "", ErrFamilyEnded
	}
	family, err := decodeFamily(record.Val())
	if err != nil {
		return "", err
	}
	left := family.ExpiresAt.Sub(s.config.Now())
	if left <= 0 {
		return "", fmt.Errorf("%w: it is older than %s", ErrFamilyEnded, s.config.Refresh)
	}
	next := newRefreshToken(id)
	if err := s.config.Redis.Set(ctx, s.refreshKey(next), live, left).Err(); err != nil {
		return "", unavailable("keep refresh token", "SET", err)
	}
	return next, nil
}

// findFamily returns the family of a refresh token without spending it. It does not tell whether the token is live or spent:
// rotate does.
func (s *Service) findFamily(ctx context.Context, token string) (familyRecord, error) {
	id, err := familyOf(token)
	if err != nil {
		return familyRecord{}, err
	}
	found, err := s.config.Redis.MGet(ctx, s.refreshKey(token), s.familyKey(id)).Result()
	if err != nil {
		return familyRecord{}, unavailable("find refresh token", "MGET", err)
	}
	if found[0] == nil {
		return familyRecord{}, ErrRefreshUnknown
	}
	text, ok := found[1].(string)
	if !ok {
		return familyRecord{}, ErrFamilyEnded
	}
	return decodeFamily(text)
}

// endFamily ends a family: rotate refuses its refresh tokens from now on, and the denylist its access tokens.
func (s *Service) endFamily(ctx context.Context, id string) error {
	_, err := s.config.Redis.TxPipelined(ctx, func(tx redis.Pipeliner) error {
		tx.Del(ctx, s.familyKey(id))
		tx.Set(ctx, s.deniedKey(id), "login", s.config.Access+clockTolerance)
		return nil
	})
	if err != nil {
		return unavailable("end family", "DEL", err)
	}
	return nil
}

// LogoutRefresh ends the login of a refresh token, live or spent, for a client whose access token has expired.
// ErrRefreshUnknown: no such token was issued. ErrRefreshFormat: it is none.
func (s *Service) LogoutRefresh(ctx context.Context, token string) error {
	id, err := familyOf(token)
	if err != nil {
		return err
	}
	known, err := s.config.Redis.Exists(ctx, s.refreshKey(token)).Result()
	if err != nil {
		return unavailable("find refresh token", "EXISTS", err)
	}
	if known == 0 {
		return ErrRefreshUnknown
	}
	return s.endFamily(ctx, id)
}

func decodeFamily(text string) (familyRecord, error) {
	var family familyRecord
	if err := json.Unmarshal([]byte(text), &family); err != nil {
		return familyRecord{}, fmt.Errorf("load family: %w: %w", ErrUnavailable, err)
	}
	return family, nil
}
