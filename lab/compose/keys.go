package compose

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"authlab/lab/contract"
)

// RotateKeys implements contract.Lab: a new key file, and a signal to every replica to read it.
func (t *Target) RotateKeys(ctx context.Context, overlap bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.rotateKeys(ctx, overlap)
}

func (t *Target) rotateKeys(ctx context.Context, overlap bool) error {
	if t.broken.ownKeys {
		return errors.New("rotate keys: each replica has made its own, and reads no file")
	}
	before, err := t.signing(ctx)
	if err != nil {
		return err
	}
	rotate := []string{"run", "--rm", "--no-deps", "-T", "setup", "keys", "rotate", "--keys", "/keys/keys.json"}
	if overlap {
		rotate = append(rotate, "--overlap")
	}
	if err := t.docker.compose(ctx, rotate...); err != nil {
		return err
	}
	if err := t.docker.compose(ctx, append([]string{"kill", "-s", "HUP"}, t.alive()...)...); err != nil {
		return err
	}
	t.broken.olderKeys = overlap
	return until(ctx, "all replicas sign with the new key", func(ctx context.Context) error {
		now, err := t.signing(ctx)
		if err != nil {
			return err
		}
		keys := map[string]bool{}
		for replica, key := range now {
			if key == before[replica] {
				return fmt.Errorf("%s signs with the key from before", replica)
			}
			keys[key] = true
		}
		if len(keys) != 1 {
			return errors.New("they do not sign with the same key")
		}
		return nil
	})
}

// signing is which key each replica signs with: the first of those that it publishes.
func (t *Target) signing(ctx context.Context) (map[string]string, error) {
	const rounds = 20 // one is enough if no other client asks meanwhile
	keys, want := map[string]string{}, t.alive()
	for range rounds * len(want) {
		got, err := t.get(ctx, t.URL()+"/.well-known/jwks.json", http.Header{contract.PolicyHeader: {contract.RoundRobin}})
		if err != nil {
			return nil, err
		}
		var set struct {
			Keys []struct {
				ID string `json:"kid"`
			} `json:"keys"`
		}
		if err := json.Unmarshal(got.body, &set); err != nil {
			return nil, fmt.Errorf("read the published keys: %d: %w", got.status, err)
		}
		if len(set.Keys) == 0 {
			return nil, errors.New("no key is published")
		}
		if replica := got.header.Get("X-Served-By"); slices.Contains(want, replica) {
			keys[replica] = set.Keys[0].ID
		}
		if len(keys) == len(want) {
			return keys, nil
		}
	}
	return nil, fmt.Errorf("of %d replicas, %d publish their keys", len(want), len(keys))
}

// recreate makes the replicas anew, with the key file or each with keys of its own.
func (t *Target) recreate(ctx context.Context, ownKeys bool) error {
	t.broken.ownKeys = true // also if it fails halfway
	if err := t.docker.recreate(ctx, ownKeys, names(0, always)...); err != nil {
		return err
	}
	clear(t.broken.killed)
	clear(t.broken.silent)
	if err := t.waitForBalancer(ctx, nameCached); err != nil {
		return err
	}
	t.broken.ownKeys = ownKeys
	return nil
}
