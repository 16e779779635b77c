package console_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"authlab/account"
	"authlab/lab/compose/agent"
	"authlab/lab/compose/console"
	"authlab/lab/contract"
	"authlab/lab/testkit"
	"authlab/web"
)

// A fake is an agent without a replica.
type fake struct {
	mu     sync.Mutex
	memory agent.Memory
	lives  int // how often it was to forget
	server *httptest.Server
}

func newFake(t *testing.T) *fake {
	f := &fake{memory: agent.Memory{Sessions: []contract.SessionView{{ID: "01234567…", User: "ann"}}, SessionCount: 1, Bytes: 100, Redis: true, Door: agent.DoorOpen}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /memory", func(w http.ResponseWriter, _ *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		_ = json.NewEncoder(w).Encode(f.memory)
	})
	told := func(_ http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if err := json.NewDecoder(r.Body).Decode(&f.memory); err != nil { // conditions or a door, and nothing else
			t.Error(err)
		}
	}
	mux.HandleFunc("POST /door", told)
	mux.HandleFunc("POST /conditions", func(w http.ResponseWriter, r *http.Request) {
		f.change(func(m *agent.Memory) { m.Conditions = agent.Conditions{} })
		told(w, r)
		f.change(func(m *agent.Memory) { m.Redis = !m.Cut })
	})
	mux.HandleFunc("POST /forget", func(_ http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.memory.Startup = contract.Startup{}
		if err := json.NewDecoder(r.Body).Decode(&f.memory.Startup); err != nil {
			t.Error(err)
		}
		f.lives, f.memory.OwnKeys = f.lives+1, f.memory.Startup.OwnKeys
		f.memory.Sessions, f.memory.SessionCount, f.memory.Bytes = []contract.SessionView{}, 0, 0
	})
	f.server = httptest.NewServer(mux)
	t.Cleanup(f.server.Close)
	return f
}

func (f *fake) change(edit func(*agent.Memory)) agent.Memory {
	f.mu.Lock()
	defer f.mu.Unlock()
	edit(&f.memory)
	return f.memory
}

func (f *fake) offset() time.Duration { return f.change(func(*agent.Memory) {}).Offset }

// memoryUsers are Users in this process, which can be away.
type memoryUsers struct {
	*account.Memory
	away error
}

func (m *memoryUsers) RemoveAllBut(ctx context.Context, names ...string) error {
	return errors.Join(m.Memory.RemoveAllBut(ctx, names...), m.away)
}

func (m *memoryUsers) User(ctx context.Context, name string) (account.User, error) {
	if m.away != nil {
		return account.User{}, m.away
	}
	return m.Memory.User(ctx, name)
}

// A lab is a console, with everything that it looks at.
type lab struct {
	*console.Console
	t       *testing.T
	agents  []*fake
	redis   *miniredis.Miniredis
	guarded *miniredis.Miniredis
	users   *memoryUsers
	turn    atomic.Int32
}

// balancer deals requests to the replicas in turn, whose doors are open. It notices late.
func (l *lab) balancer(w http.ResponseWriter, _ *http.Request) {
	turn := l.turn.Add(1)
	if f := l.agents[turn%2]; f.change(func(*agent.Memory) {}).Door == agent.DoorOpen && turn > 6 {
		w.Header().Set("X-Served-By", fmt.Sprintf("app-%d", turn%2+1))
		return
	}
	w.WriteHeader(http.StatusBadGateway)
}

// newLab has two replicas, and the address of a spare one, where no agent is.
func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{t: t, redis: miniredis.RunT(t), guarded: miniredis.RunT(t), users: &memoryUsers{Memory: account.NewMemory()}, agents: []*fake{newFake(t), newFake(t)}}
	client, err := web.OpenRedis("redis://" + l.redis.Addr())
	testkit.Must(t, err)
	t.Cleanup(func() { client.Close() })
	hasher := account.NewHasher(2)
	testkit.Must(t, account.CreateDemos(t.Context(), l.users, hasher))
	balancer := httptest.NewServer(http.HandlerFunc(l.balancer))
	t.Cleanup(balancer.Close)
	address := func(f *fake) string { return strings.TrimPrefix(f.server.URL, "http://") }
	l.Console = console.New(console.Config{
		Agents: []console.Agent{
			{Replica: "app-1", Address: address(l.agents[0])}, {Replica: "app-2", Address: address(l.agents[1])},
			{Replica: "app-3", Address: "127.0.0.1:1", Spare: true},
		},
		Redis: client, Guarded: "redis://" + l.guarded.Addr(), Users: l.users, Hasher: hasher, Reports: "http://127.0.0.1:8090", Balancer: balancer.URL,
	})
	return l
}

func (l *lab) view() contract.View {
	l.t.Helper()
	v, err := l.View(l.t.Context())
	testkit.Must(l.t, err)
	return v
}

func TestTheViewIsPutTogetherFromTheReplicasThatAreThere(t *testing.T) {
	l := newLab(t)
	testkit.Must(t, l.redis.Set("authlab:session:0123456789abcdef", "record"))
	v := l.view()
	if v.Target != "compose" || len(v.Replicas) != 2 || !v.Redis.Alive || v.Redis.KeyCount["session"] != 1 || len(v.Accounts) != 2 ||
		len(v.Faults) != 0 || v.Services.Reports == "" || v.Replicas[1].Name != "app-2" || v.Replicas[1].SessionCount != 1 {
		t.Errorf("%+v", v)
	}
	bytes, err := l.Bytes(t.Context())
	if err != nil || bytes.Replicas != 200 || bytes.ByKind["session"] == 0 {
		t.Errorf("%+v, %v", bytes, err)
	}
}

func TestWhatIsAwayIsShownAndIsNoError(t *testing.T) {
	l := newLab(t)
	l.view()
	l.agents[1].server.Close()
	v := l.view()
	if v.Replicas[0].Alive != true || v.Replicas[1].Alive || v.Replicas[1].SessionCount != 0 || !slices.Equal(v.Faults, []string{"replica-killed:app-2"}) {
		t.Errorf("without app-2: %+v", v)
	}
	l.redis.Close()
	l.users.away = errors.New("users database is away")
	v = l.view()
	if v.Redis.Alive || v.Redis.Keys == nil || len(v.Accounts) != 0 || v.Accounts == nil || !slices.Contains(v.Faults, "redis-stopped") {
		t.Errorf("without Redis and the users database: %+v", v)
	}
	if err := l.Advance(t.Context(), time.Minute); err == nil {
		t.Error("what is in Redis did not grow older, and there is no error")
	}
	if err := l.Reset(t.Context()); err == nil {
		t.Error("nothing was reset, and there is no error")
	}
}

func TestTheConsoleBreaksAReplicaWithoutDocker(t *testing.T) {
	l := newLab(t)
	ctx := t.Context()
	for _, tt := range []struct {
		name                   string
		do                     func(context.Context, string) error
		door                   string
		alive, silent, refuses bool
		faults                 []string
	}{
		{"kill", l.breaks(contract.ReplicaKilled), agent.DoorRefuses, false, false, true, []string{"replica-killed:app-2"}},
		{"start", l.mends(contract.ReplicaKilled), agent.DoorOpen, true, false, false, []string{}},
		{"silence", l.breaks(contract.ReplicaSilent), agent.DoorSilent, true, true, false, []string{"replica-silent:app-2"}},
		{"end of the silence", l.mends(contract.ReplicaSilent), agent.DoorOpen, true, false, false, []string{}},
		{"start again", l.mends(contract.ReplicaKilled), agent.DoorOpen, true, false, false, []string{}},
		{"kill again", l.breaks(contract.ReplicaKilled), agent.DoorRefuses, false, false, true, []string{"replica-killed:app-2"}},
		{"reset", func(ctx context.Context, _ string) error { return l.Reset(ctx) }, agent.DoorOpen, true, false, false, []string{}},
	} {
		if err := tt.do(ctx, "app-2"); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if door := l.agents[1].change(func(*agent.Memory) {}).Door; door != tt.door {
			t.Errorf("%s: the door is %q, want %q", tt.name, door, tt.door)
		}
		v := l.view()
		if r := v.Replicas[1]; r.Alive != tt.alive || r.Silent != tt.silent || r.Refuses != tt.refuses || !slices.Equal(v.Faults, tt.faults) {
			t.Errorf("%s: %+v, %q", tt.name, r, v.Faults)
		}
	}
}

// breaks and mends are what is done to a replica.
func (l *lab) breaks(fault string) func(context.Context, string) error {
	return func(ctx context.Context, replica string) error {
		return l.Break(ctx, contract.OfReplica(fault, replica))
	}
}

func (l *lab) mends(fault string) func(context.Context, string) error {
	return func(ctx context.Context, replica string) error {
		return l.Mend(ctx, contract.OfReplica(fault, replica))
	}
}

func (l *lab) skews(ctx context.Context, replica string, by time.Duration) error {
	return l.Break(ctx, contract.Fault{Name: contract.ClockSkewed, Replica: replica, By: by})
}

var stopped = contract.Fault{Name: contract.RedisStopped}

func TestTheConsoleCutsTheReplicasOffFromRedisAndMovesItAway(t *testing.T) {
	l := newLab(t)
	ctx := t.Context()
	for _, tt := range []struct {
		name   string
		do     func(context.Context) error
		want   agent.Conditions
		faults []string
	}{
		{"stop", func(ctx context.Context) error { return l.Break(ctx, stopped) }, agent.Conditions{Cut: true}, []string{"redis-stopped"}},
		{"start", func(ctx context.Context) error { return l.Mend(ctx, stopped) }, agent.Conditions{}, []string{}},
		{"distant", func(ctx context.Context) error {
			return l.Break(ctx, contract.Fault{Name: contract.RedisSlow, By: 5 * time.Millisecond})
		}, agent.Conditions{Delay: 5 * time.Millisecond}, []string{"redis-slow"}},
		{"reset", l.Reset, agent.Conditions{}, []string{}},
	} {
		if err := tt.do(ctx); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		v := l.view()
		for i, f := range l.agents {
			if got := f.change(func(*agent.Memory) {}).Conditions; got != tt.want {
				t.Errorf("%s: the conditions of app-%d are %+v", tt.name, i+1, got)
			}
		}
		if !slices.Equal(v.Faults, tt.faults) || v.Redis.Cut != tt.want.Cut || v.Redis.Alive == tt.want.Cut {
			t.Errorf("%s: %q, %+v", tt.name, v.Faults, v.Redis)
		}
	}
	testkit.Must(t, l.Break(ctx, stopped))
	l.agents[1].change(func(m *agent.Memory) { m.Conditions, m.Redis = agent.Conditions{}, true }) // as after a restart
	l.view()
	if !l.agents[1].change(func(*agent.Memory) {}).Cut {
		t.Error("a replica that comes later reaches Redis")
	}
}

func TestTheReplicasAreAtTheGuardedRedisUntilResetIfItIsThere(t *testing.T) {
	l := newLab(t)
	guarded := contract.Fault{Name: contract.RedisGuarded}
	for i, tt := range []struct {
		do   func() error
		want []string
	}{
		{func() error { return l.Break(t.Context(), guarded) }, []string{contract.RedisGuarded}},
		{func() error { return l.Mend(t.Context(), guarded) }, []string{}},
		{func() error { return l.Break(t.Context(), guarded) }, []string{contract.RedisGuarded}},
		{func() error { return l.Reset(t.Context()) }, []string{}},
	} {
		if err := tt.do(); err != nil {
			t.Fatal(err)
		}
		if faults := l.view().Faults; !slices.Equal(faults, tt.want) {
			t.Errorf("step %d: %q, want %q", i, faults, tt.want)
		}
	}
	l.guarded.Close()
	var byHand contract.ByHand
	if err := l.Break(t.Context(), guarded); !errors.As(err, &byHand) || byHand.Command != "docker compose --profile sentinel up -d --wait" {
		t.Errorf("without Sentinel: %v with %q", err, byHand.Command)
	}
}

func TestAReplicaThatComesLaterIsStartedAsTheOthersAndIsLeftAloneThen(t *testing.T) {
	l := newLab(t)
	testkit.Must(t, errors.Join(
		l.Break(t.Context(), contract.Fault{Name: contract.RedisGuarded}), l.Break(t.Context(), contract.Fault{Name: contract.KeysLeaked}),
	))
	want := l.agents[0].change(func(*agent.Memory) {}).Startup
	if want.Redis == "" || want.LeakedSecret == "" {
		t.Fatalf("app-1 was started as %+v", want)
	}
	for _, restarted := range []bool{true, false} {
		before := l.agents[1].lives
		if restarted {
			l.agents[1].change(func(m *agent.Memory) { m.Startup = contract.Startup{} })
		}
		l.view()
		if got := l.agents[1].change(func(*agent.Memory) {}).Startup; got != want || (l.agents[1].lives != before) != restarted {
			t.Errorf("restarted %t: it is started as %+v, want %+v, and has forgotten %d times more", restarted, got, want, l.agents[1].lives-before)
		}
	}
}

func TestTheConsoleIsAtTheRedisWhereTheReplicasAre(t *testing.T) {
	l := newLab(t)
	const key = "authlab:session:x"
	guarded := contract.Fault{Name: contract.RedisGuarded}
	for i, tt := range []struct {
		do        func(context.Context) error
		at, other *miniredis.Miniredis
	}{
		{func(ctx context.Context) error { return l.Break(ctx, guarded) }, l.guarded, l.redis},
		{func(ctx context.Context) error { return l.Mend(ctx, guarded) }, l.redis, l.guarded},
		{func(ctx context.Context) error { return l.Break(ctx, guarded) }, l.guarded, l.redis},
		{l.Reset, l.redis, l.guarded},
	} {
		testkit.Must(t, tt.do(t.Context()))
		tt.at.FlushAll()
		testkit.Must(t, errors.Join(tt.at.Set(key, "record"), tt.other.Set(key, "record"), tt.other.Set(key+"2", "record")))
		tt.at.SetTTL(key, time.Hour)
		testkit.Must(t, l.Advance(t.Context(), time.Minute))
		bytes, err := l.Bytes(t.Context())
		if v := l.view(); err != nil || bytes.Redis != int64(len(key+"record")) || v.Redis.KeyCount["session"] != 1 || tt.at.TTL(key) != 59*time.Minute {
			t.Errorf("step %d: %+v, %+v, %v, and %s are left of an hour", i, v.Redis, bytes, err, tt.at.TTL(key))
		}
		testkit.Must(t, l.Flush(t.Context()))
		if tt.at.Exists(key) || !tt.other.Exists(key) {
			t.Errorf("step %d: after a flush it is there: %t, and in the other Redis: %t", i, tt.at.Exists(key), tt.other.Exists(key))
		}
	}
}

func TestBootKeysAreOwnKeysUntilReset(t *testing.T) {
	l := newLab(t)
	for _, tt := range []struct {
		do  func(context.Context) error
		own bool
	}{{func(ctx context.Context) error { return l.Break(ctx, contract.Fault{Name: contract.BootKeys}) }, true}, {l.Reset, false}} {
		testkit.Must(t, tt.do(t.Context()))
		for i, f := range l.agents {
			if m := f.change(func(*agent.Memory) {}); m.OwnKeys != tt.own || m.SessionCount != 0 {
				t.Errorf("app-%d: %+v, want own keys %t", i+1, m, tt.own)
			}
		}
	}
}

func TestEveryReplicaIsStartedAsAllFaultsTogetherHaveIt(t *testing.T) {
	l := newLab(t)
	leaked := contract.Fault{Name: contract.KeysLeaked}
	for _, tt := range []struct {
		do     func(context.Context) error
		faults []string
	}{
		{func(ctx context.Context) error { return l.Break(ctx, leaked) }, []string{"keys-leaked"}},
		{func(ctx context.Context) error { return l.Break(ctx, contract.Fault{Name: contract.BootKeys}) }, []string{"boot-keys", "keys-leaked"}},
		{func(ctx context.Context) error { return l.Mend(ctx, leaked) }, []string{"boot-keys"}},
		{func(ctx context.Context) error { return l.Break(ctx, leaked) }, []string{"boot-keys", "keys-leaked"}},
		{l.Reset, []string{}},
	} {
		testkit.Must(t, tt.do(t.Context()))
		if v := l.view(); !slices.Equal(v.Faults, tt.faults) {
			t.Errorf("faults %q, want %q", v.Faults, tt.faults)
		}
	}
}

// A process that is stopped accepts connections, and is told from one that is not there.
func TestAPausedReplicaIsSilentAndItsCommandIsTold(t *testing.T) {
	l := newLab(t)
	l.view()
	paused := make(chan struct{})
	handler := l.agents[1].server.Config.Handler
	l.agents[1].server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-paused:
		case <-r.Context().Done():
		}
		handler.ServeHTTP(w, r)
	})
	defer close(paused)
	v := l.view()
	if r := v.Replicas[1]; !r.Alive || !r.Silent || r.SessionCount != 1 || !slices.Equal(v.Faults, []string{"replica-silent:app-2"}) {
		t.Errorf("%+v, %q", r, v.Faults)
	}
	for command, err := range map[string]error{
		"docker compose unpause app-2": l.mends(contract.ReplicaKilled)(t.Context(), "app-2"), "docker compose kill app-2": l.breaks(contract.ReplicaKilled)(t.Context(), "app-2"),
	} {
		var byHand contract.ByHand
		if !errors.As(err, &byHand) || byHand.Command != command {
			t.Errorf("%v with %q, want %q", err, byHand.Command, command)
		}
	}
}

func TestARedisIsAliveWhenEveryReplicaReachesIt(t *testing.T) {
	l := newLab(t)
	l.agents[0].change(func(m *agent.Memory) { m.Redis = false })
	if v := l.view(); v.Redis.Alive {
		t.Error("app-1 does not reach it")
	}
	l.agents[0].change(func(m *agent.Memory) { m.Redis = true })
	if v := l.view(); !v.Redis.Alive {
		t.Error("now all do")
	}
}

func TestTimeIsToldToAllReplicasAndToThoseThatComeLater(t *testing.T) {
	l := newLab(t)
	testkit.Must(t, l.redis.Set("authlab:session:x", "record"))
	l.redis.SetTTL("authlab:session:x", time.Hour)
	testkit.Must(t, errors.Join(l.Advance(t.Context(), 10*time.Minute), l.skews(t.Context(), "app-2", time.Minute), l.Advance(t.Context(), 10*time.Minute)))
	if one, two := l.agents[0].offset(), l.agents[1].offset(); one != 20*time.Minute || two != 21*time.Minute {
		t.Errorf("the clocks are %s and %s ahead", one, two)
	}
	if left := l.redis.TTL("authlab:session:x"); left != 40*time.Minute {
		t.Errorf("in Redis, %s are left of an hour", left)
	}
	l.agents[1].change(func(m *agent.Memory) { m.Offset = 0 }) // as after a restart
	v := l.view()
	if two := l.agents[1].offset(); two != 21*time.Minute || v.Replicas[1].ClockSkew != "1m0s" || !slices.Equal(v.Faults, []string{"clock-skewed:app-2"}) {
		t.Errorf("who came later is %s ahead; %+v", two, v)
	}
	if ahead := time.Until(v.Now); ahead < 19*time.Minute || ahead > 20*time.Minute {
		t.Errorf("the lab's clock is %s ahead", ahead)
	}
	if err := l.Advance(t.Context(), contract.MaxAhead); !errors.Is(err, contract.ErrAhead) || l.agents[0].offset() != 20*time.Minute {
		t.Errorf("over the bound: %v, and app-1 is %s ahead", err, l.agents[0].offset())
	}
	if err := l.skews(t.Context(), "app-9", time.Minute); !errors.Is(err, contract.ErrNoReplica) {
		t.Errorf("a replica that there is not: %v", err)
	}
}

func TestSettingsAreToldToAllReplicasAndToThoseThatComeLater(t *testing.T) {
	l := newLab(t)
	two := contract.Settings{MaxSessions: 2}
	testkit.Must(t, l.Set(t.Context(), two))
	l.agents[1].change(func(m *agent.Memory) { m.Settings = contract.Settings{} }) // as after a restart
	l.view()
	for i, want := range []contract.Settings{two, {}} {
		for name, f := range l.agents {
			if got := f.change(func(*agent.Memory) {}).Settings; got != want {
				t.Errorf("step %d: app-%d has %+v, want %+v", i, name+1, got, want)
			}
		}
		testkit.Must(t, l.Reset(t.Context()))
	}
}

func TestResetEmptiesMemoriesAndRedisAndSetsClocksAndUsersRight(t *testing.T) {
	l := newLab(t)
	testkit.Must(t, l.redis.Set("authlab:session:x", "record"))
	if err := errors.Join(
		l.Advance(t.Context(), time.Hour), l.skews(t.Context(), "app-1", time.Minute),
		l.AddUsers(t.Context(), 3, "secret"), l.SetRoles(t.Context(), "alice", []string{"user"}),
	); err != nil {
		t.Fatal(err)
	}
	if user, err := l.users.User(t.Context(), "user-00003"); err != nil || user.Email != "user-00003@example.com" {
		t.Errorf("%+v, %v", user, err)
	}
	testkit.Must(t, l.Reset(t.Context()))
	v := l.view()
	if v.Replicas[0].SessionCount != 0 || len(v.Redis.Keys) != 0 || len(v.Faults) != 0 || len(v.Accounts[0].Roles) != 2 || l.agents[0].offset() != 0 {
		t.Errorf("%+v", v)
	}
	if _, err := l.users.User(t.Context(), "user-00003"); !errors.Is(err, account.ErrUnknownUser) {
		t.Errorf("a simulated user is still there: %v", err)
	}
	if err := l.SetRoles(t.Context(), "carl", nil); !errors.Is(err, account.ErrUnknownUser) {
		t.Errorf("an unknown user: %v", err)
	}
}

func TestWhatTakesDockerIsToldAsACommand(t *testing.T) {
	l := newLab(t)
	ctx := t.Context()
	const rotate = "docker compose run --rm setup keys rotate --keys /keys/keys.json"
	for _, tt := range []struct {
		err  error
		want string
	}{
		{l.mends(contract.ReplicaKilled)(ctx, "app-3"), "docker compose start app-3"},
		{stoppedRedis(t, l), "docker compose start redis"},
		{l.Scale(ctx, 3), "docker compose up -d --scale app-3=1 app-3"},
		{l.Scale(ctx, 2), "docker compose rm -sf app-3"},
		{l.Scale(ctx, 1), "docker compose kill app-2"},
		{l.RotateKeys(ctx, false), rotate + " && docker compose kill -s HUP app-1 app-2"},
		{l.RotateKeys(ctx, true), rotate + " --overlap && docker compose kill -s HUP app-1 app-2"},
		{l.Break(ctx, contract.Fault{Name: contract.HomeCut}), "docker network disconnect authlab_home authlab-reports-1"},
		{l.Mend(ctx, contract.Fault{Name: contract.HomeCut}), "docker network connect authlab_home authlab-reports-1"},
		{l.Break(ctx, contract.Fault{Name: contract.ReplicationCut}), "docker compose --profile sentinel exec redis-replica redis-cli replicaof 127.0.0.1 1"},
		{l.Break(ctx, contract.Fault{Name: contract.PrimaryKilled}), "docker compose --profile sentinel kill redis-primary"},
	} {
		var byHand contract.ByHand
		if !errors.As(tt.err, &byHand) || byHand.Command != tt.want || byHand.What == "" {
			t.Errorf("%v with %q, want %q", tt.err, byHand.Command, tt.want)
		}
	}
	var byHand contract.ByHand
	if err := l.Scale(ctx, 9); !errors.As(err, &byHand) || byHand.Command != "" {
		t.Errorf("many replicas: %v with %q", err, byHand.Command)
	}
	for _, err := range []error{l.breaks(contract.ReplicaKilled)(ctx, "app-3"), l.breaks(contract.ReplicaSilent)(ctx, "app-3")} {
		if err != nil {
			t.Errorf("a replica that is not there: %v", err)
		}
	}
	for _, err := range []error{l.breaks(contract.ReplicaKilled)(ctx, "redis"), l.breaks(contract.ReplicaSilent)(ctx, "redis"), l.mends(contract.ReplicaKilled)(ctx, "app-9; rm -rf /")} {
		if !errors.Is(err, contract.ErrNoReplica) {
			t.Errorf("what is no replica: %v", err)
		}
	}
}

// stoppedRedis starts the store of a lab whose Redis is not there.
func stoppedRedis(t *testing.T, l *lab) error {
	t.Helper()
	l.redis.Close()
	defer func() {
		if err := l.redis.Restart(); err != nil {
			t.Error(err)
		}
	}()
	return l.Mend(t.Context(), stopped)
}

func TestALineOfTheLogIsARequest(t *testing.T) {
	l := newLab(t)
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	testkit.Must(t, err)
	events := make(chan contract.RequestEvent, 10)
	ended := make(chan error, 1)
	go func() { ended <- l.Listen(conn, func(e contract.RequestEvent) { events <- e }) }()
	nginx, err := net.Dial("udp", conn.LocalAddr().String())
	testkit.Must(t, err)
	defer nginx.Close()
	for _, line := range []string{
		"", "{", "no line of ours", `<190>Nov 22 04:00:00 nginx: {"at":"yesterday"}`,
		`<190>Nov 22 04:00:00 nginx: {"at":1795320000.250,"method":"GET","path":"/session/redis/me","policy":"hash","replica":"app-2",` +
			`"upstream":"172.18.0.3:8080, 172.18.0.4:8080 : 172.18.0.5:8080","status":200,"seconds":0.502,"timing":"store;desc=\"GETEX\";dur=0.4"}`,
		`<190>Nov 22 04:00:00 nginx: {"at":1795320001.000,"method":"POST","path":"/authenticate","policy":"sticky","replica":"",` +
			`"upstream":"sticky","status":502,"seconds":0.000}`,
	} {
		if _, err := nginx.Write([]byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	want := contract.RequestEvent{
		At: time.UnixMilli(1795320000250).UTC(), Method: "GET", Path: "/session/redis/me", Policy: "hash", Replica: "app-2",
		Status: 200, Attempts: 3, DurationMS: 502, Paid: map[string]int{"store": 1},
	}
	if got := <-events; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	if got := <-events; got.Attempts != 0 || got.Replica != "" || got.Status != 502 {
		t.Errorf("a request that no replica answered: %+v", got)
	}
	if v := l.view(); v.Replicas[0].Requests != 0 || v.Replicas[1].Requests != 1 {
		t.Errorf("counted: %+v", v.Replicas)
	}
	conn.Close()
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("it ended with %v", err)
	}
}
