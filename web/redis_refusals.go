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

	"authlab/session"
)

// PingRedis returns an error if Redis is not of use: it cannot be reached, or it refuses. It sends the youngest command that a
// login needs, which is of Redis 6.2, so it also fails where a PING would not: at an older Redis, a replica, a node that does
// not have all keys, and for a user who may not use them.
func PingRedis(ctx context.Context, client redis.UniversalClient) error {
	err := client.GetEx(ctx, DefaultPrefix+"ping", time.Minute).Err() // there is no such key
	switch {
	case ctx.Err() != nil: // no command ends with its context
		return ctx.Err()
	case errors.Is(err, redis.Nil):
		return nil
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
	if code, text := refusal(err); code != "" {
		return fmt.Errorf("redis at %s answers %s", where, explained(text))
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

// meanings say what Redis means by an error, by how it begins.
var meanings = []struct{ begins, means string }{
	{"READONLY", "it is a replica, and takes no writes"},
	{"NOAUTH", "it wants a password"},
	{"WRONGPASS", "the user's name or password is wrong"},
	{"NOPERM", "this user may not use a command or a key that logins need"},
	{"LOADING", "it has just started, and is still reading its data"},
	{"OOM", "its memory is full"},
	{"MISCONF", "it cannot write to its disk, and takes no writes"},
	{"NOREPLICAS", "too few of its replicas are connected, and it takes no writes"},
	{"MASTERDOWN", "it is a replica that has lost its primary"},
	{"CLUSTERDOWN", "a part of the cluster has no primary"},
	{"TRYAGAIN", "the cluster is moving these keys"},
	{"MOVED", "it is a node of a cluster, and only an address with several hosts is a cluster's"},
	{"ASK", "it is a node of a cluster, and only an address with several hosts is a cluster's"},
	{"ERR unknown command", "it is older than Redis 6.2, or a command has been taken away from it"},
}

// explained is an answer of Redis, and what it means.
func explained(text string) string {
	for _, m := range meanings {
		if strings.HasPrefix(text, m.begins) {
			return text + " (" + m.means + ")"
		}
	}
	return text
}

// gives says what a replica has of a store, for an error that is no good answer: of Redis the code and not the text, which may
// name users and keys.
func gives(err error) string {
	if errors.Is(err, session.ErrPostgres) {
		return "no good answer from PostgreSQL"
	}
	code, text := refusal(err)
	for _, m := range meanings {
		if code != "" && strings.HasPrefix(text, m.begins) {
			return "no good answer from Redis (" + m.begins + ": " + m.means + ")"
		}
	}
	return "no good answer from Redis"
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
		r.logger.Error("redis refused", "replica", r.replica, "command", command, "error", explained(text))
	}
}
