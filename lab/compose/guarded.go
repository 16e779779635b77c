package compose

import (
	"context"

	"authlab/lab/contract"
)

// profile is of the containers that only a guarded Redis needs.
const profile = "sentinel"

// guardedServices are those containers.
func guardedServices() []string {
	return []string{"redis-primary", "redis-replica", "sentinel-1", "sentinel-2", "sentinel-3"}
}

const (
	// cut lets the replica copy what the primary has, and then no more: on port 1 no program listens.
	cut = `printf 'INCR copied\nWAIT 1 5000\n' | redis-cli -h redis-primary | tail -n 1 | grep -qx 1 && redis-cli replicaof 127.0.0.1 1`
	// failOver has Sentinel make the replica the primary, and waits until all three say so.
	failOver = `ask() { redis-cli -h "sentinel-$1" -p 26379 sentinel "$2" authlab; }
replica=$(ask 1 replicas | grep -A1 -x ip | tail -n 1)
until ask 1 failover | grep -qx OK; do sleep 0.1; done
for s in 1 2 3; do until ask $s get-master-addr-by-name | grep -qxF "$replica"; do sleep 0.1; done; done`
)

// sentinels runs docker compose with the profile.
func (t *Target) sentinels(ctx context.Context, args ...string) error {
	return t.docker.compose(ctx, append([]string{"--profile", profile}, args...)...)
}

// guard starts new containers of a guarded Redis, and has the replicas begin anew there.
func (t *Target) guard(ctx context.Context) error {
	if t.broken.guarded {
		return nil
	}
	t.broken.guarded = true // also if it fails halfway
	up := []string{"up", "-d", "--wait", "--no-deps", "--no-build", "--force-recreate"}
	if err := t.sentinels(ctx, append(up, guardedServices()...)...); err != nil {
		return err
	}
	if err := t.Remote.Break(ctx, contract.Fault{Name: contract.RedisGuarded}); err != nil {
		return err
	}
	return t.waitForRedis(ctx)
}

func (t *Target) cutReplication(ctx context.Context) error {
	return t.sentinels(ctx, "exec", "-T", "redis-replica", "sh", "-c", cut)
}

// failOver kills the primary, and returns when the replicas are at the new one.
func (t *Target) failOver(ctx context.Context) error {
	if err := t.sentinels(ctx, "kill", "redis-primary"); err != nil {
		return err
	}
	if err := t.sentinels(ctx, "exec", "-T", "sentinel-1", "timeout", "20", "sh", "-c", failOver); err != nil {
		return err
	}
	return t.waitForRedis(ctx)
}

// endGuarded removes the containers of the guarded Redis, which no replica uses any more.
func (t *Target) endGuarded(ctx context.Context) error {
	if !t.broken.guarded {
		return nil
	}
	if err := t.sentinels(ctx, append([]string{"rm", "-s", "-f", "-v"}, guardedServices()...)...); err != nil {
		return err
	}
	t.broken.guarded = false
	return nil
}
