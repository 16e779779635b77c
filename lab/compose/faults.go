package compose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"authlab/lab/contract"
)

// Break implements contract.Lab.
func (t *Target) Break(ctx context.Context, f contract.Fault) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch f.Name {
	case contract.ReplicaKilled:
		err := t.docker.compose(ctx, "kill", f.Replica)
		t.killed = time.Now()
		t.broken.killed[f.Replica] = err == nil
		return err
	case contract.ReplicaSilent: // the container is paused, which stops all that runs in it
		err := t.docker.compose(ctx, "pause", f.Replica)
		t.broken.silent[f.Replica] = err == nil
		return err
	case contract.RedisStopped:
		t.broken.redis = true
		return t.docker.compose(ctx, "stop", "redis")
	case contract.BootKeys: // the replicas are made anew, without the key file
		return t.recreate(ctx, true)
	case contract.HomeCut:
		return t.cutHome(ctx, true)
	case contract.RedisGuarded:
		return t.guard(ctx)
	case contract.ReplicationCut:
		return t.cutReplication(ctx)
	case contract.PrimaryKilled:
		return t.failOver(ctx)
	}
	return t.Remote.Break(ctx, f)
}

// Mend implements contract.Lab.
func (t *Target) Mend(ctx context.Context, f contract.Fault) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch f.Name {
	case contract.ReplicaKilled:
		return t.start(ctx, f.Replica)
	case contract.ReplicaSilent:
		if t.broken.silent[f.Replica] {
			return t.unpause(ctx, f.Replica)
		}
		return nil
	case contract.RedisStopped:
		return t.startStore(ctx)
	case contract.BootKeys:
		return t.recreate(ctx, false)
	case contract.HomeCut:
		return t.cutHome(ctx, false)
	case contract.RedisGuarded:
		return errors.Join(t.Remote.Mend(ctx, f), t.endGuarded(ctx))
	}
	return t.Remote.Mend(ctx, f)
}

// unpause lets paused replicas go on; none is no error.
func (t *Target) unpause(ctx context.Context, replicas ...string) error {
	if len(replicas) == 0 {
		return nil
	}
	if err := t.docker.compose(ctx, append([]string{"unpause"}, replicas...)...); err != nil {
		return err
	}
	for _, replica := range replicas {
		delete(t.broken.silent, replica)
	}
	return t.waitForBalancer(ctx, 0)
}

// start starts replicas; none is no error.
func (t *Target) start(ctx context.Context, replicas ...string) error {
	if len(replicas) == 0 {
		return nil
	}
	if err := t.waitForNames(ctx); err != nil {
		return err
	}
	if err := t.docker.start(ctx, replicas...); err != nil {
		return err
	}
	for _, replica := range replicas {
		delete(t.broken.killed, replica)
	}
	return t.waitForBalancer(ctx, 0)
}

func (t *Target) startStore(ctx context.Context) error {
	if err := t.docker.start(ctx, "redis"); err != nil {
		return err
	}
	if err := t.waitForRedis(ctx); err != nil {
		return err
	}
	if t.broken.flush {
		if err := t.Remote.Flush(ctx); err != nil {
			return err
		}
	}
	t.broken.redis, t.broken.flush = false, false
	return nil
}

// Flush implements contract.Lab. A Redis that is stopped is emptied as soon as it is back, before a caller who waits for
// it to be mended can look.
func (t *Target) Flush(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.broken.redis {
		t.broken.flush = true
		return nil
	}
	return t.Remote.Flush(ctx)
}

// Scale implements contract.Lab.
func (t *Target) Scale(ctx context.Context, replicas int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if replicas < always || replicas > most {
		return fmt.Errorf("%d replicas: %w", replicas, contract.ErrNotOnTarget)
	}
	return t.scale(ctx, replicas)
}

func (t *Target) scale(ctx context.Context, replicas int) error {
	before := t.broken.replicas
	t.broken.replicas = replicas
	if replicas >= before {
		return t.start(ctx, names(before, replicas)...)
	}
	for _, gone := range names(replicas, before) {
		delete(t.broken.killed, gone)
	}
	args := append([]string{"rm", "-s", "-f"}, names(replicas, before)...)
	if err := t.docker.compose(ctx, args...); err != nil {
		return err
	}
	return t.waitForBalancer(ctx, nameCached)
}

// marked lists those of the replicas that are always there which are in a set.
func marked(set map[string]bool) []string {
	return slices.DeleteFunc(names(0, always), func(name string) bool { return !set[name] })
}

// names are app-(from+1) to app-to.
func names(from, to int) []string {
	var all []string
	for i := from; i < to; i++ {
		all = append(all, "app-"+strconv.Itoa(i+1))
	}
	return all
}

// alive are the replicas that should answer.
func (t *Target) alive() []string {
	return slices.DeleteFunc(names(0, t.broken.replicas), func(name string) bool { return t.broken.killed[name] || t.broken.silent[name] })
}

// cutHome takes the reports service off the network where home is, or puts it there again.
func (t *Target) cutHome(ctx context.Context, cut bool) error {
	if t.broken.home == cut {
		return nil
	}
	reports, err := t.docker.container(ctx, "reports")
	if err != nil {
		return err
	}
	nginx, err := t.docker.container(ctx, "nginx")
	if err != nil {
		return err
	}
	home, err := homeOf(nginx)
	if err != nil {
		return err
	}
	how := "connect"
	if cut {
		how = "disconnect"
	}
	if _, err := t.docker.run(ctx, nil, "network", how, home, reports.ID); err != nil {
		return err
	}
	t.broken.home = cut
	return t.waitForHome(ctx, !cut)
}

// View implements contract.Lab. The naive twin and the login server are in this process: the twin is never in a container.
func (t *Target) View(ctx context.Context) (contract.View, error) {
	v, err := t.Remote.View(ctx)
	v.Services.Naive, v.Services.Issuer = t.beside.addresses.Naive, t.beside.addresses.Issuer
	return v, err
}

// Advance implements contract.Lab.
func (t *Target) Advance(ctx context.Context, by time.Duration) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.Remote.Advance(ctx, by); err != nil {
		return err
	}
	t.ahead += by
	return t.setClock(ctx)
}

// Reset implements contract.Lab. Nothing is started or made anew that is as it should be.
func (t *Target) Reset(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.mend(ctx); err != nil {
		return err
	}
	t.beside.naive.Reset()
	t.ahead = 0
	return errors.Join(t.setClock(ctx), t.Remote.Reset(ctx))
}

// mend mends what was broken here, or by others.
func (t *Target) mend(ctx context.Context) error {
	if err := t.findBroken(ctx); err != nil {
		return err
	}
	if err := t.unpause(ctx, marked(t.broken.silent)...); err != nil {
		return err
	}
	if err := t.scale(ctx, always); err != nil {
		return err
	}
	if t.broken.redis {
		if err := t.startStore(ctx); err != nil {
			return err
		}
	}
	if t.broken.ownKeys {
		if err := t.recreate(ctx, false); err != nil {
			return err
		}
	}
	if err := t.start(ctx, marked(t.broken.killed)...); err != nil {
		return err
	}
	failed := errors.Join(t.cutHome(ctx, false), t.endGuarded(ctx))
	if t.broken.olderKeys {
		failed = errors.Join(failed, t.rotateKeys(ctx, false))
	}
	return failed
}
