package redisserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/redis/go-redis/v9"
)

// askAgain is how often what has no event is asked for.
const askAgain = 10 * time.Millisecond

// follow makes the replica copy the primary from an address, and returns when it has all.
func (g *Guarded) follow(ctx context.Context, address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if err := g.replica.ReplicaOf(ctx, host, port).Err(); err != nil {
		return fmt.Errorf("make the replica follow: %w", err)
	}
	return copied(ctx, g.primary, "copied")
}

// copied returns when a replica has all that its primary has been told until now. It writes a key.
func copied(ctx context.Context, primary *redis.Client, key string) error {
	return until(ctx, func() error {
		pipeline := primary.Pipeline() // on one connection: WAIT is about what was written there, and before
		pipeline.Incr(ctx, key)
		replicas := pipeline.Do(ctx, "WAIT", 1, time.Second.Milliseconds())
		_, err := pipeline.Exec(ctx)
		if n, _ := replicas.Int(); err == nil && n == 0 {
			err = errors.New("the replica is behind")
		}
		return err
	})
}

// nowhere is where no primary is: port 1 is tcpmux, which no machine serves any more.
const nowhere = "1"

// CutReplica lets the replica copy what the primary has, and then no more, as if the network between the two were cut. To do it
// twice, or after FailOver, is no error.
func (g *Guarded) CutReplica(ctx context.Context) error {
	if g.isCut || g.Primary.hasEnded() {
		return nil
	}
	if err := copied(ctx, g.primary, "copied"); err != nil {
		return err
	}
	if err := g.replica.ReplicaOf(ctx, "127.0.0.1", nowhere).Err(); err != nil {
		return fmt.Errorf("cut the replica off: %w", err)
	}
	g.isCut = true
	return nil
}

// FailOver kills the primary, and returns when Sentinel has made the replica the primary. To do it twice is no error.
func (g *Guarded) FailOver(ctx context.Context) error {
	if g.Primary.hasEnded() {
		return nil
	}
	switched := g.sentinel.Subscribe(ctx, "+switch-master")
	defer func() { _ = switched.Close() }()
	if _, err := switched.Receive(ctx); err != nil { // it listens
		return fmt.Errorf("listen to Sentinel: %w", err)
	}
	g.Primary.Kill()
	// By itself Sentinel would wait until the primary has been silent for long enough. An error says that it has not looked at
	// the replica yet.
	if err := until(ctx, func() error { return g.sentinel.Failover(ctx, master).Err() }); err != nil {
		return fmt.Errorf("fail over: %w", err)
	}
	if _, err := switched.ReceiveMessage(ctx); err != nil {
		return fmt.Errorf("fail over: %w", err)
	}
	return nil
}

// Stop ends all processes and removes their files.
func (g *Guarded) Stop() error {
	err := errors.Join(g.primary.Close(), g.replica.Close(), g.sentinel.Close())
	killAll([]*Process{g.Primary, g.Replica, g.Sentinel})
	return errors.Join(err, os.RemoveAll(g.folder))
}

// until asks again and again until there is no error.
func until(ctx context.Context, ask func() error) error {
	again := time.NewTicker(askAgain)
	defer again.Stop()
	for {
		err := ask()
		if err == nil {
			return nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		}
	}
}
