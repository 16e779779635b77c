package compose

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"authlab/lab/contract"
)

// findBroken finds out what is broken, by this target or by others.
func (t *Target) findBroken(ctx context.Context) error {
	var v contract.View
	if err := until(ctx, "the lab's console answers", func(ctx context.Context) (err error) {
		v, err = t.Remote.View(ctx)
		return err
	}); err != nil {
		return err
	}
	// What the console has broken by itself, it mends by itself, also if that cannot be all yet.
	guarded := slices.Contains(v.Faults, contract.RedisGuarded)
	t.broken.guarded = t.broken.guarded || guarded
	if guarded || v.Redis.Cut || slices.ContainsFunc(v.Replicas, func(r contract.ReplicaView) bool { return r.Refuses || r.Silent }) {
		if err := t.Remote.Reset(ctx); err != nil && ctx.Err() != nil {
			return err
		}
		var err error
		if v, err = t.Remote.View(ctx); err != nil {
			return err
		}
	}
	t.broken.redis = t.broken.redis || !v.Redis.Alive
	t.broken.replicas = max(t.broken.replicas, len(v.Replicas))
	t.broken.ownKeys = t.broken.ownKeys || slices.Contains(v.Faults, contract.BootKeys)
	for _, r := range v.Replicas {
		if !r.Alive {
			t.broken.killed[r.Name] = true
		}
		if r.Silent {
			t.broken.silent[r.Name] = true
		}
	}
	return nil
}

// waitForConsole waits until the console shows as alive the replicas that should be, and no other. It tells a replica the
// lab's time when it finds it.
func (t *Target) waitForConsole(ctx context.Context) error {
	want := t.alive()
	return until(ctx, "the lab's console finds "+strings.Join(want, ", "), func(ctx context.Context) error {
		v, err := t.Remote.View(ctx)
		if err != nil {
			return err
		}
		var found []string
		for _, r := range v.Replicas {
			if r.Alive && !r.Silent {
				found = append(found, r.Name)
			}
		}
		if !slices.Equal(found, want) {
			return fmt.Errorf("it finds %s", strings.Join(found, ", "))
		}
		return nil
	})
}

// waitForRedis waits until the console and every replica that is alive reach Redis: their clients need a moment to
// believe it.
func (t *Target) waitForRedis(ctx context.Context) error {
	return until(ctx, "all reach Redis", func(ctx context.Context) error {
		v, err := t.Remote.View(ctx)
		if err == nil && !v.Redis.Alive {
			err = errors.New("not all do")
		}
		return err
	})
}

// waitForHome waits until the reports service reaches home, or does not any more. A cookie that was never given out tells:
// only home can say that it is no session.
func (t *Target) waitForHome(ctx context.Context, want bool) error {
	v, err := t.Remote.View(ctx)
	if err != nil {
		return err
	}
	return until(ctx, "the second service notices", func(ctx context.Context) error {
		got, err := t.get(ctx, v.Services.Reports+"/reports/session/redis", http.Header{"Cookie": {"session-redis=unknown"}})
		if err == nil && (got.status == http.StatusUnauthorized) != want {
			err = fmt.Errorf("it says %d", got.status)
		}
		return err
	})
}

// homeOf is the network in which nginx is home to the second service.
func homeOf(nginx container) (string, error) {
	for network := range strings.SplitSeq(nginx.Networks, ",") {
		if strings.HasSuffix(network, "_home") {
			return network, nil
		}
	}
	return "", fmt.Errorf("nginx is in the networks %s, and none of them is home", nginx.Networks)
}
