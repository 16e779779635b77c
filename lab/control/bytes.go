package control

import (
	"authlab/lab/contract"
	"context"

	"github.com/redis/go-redis/v9"
)

// hashChars is how long a session's key is: SHA-256 in hex.
const hashChars = 64

// AddRedisBytes adds what is in Redis.
func AddRedisBytes(ctx context.Context, b *contract.Bytes, client redis.UniversalClient) error {
	if b.ByKind == nil {
		b.ByKind = map[string]int64{}
	}
	keys, err := keys(ctx, client)
	if err != nil || len(keys) == 0 {
		return err
	}
	sizes := make([]func() int64, len(keys))
	_, err = client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, key := range keys {
			if kindOf(key) == "sessions" { // a user's list of keys: a sorted set
				members := p.ZCard(ctx, key)
				sizes[i] = func() int64 { return hashChars * members.Val() }
				continue
			}
			length := p.StrLen(ctx, key)
			sizes[i] = length.Val
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, key := range keys {
		n := int64(len(key)) + sizes[i]()
		b.ByKind[kindOf(key)] += n
		b.Redis += n
	}
	return nil
}
