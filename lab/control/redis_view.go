package control

import (
	"context"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"authlab/lab/contract"
	"authlab/web"
)

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
	ttls := make([]*redis.DurationCmd, len(keys))
	if _, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, key := range keys {
			ttls[i] = p.PTTL(ctx, key)
		}
		return nil
	}); err != nil {
		return v, err
	}
	for i, key := range keys {
		kind := kindOf(key)
		name := strings.TrimPrefix(key, web.DefaultPrefix+kind+":")
		v.Keys = append(v.Keys, contract.KeyView{Key: kind + ":" + shortened(name), Kind: kind, TTLSeconds: ttls[i].Val().Seconds()})
	}
	return v, nil
}

func kindOf(key string) string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(key, web.DefaultPrefix), ":")
	return kind
}
