package control

import (
	"context"
	"maps"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// Housekeeping tells whether a command opens a connection, groups others, or comes from the lab itself. What is left is
// what the two logins cost.
func Housekeeping(command string) bool {
	switch command {
	case "HELLO", "AUTH", "SELECT", "CLIENT", "COMMAND", "PING", "MULTI", "EXEC", "QUIT",
		"SCAN", "STRLEN", "ZCARD", "PTTL", "PEXPIRE", "UNLINK", "INFO":
		return true
	}
	return false
}

// A CommandCount is how often a real Redis has been sent each command since Reset, by its own count.
type CommandCount struct {
	client redis.UniversalClient

	mu     sync.Mutex
	life   string           // of the server when it was reset: a server that starts anew counts from 0
	before map[string]int64 // what it had counted by then
}

// NewCommandCount counts from the first Reset on.
func NewCommandCount(client redis.UniversalClient) *CommandCount {
	return &CommandCount{client: client}
}

// Reset makes the count begin now.
func (c *CommandCount) Reset(ctx context.Context) {
	life, counts := c.asked(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.life, c.before = life, counts
}

// Since is the count, without what is Housekeeping. No answer is no count.
func (c *CommandCount) Since(ctx context.Context) map[string]int64 {
	life, counts := c.asked(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	if life == c.life {
		for name, n := range c.before {
			counts[name] -= n
		}
	}
	maps.DeleteFunc(counts, func(name string, n int64) bool { return Housekeeping(name) || n == 0 })
	return counts
}

// asked reads Redis's own count, and which life of the server it is of.
func (c *CommandCount) asked(ctx context.Context) (life string, counts map[string]int64) {
	counts = map[string]int64{}
	text, err := c.client.Info(ctx, "server", "commandstats").Result()
	if err != nil {
		return "", counts
	}
	for line := range strings.Lines(text) {
		if id, ok := strings.CutPrefix(line, "run_id:"); ok {
			life = strings.TrimSpace(id)
		}
		name, rest, ok := strings.Cut(strings.TrimPrefix(line, "cmdstat_"), ":calls=")
		if !ok || strings.Contains(name, "|") {
			continue
		}
		calls, _, _ := strings.Cut(rest, ",")
		if n, err := strconv.ParseInt(calls, 10, 64); err == nil {
			counts[strings.ToUpper(name)] += n
		}
	}
	return life, counts
}
