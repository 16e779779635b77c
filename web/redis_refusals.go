package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// PingRedis returns an error if Redis is not of use: it cannot be reached, or it refuses (a wrong password).
func PingRedis(ctx context.Context, client redis.UniversalClient) error {
	err := client.Ping(ctx).Err()
	if ctx.Err() != nil { // no command ends with its context
		return ctx.Err()
	}
	where := "the primary that Sentinel knows"
	switch client := client.(type) {
	case *redis.ClusterClient:
		where = strings.Join(client.Options().Addrs, ", ")
	case *redis.Client:
		if address := client.Options().Addr; address != "FailoverClient" {
			where = address
		}
	}
	if code, _ := refusal(err); code != "" {
		return fmt.Errorf("redis at %s answers with an error: %w", where, err)
	}
	if err != nil {
		return fmt.Errorf("redis at %s cannot be reached: %w", where, err)
	}
	return nil
}

// refusal returns what Redis itself answered, if it answered with an error: its code, like READONLY, and its text. The text
// ends where Redis begins to quote the command's arguments, which may be secret.
func refusal(err error) (code, text string) {
	answer, ok := errors.AsType[redis.Error](err)
	if !ok || errors.Is(err, redis.Nil) || errors.Is(err, redis.TxFailedErr) {
		return "", ""
	}
	text, _, _ = strings.Cut(answer.Error(), ", with args")
	code, _, _ = strings.Cut(text, " ")
	return code, text
}

// refusedEvery is how often one kind of refusal is logged: while it lasts, each request meets it.
const refusedEvery = time.Minute

// refusals logs the errors that Redis itself answers with: it is read-only, the password is wrong, a command is unknown or
// not allowed. Clients see the same 503 as in an outage, but waiting mends an outage and not these.
type refusals struct {
	replica string
	logger  *slog.Logger
	now     func() time.Time

	mu     sync.Mutex
	logged map[string]time.Time // by command and code
}

func newRefusals(replica string, logger *slog.Logger) *refusals {
	return &refusals{replica: replica, logger: logger, now: time.Now, logged: map[string]time.Time{}}
}

func (r *refusals) saw(command string, err error) {
	code, text := refusal(err)
	if code == "" {
		return
	}
	now, kind := r.now(), command+" "+code
	r.mu.Lock()
	last, ok := r.logged[kind]
	again := !ok || now.Sub(last) >= refusedEvery
	if again {
		r.logged[kind] = now
	}
	r.mu.Unlock()
	if again {
		r.logger.Error("redis refused", "replica", r.replica, "command", command, "error", text)
	}
}
