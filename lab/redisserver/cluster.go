package redisserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/redis/go-redis/v9"
)

// A Cluster is a Redis Cluster: three primaries that share the hash slots, each with a replica.
type Cluster struct {
	Nodes  []*Process // the primaries first
	folder string
}

const (
	primaries = 3
	hashSlots = 16384
	busOffset = 10_000 // of the port on which a node talks to the others
)

// StartCluster starts six processes, and returns when they agree that the cluster works. It takes two seconds, because a
// primary that starts waits for so long whether the others know better.
func StartCluster(ctx context.Context) (*Cluster, error) {
	nodes, folder, err := onFreePorts(ctx, 2*primaries, func(folder string, ports []int) ([]*Process, error) {
		nodes, err := together(len(ports), func(i int) (*Process, error) {
			own := filepath.Join(folder, fmt.Sprint(i))
			// Written down here, so that the nodes need not be introduced to each other.
			if err := errors.Join(os.MkdirAll(own, 0o700), os.WriteFile(filepath.Join(own, "nodes.conf"), []byte(nodesConf(ports, i)), 0o600)); err != nil {
				return nil, err
			}
			return start(ctx, own, ports[i], `save ""`, "cluster-enabled yes", "cluster-config-file nodes.conf", "cluster-node-timeout 5000",
				"repl-diskless-sync-delay 0")
		})
		if err != nil {
			return nil, err
		}
		for _, node := range nodes {
			if err := node.Wait(ctx, "Cluster state changed: ok"); err != nil {
				killAll(nodes)
				return nil, err
			}
		}
		return nodes, nil
	})
	return &Cluster{nodes, folder}, err
}

// nodesConf is the file in which a node keeps what it knows of the others.
func nodesConf(ports []int, self int) string {
	id := func(i int) string { return fmt.Sprintf("%040x", i+1) }
	var b strings.Builder
	for i, port := range ports {
		role, of, slots := "master", "-", ""
		if i < primaries {
			slots = fmt.Sprintf(" %d-%d", i*hashSlots/primaries, (i+1)*hashSlots/primaries-1)
		} else {
			role, of = "slave", id(i-primaries)
		}
		if i == self {
			role = "myself," + role
		}
		fmt.Fprintf(&b, "%s 127.0.0.1:%d@%d %s %s 0 0 %d connected%s\n", id(i), port, port+busOffset, role, of, i%primaries+1, slots)
	}
	fmt.Fprintf(&b, "vars currentEpoch %d lastVoteEpoch 0\n", len(ports))
	return b.String()
}

// Address is how authlab is told of the cluster.
func (c *Cluster) Address() string {
	var hosts []string
	for _, node := range c.Nodes {
		hosts = append(hosts, node.Addr)
	}
	return "redis://" + strings.Join(hosts, ",")
}

// TakeOver kills the primary that has the keys with a hash tag, and returns when its replica, which has a copy of all, is the
// primary. The cluster would see to that by itself, when the primary has been silent for long enough.
func (c *Cluster) TakeOver(ctx context.Context, tag string) error {
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{c.Nodes[0].Addr}, DisableIdentity: true})
	defer func() { _ = client.Close() }()
	primary, err := client.MasterForKey(ctx, tag)
	if err != nil {
		return fmt.Errorf("find the primary: %w", err)
	}
	if err := copied(ctx, primary, "copied:{"+tag+"}"); err != nil {
		return err
	}
	for i, node := range c.Nodes[:primaries] {
		if node.Addr != primary.Options().Addr {
			continue
		}
		node.Kill()
		replica := redis.NewClient(optionsOf(c.Nodes[i+primaries]))
		defer func() { _ = replica.Close() }()
		if err := replica.Do(ctx, "CLUSTER", "FAILOVER", "TAKEOVER").Err(); err != nil {
			return fmt.Errorf("take over: %w", err)
		}
		return nil
	}
	return fmt.Errorf("%s is not one of the three that were primaries", primary.Options().Addr)
}

// Stop ends all processes and removes their files.
func (c *Cluster) Stop() error {
	killAll(c.Nodes)
	return os.RemoveAll(c.folder)
}
