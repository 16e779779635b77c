package token

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Families keeps refresh tokens in Redis. A family is one login and every token that was refreshed from it.
//
//	authlab:family:<id>               a familyRecord, as JSON
//	authlab:refresh:<hash of token>   live or spent
//
// A refresh token works once. If one is used a second time, two clients have it, and the server cannot tell the user from
// the thief. So the family ends, and both have to log in (RFC 9700, section 4.14.2).
//
// The client must not retry commands: a repeated SET would read the first use of a token as its second.
type Families struct {
	client   redis.UniversalClient
	prefix   string
	life     time.Duration
	denylist *Denylist
	now      func() time.Time
}

// A familyRecord is what Redis keeps of a family.
type familyRecord struct {
	ID        string    `json:"id"`
	User      string    `json:"user"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"` // a refresh does not move it
}

const (
	familyBytes = 16
	secretBytes = 32
	live        = "live"
	spent       = "spent"
)

// NewFamilies returns families that live as long as life, under keys that begin with prefix. A family that ends early is
// put on the denylist, because its access tokens have not expired yet.
func NewFamilies(client redis.UniversalClient, prefix string, life time.Duration, denylist *Denylist, now func() time.Time) *Families {
	return &Families{client: client, prefix: prefix, life: life, denylist: denylist, now: now}
}

func (f *Families) familyKey(id string) string { return f.prefix + "family:" + id }

func (f *Families) refreshKey(token []byte) string {
	sum := sha256.Sum256(token)
	return f.prefix + "refresh:" + hex.EncodeToString(sum[:])
}

func newFamilyID() string { return randomText(familyBytes) }

// start begins a family with an ID of newFamilyID, and returns its first refresh token.
func (f *Families) start(ctx context.Context, user, family string) (token string, err error) {
	id, err := base64.RawURLEncoding.DecodeString(family)
	if err != nil || len(id) != familyBytes {
		return "", fmt.Errorf("start family: %q is no ID of a family", family)
	}
	raw := newRefreshToken(id)
	now := f.now()
	text, err := json.Marshal(familyRecord{ID: family, User: user, CreatedAt: now, ExpiresAt: now.Add(f.life)})
	if err != nil {
		return "", fmt.Errorf("start family: %w", err)
	}
	_, err = f.client.TxPipelined(ctx, func(tx redis.Pipeliner) error {
		tx.Set(ctx, f.familyKey(family), text, f.life)
		tx.Set(ctx, f.refreshKey(raw), live, f.life)
		return nil
	})
	if err != nil {
		return "", unavailable("start family", "SET", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

// newRefreshToken returns a refresh token before it is encoded: the family's ID, then a random secret.
func newRefreshToken(id []byte) []byte {
	raw := make([]byte, familyBytes+secretBytes)
	copy(raw, id)
	rand.Read(raw[familyBytes:])
	return raw
}

// rotate spends a refresh token and returns the next one of its family. ErrRefreshReused: it was spent before.
//
// Of many requests with the same token exactly one succeeds. One transaction writes "spent", returns what was there
// before, and reads the family, so that a request that fails cannot end the family in the middle of one that succeeds.
func (f *Families) rotate(ctx context.Context, token string) (string, error) {
	raw, id, err := parseRefresh(token)
	if err != nil {
		return "", err
	}
	var before *redis.StatusCmd
	var record *redis.StringCmd
	_, err = f.client.TxPipelined(ctx, func(tx redis.Pipeliner) error {
		before = tx.SetArgs(ctx, f.refreshKey(raw), spent, redis.SetArgs{Mode: "XX", Get: true, KeepTTL: true})
		record = tx.Get(ctx, f.familyKey(id))
		return nil
	})
	switch {
	case err != nil && !errors.Is(err, redis.Nil):
		return "", unavailable("spend refresh token", "SET", err)
	case errors.Is(before.Err(), redis.Nil):
		return "", ErrRefreshUnknown
	case before.Val() != live:
		if err := f.end(ctx, id); err != nil {
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
	left := family.ExpiresAt.Sub(f.now())
	if left <= 0 {
		return "", fmt.Errorf("%w: it is older than %s", ErrFamilyEnded, f.life)
	}
	next := newRefreshToken(raw[:familyBytes])
	if err := f.client.Set(ctx, f.refreshKey(next), live, left).Err(); err != nil {
		return "", unavailable("keep refresh token", "SET", err)
	}
	return base64.RawURLEncoding.EncodeToString(next), nil
}

// find returns the family of a refresh token without spending it. It does not tell whether the token is live or spent:
// rotate does.
func (f *Families) find(ctx context.Context, token string) (familyRecord, error) {
	raw, id, err := parseRefresh(token)
	if err != nil {
		return familyRecord{}, err
	}
	found, err := f.client.MGet(ctx, f.refreshKey(raw), f.familyKey(id)).Result()
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

// end ends a family: rotate refuses its refresh tokens from now on, and the denylist its access tokens.
func (f *Families) end(ctx context.Context, id string) error {
	_, err := f.client.TxPipelined(ctx, func(tx redis.Pipeliner) error {
		tx.Del(ctx, f.familyKey(id))
		tx.Set(ctx, f.denylist.deniedKey(id), "login", f.denylist.tokenTTL)
		return nil
	})
	if err != nil {
		return unavailable("end family", "DEL", err)
	}
	return nil
}

// endOf ends the family of a refresh token, live or spent. ErrRefreshUnknown: no such token was issued.
func (f *Families) endOf(ctx context.Context, token string) error {
	raw, id, err := parseRefresh(token)
	if err != nil {
		return err
	}
	known, err := f.client.Exists(ctx, f.refreshKey(raw)).Result()
	if err != nil {
		return unavailable("find refresh token", "EXISTS", err)
	}
	if known == 0 {
		return ErrRefreshUnknown
	}
	return f.end(ctx, id)
}

func decodeFamily(text string) (familyRecord, error) {
	var family familyRecord
	if err := json.Unmarshal([]byte(text), &family); err != nil {
		return familyRecord{}, fmt.Errorf("load family: %w: %w", ErrUnavailable, err)
	}
	return family, nil
}

// parseRefresh decodes a refresh token and returns the ID of its family. Do not trust the ID before the hash of the whole
// token was found in Redis: a client can write any ID into a token.
func parseRefresh(token string) (raw []byte, family string, err error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(familyBytes+secretBytes) {
		return nil, "", ErrRefreshUnknown
	}
	raw, err = base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != familyBytes+secretBytes {
		return nil, "", ErrRefreshUnknown
	}
	return raw, base64.RawURLEncoding.EncodeToString(raw[:familyBytes]), nil
}
