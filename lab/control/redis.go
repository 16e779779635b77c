package control

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"authlab/lab/contract"
	"authlab/web"
)

// Flush removes every key of ours, and no other: a lab may be on a Redis that other programs use.
func Flush(ctx context.Context, client redis.UniversalClient) error {
	keys, err := keys(ctx, client)
	if err != nil || len(keys) == 0 {
		return err
	}
	if err := client.Unlink(ctx, keys...).Err(); err != nil {
		return fmt.Errorf("flush store: %w", err)
	}
	return nil
}

// Age makes every key of ours older by d, and removes those whose time is over. It is how a store follows when the lab's
// clock is moved: Redis itself cannot be told another time.
func Age(ctx context.Context, client redis.UniversalClient, d time.Duration) error {
	keys, err := keys(ctx, client)
	if err != nil || len(keys) == 0 {
		return err
	}
	left, err := timesToLive(ctx, client, keys)
	if err != nil {
		return fmt.Errorf("age store: %w", err)
	}
	if _, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, key := range keys {
			switch ttl := left[i].Val(); {
			case ttl < 0: // it has no time to live
			case ttl <= d:
				p.Unlink(ctx, key)
			default:
				p.PExpire(ctx, key, ttl-d)
			}
		}
		return nil
	}); err != nil {
		return fmt.Errorf("age store: %w", err)
	}
	return nil
}

// NoKeys is the view of a Redis that is not there.
func NoKeys() contract.RedisView {
	return contract.RedisView{Keys: []contract.KeyView{}, KeyCount: map[string]int{}, Commands: map[string]int64{}}
}

// RedisKeys shows which keys of ours a Redis holds. Whether it is alive, and what it was asked, the lab adds.
func RedisKeys(ctx context.Context, client redis.UniversalClient) (contract.RedisView, error) {
	v := NoKeys()
	keys, err := keys(ctx, client)
	if err != nil {
		return v, err
	}
	slices.Sort(keys)
	for _, key := range keys {
		v.KeyCount[kindOf(key)]++
	}
	keys = keys[:min(len(keys), maxShown)]
	left, err := timesToLive(ctx, client, keys)
	if err != nil {
		return v, err
	}
	for i, key := range keys {
		kind := kindOf(key)
		name := strings.TrimPrefix(key, web.DefaultPrefix+kind+":")
		if _, rest, ok := strings.Cut(name, "}:"); ok { // the hash tag says nothing to a reader
			name = rest
		}
		v.Keys = append(v.Keys, contract.KeyView{Key: kind + ":" + contract.Shortened(name), Kind: kind, TTLSeconds: left[i].Val().Seconds()})
	}
	return v, nil
}

// hashChars is how long a session's key is: SHA-256 in hex.
const hashChars = 64

// AddRedisBytes adds what is in Redis.
func AddRedisBytes(ctx context.Context, b *contract.Bytes, client redis.UniversalClient) error {
	b.ByKind = map[string]int64{}
	keys, err := keys(ctx, client)
	if err != nil || len(keys) == 0 {
		return err
	}
	sizes, err := ask(ctx, client, keys, func(p redis.Pipeliner, key string) *redis.IntCmd {
		if kindOf(key) == "sessions" { // a user's list of keys: a sorted set
			return p.ZCard(ctx, key)
		}
		return p.StrLen(ctx, key)
	})
	if err != nil {
		return err
	}
	for i, key := range keys {
		kind, size := kindOf(key), sizes[i].Val()
		if kind == "sessions" {
			size *= hashChars
		}
		size += int64(len(key))
		b.ByKind[kind] += size
		b.Redis += size
	}
	return nil
}

// keys lists the keys of ours.
func keys(ctx context.Context, client redis.UniversalClient) ([]string, error) {
	var keys []string
	scan := client.Scan(ctx, 0, web.DefaultPrefix+"*", 10_000).Iterator()
	for scan.Next(ctx) {
		keys = append(keys, scan.Val())
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return keys, nil
}

// kindOf is what is between the first two colons of a key: session, denied, family.
func kindOf(key string) string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(key, web.DefaultPrefix), ":")
	return kind
}

func timesToLive(ctx context.Context, client redis.UniversalClient, keys []string) ([]*redis.DurationCmd, error) {
	return ask(ctx, client, keys, func(p redis.Pipeliner, key string) *redis.DurationCmd { return p.PTTL(ctx, key) })
}

// ask sends one command for each key, all at once.
func ask[T any](ctx context.Context, client redis.UniversalClient, keys []string, command func(redis.Pipeliner, string) T) ([]T, error) {
	answers := make([]T, len(keys))
	_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, key := range keys {
			answers[i] = command(p, key)
		}
		return nil
	})
	return answers, err
}
