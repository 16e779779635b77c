package redisserver

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// master is the name by which Sentinel knows the primary.
const master = "authlab"

// A Guarded is a primary with a replica, which copies what the primary writes, and a Sentinel, which tells clients which of
// the two is the primary.
//
//	client ─── which one? ──▶ Sentinel
//	  └──────▶ primary ─── copies ──▶ replica
//
// Its methods are for one goroutine at a time.
type Guarded struct {
	Primary, Replica, Sentinel *Process

	folder           string
	primary, replica *redis.Client
	sentinel         *redis.SentinelClient
	isCut            bool
}

// StartGuarded starts three processes, and returns when the replica has a copy.
func StartGuarded(ctx context.Context) (*Guarded, error) {
	processes, folder, err := onFreePorts(ctx, 3, func(folder string, ports []int) ([]*Process, error) {
		return together(len(ports), func(i int) (*Process, error) {
			lines := []string{`save ""`, "repl-diskless-sync no"} // after a diskless one the first copy waits for up to a second
			if i == 2 {
				// The replica is named, because Sentinel would look for new ones every ten seconds only. That the primary is dead
				// it believes after a time in which none seems to be because the machine is busy. FailOver does not wait for that.
				lines = []string{
					fmt.Sprintf("sentinel monitor %s 127.0.0.1 %d 1", master, ports[0]),
					fmt.Sprintf("sentinel known-replica %s 127.0.0.1 %d", master, ports[1]),
					fmt.Sprintf("sentinel down-after-milliseconds %s 5000", master),
				}
			}
			return start(ctx, filepath.Join(folder, fmt.Sprint(i)), ports[i], lines...)
		})
	})
	if err != nil {
		return nil, err
	}
	g := &Guarded{
		Primary: processes[0], Replica: processes[1], Sentinel: processes[2], folder: folder,
		primary: redis.NewClient(optionsOf(processes[0])), replica: redis.NewClient(optionsOf(processes[1])),
		sentinel: redis.NewSentinelClient(optionsOf(processes[2])),
	}
	if err := g.follow(ctx, g.Primary.Addr); err != nil {
		return nil, errors.Join(err, g.Stop())
	}
	return g, nil
}

func optionsOf(p *Process) *redis.Options {
	return &redis.Options{
		Addr: p.Addr, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}

// Address is how authlab is told of the Sentinel.
func (g *Guarded) Address() string {
	return "redis+sentinel://" + g.Sentinel.Addr + "/" + master + "/0"
}
