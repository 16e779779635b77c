package control

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

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
	left := make([]*redis.DurationCmd, len(keys))
	_, err = client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, key := range keys {
			left[i] = p.PTTL(ctx, key)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("age store: %w", err)
	}
	_, err = client.Pipelined(ctx, func(p redis.Pipeliner) error {
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
	})
	if err != nil {
		return fmt.Errorf("age store: %w", err)
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
