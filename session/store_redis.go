package session

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Redis keeps records in Redis, where every replica finds them.
//
//	authlab:session:{slot}:<hash of the ID>   the record as JSON; expires when it is not loaded for as long as idle
//	authlab:sessions:{slot}:<user>            the keys of the user's sessions, by when they end, at most Limit; expires after absolute
//
// In a Redis Cluster a script or a transaction can reach only keys of one hash slot, which is chosen by what stands in braces.
// So all of a user are in one of 256 slots, and an ID begins with its user's.
//
// A request that only reads costs one command: GETEX returns the record and begins its idle time anew. A request that also
// writes costs one more. The second key is used only by a login, a logout, and the list of a user's sessions.
//
// Two requests that load the same record and then write it back whole would lose what the first one wrote. So a script
// replaces a record only if it still is what was loaded (compare and set):
//
//	request 1   GETEX ▶ A    EVAL A▶B ▶ done
//	request 2      GETEX ▶ A             EVAL A▶C ▶ not A: here is B    EVAL B▶D ▶ done
//
// The answer to a request that comes too late is the newest record, with which it tries again without reading first. A
// hash with a field for each value would need no retries; but before Redis 8 no one command reads a hash and renews its
// time to live, so each request that reads would cost two.
type Redis struct {
	limit

	client   redis.UniversalClient
	prefix   string
	idle     time.Duration
	absolute time.Duration
}

var _ Lister = (*Redis)(nil)

// clockTolerance is how far the clock of a replica, by which a session ends, may be behind that of Redis. A session stays on
// its user's list for that much longer.
const clockTolerance = time.Hour

// NewRedis returns a store whose keys begin with prefix. Redis itself deletes a record that is not loaded for as long as
// idle, and a user's list after absolute.
//
// Give it a client with short timeouts and without retries, so that a request does not wait for seconds when Redis is
// down.
func NewRedis(client redis.UniversalClient, prefix string, idle, absolute time.Duration) *Redis {
	return &Redis{client: client, prefix: prefix, idle: idle, absolute: absolute}
}

// recordKey takes a key as List gives it. recordOf takes the ID. False: it is not of the form of one.
func (s *Redis) recordKey(slot byte, key string) string {
	return s.prefix + "session:{" + hex.EncodeToString([]byte{slot}) + "}:" + key
}

func (s *Redis) recordOf(id string) (name string, ok bool) {
	key, ok := keyOf(id)
	return s.recordKey(slotIn(id), key), ok
}

func (s *Redis) userKey(user string) string {
	return s.prefix + "sessions:{" + hex.EncodeToString([]byte{slotOf(user)}) + "}:" + user
}

// create keeps the record ARGV[1] under KEYS[1] for ARGV[2] milliseconds. If there is a KEYS[2], it is the list of the user's
// sessions, which gets the key ARGV[3] by its end, ARGV[4] seconds from now, loses what ended ARGV[5] seconds ago, and lives
// for both together. It returns the oldest keys above ARGV[6], at most ARGV[7] of them.
//
// The clock is that of Redis: by those of two replicas, a login could be older than the one before it. And the keys are
// chosen here, because logins at once that each counted, and then ended as many, would end all.
const create = `
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if not KEYS[2] then return {} end
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.6f', now - ARGV[5]))
redis.call('ZADD', KEYS[2], string.format('%.6f', now + ARGV[4]), ARGV[3])
redis.call('PEXPIRE', KEYS[2], math.floor((ARGV[4] + ARGV[5]) * 1000))
local over = redis.call('ZCARD', KEYS[2]) - ARGV[6]
if over <= 0 then return {} end
return redis.call('ZRANGE', KEYS[2], 0, math.min(over, ARGV[7]) - 1)`

// Create implements Store.
func (s *Redis) Create(ctx context.Context, r Record) (string, error) {
	id := newIDOf(r.User)
	key, _ := keyOf(id)
	text, err := encodeRecord(r)
	if err != nil {
		return "", fmt.Errorf("create session: %w", err)
	}
	keys := []string{s.recordKey(slotIn(id), key)}
	if r.User != "" {
		keys = append(keys, s.userKey(r.User))
	}
	over, err := s.client.Eval(ctx, create, keys, text, s.idle.Milliseconds(), key,
		s.absolute.Seconds(), clockTolerance.Seconds(), s.most(), MaxSessions).StringSlice()
	if err != nil {
		return "", unavailable("create session", "redis EVAL", err)
	}
	_ = s.End(ctx, r.User, over...) // if it fails, the next login does it; this one is done
	return id, nil
}

// Load implements Store.
func (s *Redis) Load(ctx context.Context, credential string) (Record, error) {
	name, ok := s.recordOf(credential)
	if !ok {
		return Record{}, fmt.Errorf("load session: %w: %w", ErrNoSession, ErrMalformed)
	}
	text, err := s.client.GetEx(ctx, name, s.idle).Bytes()
	if errors.Is(err, redis.Nil) {
		return Record{}, fmt.Errorf("load session: redis: %w", ErrNoSession)
	}
	if err != nil {
		return Record{}, unavailable("load session", "redis GETEX", err)
	}
	return decodeRecord(text)
}

// replaceIf replaces the record ARGV[1] by ARGV[2], and returns an empty text. If there is another record, it returns that
// one. If there is none, it returns nil: a late request does not bring back a session that was logged out.
const replaceIf = `
local record = redis.call('GET', KEYS[1])
if record ~= ARGV[1] then return record end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return ''`

// Update implements Store.
func (s *Redis) Update(ctx context.Context, credential string, loaded Record, change func(*Record) error) (string, Record, error) {
	name, ok := s.recordOf(credential)
	if !ok {
		return "", Record{}, fmt.Errorf("update session: %w: %w", ErrNoSession, ErrMalformed)
	}
	return compareAndSet(credential, loaded, change, func(before, after []byte) ([]byte, error) {
		found, err := s.client.Eval(ctx, replaceIf, []string{name}, before, after, s.idle.Milliseconds()).Text()
		switch {
		case errors.Is(err, redis.Nil):
			return nil, fmt.Errorf("update session: redis: %w", ErrNoSession)
		case err != nil:
			return nil, unavailable("update session", "redis EVAL", err)
		case found == "":
			return nil, nil
		}
		return []byte(found), nil
	})
}

// Delete implements Store.
func (s *Redis) Delete(ctx context.Context, credential string, r Record) error {
	key, ok := keyOf(credential)
	if !ok {
		return nil
	}
	return s.end(ctx, slotIn(credential), r.User, key)
}

// List implements Lister.
func (s *Redis) List(ctx context.Context, user string) ([]Entry, error) {
	keys, err := s.client.ZRange(ctx, s.userKey(user), -MaxSessions, -1).Result() // the newest
	if err != nil {
		return nil, unavailable("list sessions", "redis ZRANGE", err)
	}
	if len(keys) == 0 {
		return nil, nil
	}
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = s.recordKey(slotOf(user), key)
	}
	texts, err := s.client.MGet(ctx, names...).Result()
	if err != nil {
		return nil, unavailable("list sessions", "redis MGET", err)
	}
	entries := make([]Entry, 0, len(keys))
	for i, text := range texts {
		text, ok := text.(string)
		if !ok {
			continue // it timed out; the next login removes its key from the list
		}
		if record, err := decodeRecord([]byte(text)); err == nil { // what cannot be read is ended by EndAll all the same
			entries = append(entries, Entry{Key: keys[i], Record: record})
		}
	}
	return entries, nil
}

// End implements Lister. It deletes the records and takes their keys off the user's list, together.
func (s *Redis) End(ctx context.Context, user string, keys ...string) error {
	return s.end(ctx, slotOf(user), user, keys...)
}

func (s *Redis) end(ctx context.Context, slot byte, user string, keys ...string) error {
	if len(keys) == 0 {
		return nil
	}
	records, members := make([]string, len(keys)), make([]any, len(keys))
	for i, key := range keys {
		records[i], members[i] = s.recordKey(slot, key), key
	}
	_, err := s.client.TxPipelined(ctx, func(tx redis.Pipeliner) error {
		tx.Del(ctx, records...)
		if user != "" {
			tx.ZRem(ctx, s.userKey(user), members...)
		}
		return nil
	})
	if err != nil {
		return unavailable("end session", "redis DEL", err)
	}
	return nil
}

// EndAll implements Lister. It ends the oldest ones first, MaxSessions at a time.
func (s *Redis) EndAll(ctx context.Context, user string) error {
	for {
		keys, err := s.client.ZRange(ctx, s.userKey(user), 0, MaxSessions-1).Result()
		if err != nil {
			return unavailable("end sessions", "redis ZRANGE", err)
		}
		if err := s.End(ctx, user, keys...); err != nil || len(keys) < MaxSessions {
			return err
		}
	}
}
