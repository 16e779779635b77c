package cluster

import (
	"context"
	"encoding/json"

	"github.com/redis/go-redis/v9"

	"authlab/lab/fault"
	"authlab/web"
)

// Bytes is what the server keeps about those who are logged in, as text: keys and records. What a program or a Redis
// needs around each of them (pointers, hash tables) comes on top and is left out, because it differs from one to the
// next.
type Bytes struct {
	Replicas int64            `json:"replicas"` // in the memory of all replicas
	Redis    int64            `json:"redis"`
	ByKind   map[string]int64 `json:"by_kind"` // of those in Redis: session, sessions, family, refresh, denied, not-before
}

// hashChars is how long a session's key is: SHA-256 in hex.
const hashChars = 64

func (c *Cluster) bytes(ctx context.Context) (Bytes, error) {
	b := Bytes{ByKind: map[string]int64{}}
	for _, r := range c.all() {
		for _, e := range r.remembers() {
			text, err := json.Marshal(e.Record)
			if err != nil {
				return b, err
			}
			b.Replicas += int64(len(e.Key) + len(text))
		}
	}
	keys, err := fault.Keys(ctx, c.store.client, web.DefaultPrefix)
	if err != nil || len(keys) == 0 {
		return b, err
	}
	sizes := make([]func() int64, len(keys))
	_, err = c.store.client.Pipelined(ctx, func(p redis.Pipeliner) error {
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
		return b, err
	}
	for i, key := range keys {
		n := int64(len(key)) + sizes[i]()
		b.ByKind[kindOf(key)] += n
		b.Redis += n
	}
	return b, nil
}
