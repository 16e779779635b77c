package web

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/redis/go-redis/v9"
)

// The client of a cluster repeats a command if its error says that the connection broke. Then the command may have been
// carried out, and a refresh token that is spent twice would end its login.
func TestACommandWhoseAnswerIsLostIsNotSentToAClusterAgain(t *testing.T) {
	cluster := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{"127.0.0.1:1"}})
	defer cluster.Close()
	for name, tt := range map[string]struct {
		err    error
		hidden bool
	}{
		"the connection was closed": {io.EOF, true},
		"a moved key":               {refused("MOVED 1 127.0.0.1:2"), false},
		"no such key":               {redis.Nil, false},
		"it took too long":          {context.DeadlineExceeded, false},
		"a good answer":             {nil, false},
	} {
		process := nodeHook{cluster}.ProcessHook(func(context.Context, redis.Cmder) error { return tt.err })
		err := process(t.Context(), redis.NewCmd(t.Context(), "eval"))
		if (err == nil) != (tt.err == nil) || errors.Is(err, tt.err) == tt.hidden {
			t.Errorf("%s: %v", name, err)
		}
	}
}
