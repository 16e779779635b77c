package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"authlab/account"
	"authlab/session"
)

// serve can change keys by a schedule. What the replicas share for it is the key file, and no replica needs to know of the
// others. The file has three keys of each kind, in this order:
//
//	signs     what is signed from now on
//	next      signs after the next rotation; every replica and every reader of the JWKS has known it for long by then
//	previous  signed before; what it signed has expired when the next rotation drops it
//
// Each replica looks into the file once a minute, and whichever first sees that it is time writes it anew. If two do so at
// once, both put the same key first, which they found in the file. They make two different ones for later, and that of the
// file that was written last counts.

// keysLookedAtEvery is how long a replica may sign with the previous key after another one has changed the file.
const keysLookedAtEvery = time.Minute

// shortestRotation is how long something that a key has signed can be good: a cookie of session-cookie.
const shortestRotation = session.DefaultAbsolute

// checkRotation refuses a schedule that cannot work.
func checkRotation(o serveOptions) error {
	switch every := o.rotateKeysEvery; {
	case every == 0:
		return nil
	case o.keys == "":
		return usageError{errors.New("--rotate-keys-every needs --keys: replicas agree on new keys by the file that they share")}
	case every < shortestRotation:
		return usageError{fmt.Errorf("--rotate-keys-every %s: at least %s, because a login that a key has signed can last as long", every, shortestRotation)}
	}
	if err := checkOutput(o.keys); err != nil {
		return usageError{fmt.Errorf("--rotate-keys-every cannot write the key file: %w", err)}
	}
	return nil
}

// rotateOnSchedule brings the keys of a replica and the file up to date, now and until ctx ends.
func (k *replicaKeys) rotateOnSchedule(ctx context.Context, every time.Duration, audit account.Audit, logger *slog.Logger) error {
	rotate := func() error {
		if err := rotateIfDue(k.path, every, time.Now()); err != nil {
			return err
		}
		return k.reload(ctx, audit)
	}
	if err := rotate(); err != nil {
		return err
	}
	go func() {
		tick := time.NewTicker(keysLookedAtEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if err := rotate(); err != nil {
					logger.Error("keys were not rotated", "error", err)
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return nil
}

// rotateIfDue writes the key file anew if its last rotation was that long ago. If it was never rotated by a schedule, it
// gets only the key for the next time: the other replicas do not know a new one yet.
func rotateIfDue(path string, every time.Duration, now time.Time) error {
	set, err := readKeys(path)
	if err != nil {
		return fmt.Errorf("rotate keys: %w", err)
	}
	first := set.rotatedAt.IsZero()
	switch {
	case !first && now.Sub(set.rotatedAt) < every:
		return nil
	case len(set.tokens) == 0 || !first && min(len(set.tokens), len(set.cookies)) < 2:
		return fmt.Errorf("rotate keys in %s: a key is missing", path)
	}
	token, cookie, err := makeKeyPair()
	if err != nil {
		return fmt.Errorf("rotate keys: %w", err)
	}
	return keySet{rotated(set.tokens, token, first), rotated(set.cookies, cookie, first), now}.replace(path)
}

// rotated returns the keys of one kind after a rotation. The first time, it only puts the next one in its place.
func rotated[K any](keys []K, next K, first bool) []K {
	if first {
		return slices.Insert(slices.Clone(keys), 1, next)
	}
	return []K{keys[1], next, keys[0]}
}
