package measure

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/server"

	"authlab/lab/testkit"
	"authlab/web/scheme"
)

// opened starts a measurement that counts the commands that reach its Redis.
func opened(t *testing.T) (m *measurement, asked func() []string) {
	t.Helper()
	m = &measurement{config: Config{Requests: 1, Logins: 1}}
	t.Cleanup(m.close)
	testkit.Must(t, m.open(t.Context()))
	var mu sync.Mutex
	var commands []string
	m.redis.Server().SetPreHook(func(peer *server.Peer, command string, _ ...string) bool {
		if strings.Contains(fmt.Sprintf("%+v", peer.Ctx), "nested:true") {
			return false // a script calls it, and nothing travels
		}
		mu.Lock()
		defer mu.Unlock()
		switch command = strings.ToUpper(command); command {
		case "HELLO", "CLIENT", "SELECT", "MULTI", "EXEC": // they open a connection, or group others
		default:
			commands = append(commands, command)
		}
		return false
	})
	return m, func() []string {
		mu.Lock()
		defer mu.Unlock()
		all := commands
		commands = nil
		return all
	}
}

func TestStoreCommandsAreThoseThatReachRedis(t *testing.T) {
	m, asked := opened(t)
	for _, sch := range loginSchemes() {
		_, res, err := m.near.logIn(sch, alice().Name)
		testkit.Must(t, err)
		spent := costOf(res.header)
		if commands := asked(); spent.commands != len(commands) {
			t.Errorf("%s: Server-Timing of a login says %d, and Redis was asked %v", sch.Name, spent.commands, commands)
		}
		sub, err := subjectOf(m.near, sch)
		testkit.Must(t, err)
		asked()
		testkit.Must(t, sub.send())
		if commands := asked(); sub.commands[0] != len(commands) {
			t.Errorf("%s: Server-Timing of a request says %d, and Redis was asked %v", sch.Name, sub.commands[0], commands)
		}
	}
}

func TestWhileAllocationsAreCountedRedisHasNothingToDo(t *testing.T) {
	m, asked := opened(t)
	for _, name := range []string{scheme.SessionRedis, scheme.TokenRevocable} {
		sch, _ := scheme.Named(name)
		sub, err := subjectOf(m.near, sch)
		testkit.Must(t, err)
		asked()
		if _, _, err := allocsOf(t.Context(), sub, 20); err != nil {
			t.Fatal(err)
		}
		if commands := asked(); len(commands) != 1 {
			t.Errorf("%s: Redis was asked %v, want one command for the tape", name, commands)
		}
		if err := sub.send(); err != nil || len(asked()) != 1 {
			t.Errorf("%s: afterwards it does not reach Redis: %v", name, err)
		}
	}
}

func TestATapeDoesNotMakeUpAnswers(t *testing.T) {
	m, _ := opened(t)
	testkit.Must(t, m.near.client.Ping(t.Context()).Err())
	m.near.tape.set(playing)
	if err := m.near.client.Ping(t.Context()).Err(); err == nil {
		t.Error("a command that was never recorded has an answer")
	}
}

func TestTheCostIsReadFromServerTiming(t *testing.T) {
	for name, tt := range map[string]struct {
		timing string
		want   cost
	}{
		"nothing":       {"", cost{}},
		"one command":   {`store;desc="redis GETEX";dur=0.213, users;desc="users database";dur=0.001`, cost{commands: 1, roundTrips: 1}},
		"a transaction": {`store;desc="redis SET ZADD EXPIRE";dur=0.2`, cost{commands: 3, roundTrips: 1}},
		"a hash":        {`hash;desc="password hash (argon2id)";dur=41.5`, cost{hash: 41500 * time.Microsecond}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := costOf(http.Header{"Server-Timing": {tt.timing}}); got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestAPercentileIsAValueThatWasMeasured(t *testing.T) {
	hundred := make([]int, 100)
	for i := range hundred {
		hundred[i] = 100 - i
	}
	for _, tt := range []struct {
		values  []int
		p, want int
	}{
		{nil, 50, 0}, {[]int{7}, 50, 7}, {[]int{7}, 99, 7}, {[]int{3, 1, 2}, 50, 2}, {[]int{4, 1, 3, 2}, 50, 2},
		{hundred, 50, 50}, {hundred, 99, 99}, {hundred, 100, 100},
	} {
		if got := percentile(tt.values, tt.p); got != tt.want {
			t.Errorf("p%d of %v is %d, want %d", tt.p, tt.values, got, tt.want)
		}
	}
}
