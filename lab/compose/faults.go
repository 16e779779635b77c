package compose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"authlab/lab/experiment"
)

// Kill implements experiment.Target.
func (t *Target) Kill(ctx context.Context, replica string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.docker.compose(ctx, "kill", replica); err != nil {
		return err
	}
	t.nameGone()
	t.broken.killed[replica] = true
	return nil
}

// Silence implements experiment.Target: the container is paused, which stops all that runs in it.
func (t *Target) Silence(ctx context.Context, replica string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.docker.compose(ctx, "pause", replica); err != nil {
		return err
	}
	t.broken.silent[replica] = true
	return nil
}

// Start implements experiment.Target.
func (t *Target) Start(ctx context.Context, replica string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.broken.silent[replica] {
		return t.unpause(ctx, replica)
	}
	return t.start(ctx, replica)
}

func (t *Target) unpause(ctx context.Context, replicas ...string) error {
	if err := t.docker.compose(ctx, append([]string{"unpause"}, replicas...)...); err != nil {
		return err
	}
	for _, replica := range replicas {
		delete(t.broken.silent, replica)
	}
	return t.inTurn(ctx, 0)
}

func (t *Target) start(ctx context.Context, replicas ...string) error {
	if err := t.forgotten(ctx); err != nil {
		return err
	}
	if err := t.docker.start(ctx, replicas...); err != nil {
		return err
	}
	for _, replica := range replicas {
		delete(t.broken.killed, replica)
	}
	return t.inTurn(ctx, 0)
}

// StopStore implements experiment.Target.
func (t *Target) StopStore(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.broken.redis = true
	return t.docker.compose(ctx, "stop", "redis")
}

// StartStore implements experiment.Target.
func (t *Target) StartStore(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.startStore(ctx)
}

func (t *Target) startStore(ctx context.Context) error {
	if err := t.docker.start(ctx, "redis"); err != nil {
		return err
	}
	if err := t.redisReached(ctx); err != nil {
		return err
	}
	if t.broken.flush {
		if err := t.Remote.FlushStore(ctx); err != nil {
			return err
		}
	}
	t.broken.redis, t.broken.flush = false, false
	return nil
}

// FlushStore implements experiment.Target. A Redis that is stopped is emptied as soon as it is back, before anybody who
// waits for StartStore can look.
func (t *Target) FlushStore(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.broken.redis {
		t.broken.flush = true
		return nil
	}
	return t.Remote.FlushStore(ctx)
}

// Scale implements experiment.Target.
func (t *Target) Scale(ctx context.Context, replicas int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if replicas < always || replicas > most {
		return fmt.Errorf("%d replicas: %w", replicas, experiment.ErrNotOnTarget)
	}
	return t.scale(ctx, replicas)
}

func (t *Target) scale(ctx context.Context, replicas int) error {
	before := t.broken.replicas
	t.broken.replicas = replicas
	if replicas > before {
		return t.start(ctx, names(before, replicas)...)
	}
	if replicas == before {
		return nil
	}
	for _, gone := range names(replicas, before) {
		delete(t.broken.killed, gone)
	}
	args := append([]string{"rm", "-s", "-f"}, names(replicas, before)...)
	if err := t.docker.compose(ctx, args...); err != nil {
		return err
	}
	return t.inTurn(ctx, lookups)
}

// marked are those of the replicas that are always there which stand in a set.
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

// StopHome implements experiment.Target.
func (t *Target) StopHome(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.broken.home {
		return nil
	}
	return t.cutHome(ctx, true)
}

// StartHome implements experiment.Target.
func (t *Target) StartHome(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.broken.home {
		return nil
	}
	return t.cutHome(ctx, false)
}

// cutHome takes the reports service off the network where home is, or puts it there again.
func (t *Target) cutHome(ctx context.Context, cut bool) error {
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
	return t.homeReached(ctx, !cut)
}

// Services implements experiment.Target. The naive twin is in this process: it is never in a container.
func (t *Target) Services(ctx context.Context) (experiment.Services, error) {
	services, err := t.Remote.Services(ctx)
	services.Naive = t.address
	return services, err
}

// Reset implements experiment.Target. Nothing is started or made anew that is as it should be.
func (t *Target) Reset(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.mend(ctx); err != nil {
		return err
	}
	t.naive.Reset()
	return t.Remote.Reset(ctx)
}

// mend mends what was broken here, and what somebody else has broken.
func (t *Target) mend(ctx context.Context) error {
	if err := t.notice(ctx); err != nil {
		return err
	}
	if paused := marked(t.broken.silent); len(paused) > 0 {
		if err := t.unpause(ctx, paused...); err != nil {
			return err
		}
	}
	if t.broken.replicas != always {
		if err := t.scale(ctx, always); err != nil {
			return err
		}
	}
	if t.broken.redis {
		if err := t.startStore(ctx); err != nil {
			return err
		}
	}
	if t.broken.ownKeys {
		if err := t.shareKeys(ctx); err != nil {
			return err
		}
	}
	if dead := marked(t.broken.killed); len(dead) > 0 {
		if err := t.start(ctx, dead...); err != nil {
			return err
		}
	}
	var failed []error
	if t.broken.home {
		failed = append(failed, t.cutHome(ctx, false))
	}
	if t.broken.olderKeys {
		failed = append(failed, t.rotateKeys(ctx, false))
	}
	return errors.Join(failed...)
}
