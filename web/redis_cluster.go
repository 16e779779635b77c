package web

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

// openCluster returns a client that sends each command to the node that has its keys.
//
// A node that answers that another has the key (MOVED, ASK), or that it cannot take the command now, has not carried it out,
// so it is sent again. But a command is not sent again when its connection breaks: see lost.
func openCluster(options *redis.ClusterOptions) redis.UniversalClient {
	options.DisableRoutingPolicies = true // each command of ours has its keys in one slot; no COMMAND is asked first
	cluster := redis.NewClusterClient(options)
	cluster.OnNewNode(func(node *redis.Client) { node.AddHook(nodeHook{cluster}) })
	return cluster
}

// A nodeHook is of each node of a cluster.
type nodeHook struct{ cluster *redis.ClusterClient }

var _ redis.Hook = nodeHook{}

func (nodeHook) DialHook(next redis.DialHook) redis.DialHook { return atFirstUse(next) }

func (h nodeHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if _, answered := errors.AsType[redis.Error](err); err == nil || answered || errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		h.cluster.ReloadState(ctx) // another node may have taken this one's place
		return lost{err}
	}
}

func (nodeHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// A lost is an error that is no answer of a node: the command may have been carried out. It does not unwrap, because the
// client would find an error in it for which it sends commands again.
type lost struct{ err error }

func (e lost) Error() string { return e.err.Error() }
