package control

import (
	"context"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"authlab/web"
)

// RedisView is what Redis holds, and what it was asked since the lab was reset.
type RedisView struct {
	Alive bool `json:"alive"`
	// Cut: Redis itself lives, and the lab has cut the replicas off from it.
	Cut      bool             `json:"cut,omitempty"`
	Keys     []KeyView        `json:"keys"`
	KeyCount map[string]int   `json:"key_count"` // by kind
	Commands map[string]int64 `json:"commands"`  // by name
}

// KeyView is one key in Redis, shortened.
type KeyView struct {
	Key        string  `json:"key"`
	Kind       string  `json:"kind"` // session, sessions, denied, not-before, family, refresh
	TTLSeconds float64 `json:"ttl_seconds"`
}

// NoKeys is the view of a Redis that is not there.
func NoKeys() RedisView {
	return RedisView{Keys: []KeyView{}, KeyCount: map[string]int{}, Commands: map[string]int64{}}
}

// RedisKeys shows which keys of ours a Redis holds. Whether it is alive, and what it was asked, the lab adds.
func RedisKeys(ctx context.Context, client redis.UniversalClient) (RedisView, error) {
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
		v.Keys = append(v.Keys, KeyView{Key: kind + ":" + shortened(name), Kind: kind, TTLSeconds: ttls[i].Val().Seconds()})
	}
	return v, nil
}

func kindOf(key string) string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(key, web.DefaultPrefix), ":")
	return kind
}
