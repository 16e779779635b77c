package web

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// A batcher is the innermost hook of the Redis client. It sends the commands of several requests in one write, and reads
// their answers together: a system call costs more than what it carries.
//
//	request 1   GETEX ─┐
//	request 2   GETEX ─┼─▶ one write ─▶ Redis ─▶ one read ─▶ each request gets its answer
//	request 3   MGET  ─┘
//
// No command waits for others to come. Those go together that came while the processor was busy: a batch is sent when the
// requests that can run have run, and when fewer than batchesAtOnce wait for their answers, or Redis is slow. A server
// with little to do sends each command by itself.
//
// Only commands that read go together. What changes something keeps its own write, so that it fails for reasons of its own.
type batcher struct {
	pipeline redis.ProcessPipelineHook // of the client

	sent chan struct{} // has one for each batch that waits for its answers

	mu      sync.Mutex
	waiting *batch // nil: the next command begins one
}

// batchesAtOnce bounds the connections that batches need. When a thousand clients come at the same moment, every command
// would otherwise find all connections in use and open one more, at the time when the processor has the least to spare; and
// opening one takes several turns of it, so that many commands were late.
const batchesAtOnce = 4

// slowAfter is how long a batch waits for another to be answered. Then it is sent all the same: it is Redis that is slow and not
// this process, so that more connections help, and a command keeps all its time.
const slowAfter = 100 * time.Millisecond

func newBatcher() *batcher { return &batcher{sent: make(chan struct{}, batchesAtOnce)} }

type batch struct {
	commands []redis.Cmder
	answered chan struct{} // closed when each command has its answer, or its error
}

var _ redis.Hook = (*batcher)(nil)

func (b *batcher) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessPipelineHook is called when the hook is added, and again with the way of each connection that is opened.
func (b *batcher) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	if b.pipeline == nil {
		b.pipeline = next
	}
	return next
}

// ProcessHook puts a command that reads into a batch. A request that has waited for Redis before has less time left than
// the others, so its commands go alone.
func (b *batcher) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if !repeatable[cmd.Name()] || timingOf(ctx).Waited() > 0 || ctx.Err() != nil {
			return next(ctx, cmd)
		}
		<-b.add(cmd)
		return cmd.Err()
	}
}

func (b *batcher) add(cmd redis.Cmder) (answered <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting == nil {
		b.waiting = &batch{answered: make(chan struct{})}
		go b.send()
	}
	b.waiting.commands = append(b.waiting.commands, cmd)
	return b.waiting.answered
}

func (b *batcher) send() {
	runtime.Gosched() // to the end of the queue of what can run
	select {
	case b.sent <- struct{}{}:
		defer func() { <-b.sent }()
	case <-time.After(slowAfter):
	}
	ctx, cancel := context.WithTimeout(context.Background(), redisTimeout)
	defer cancel()
	b.mu.Lock()
	batch := b.waiting
	b.waiting = nil
	b.mu.Unlock()
	defer close(batch.answered)
	_ = b.pipeline(ctx, batch.commands) // each command has its own error
}
