package console_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"authlab/account"
	"authlab/lab/agent"
	"authlab/lab/console"
	"authlab/lab/control"
	"authlab/web"
)

// A fake is an agent without a replica.
type fake struct {
	mu     sync.Mutex
	memory agent.Memory
	server *httptest.Server
}

func newFake(t *testing.T) *fake {
	f := &fake{memory: agent.Memory{Sessions: []control.SessionView{{ID: "01234567…", User: "ann"}}, SessionCount: 1, Bytes: 100, Offset: "0s", Redis: true}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /memory", func(w http.ResponseWriter, _ *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		_ = json.NewEncoder(w).Encode(f.memory)
	})
	mux.HandleFunc("POST /clock", func(_ http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if err := json.NewDecoder(r.Body).Decode(&f.memory); err != nil { // it has an offset, and nothing else
			t.Error(err)
		}
	})
	mux.HandleFunc("POST /forget", func(http.ResponseWriter, *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.memory.Sessions, f.memory.SessionCount, f.memory.Bytes = []control.SessionView{}, 0, 0
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

func (f *fake) offset() string { return f.change(func(*agent.Memory) {}).Offset }

// memoryUsers are Users in this process, which can be away.
type memoryUsers struct {
	*account.Memory
	away error
}

func (m *memoryUsers) Keep(_ context.Context, names ...string) error {
	m.RemoveAllBut(names...)
	return m.away
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
	t      *testing.T
	agents []*fake
	redis  *miniredis.Miniredis
	users  *memoryUsers
}

// newLab has two replicas, and the address of a spare one where nobody is.
func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{t: t, redis: miniredis.RunT(t), users: &memoryUsers{Memory: account.NewMemory()}, agents: []*fake{newFake(t), newFake(t)}}
	client, err := web.OpenRedis("redis://" + l.redis.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	hasher := account.NewHasher(2)
	if err := account.CreateDemos(t.Context(), l.users, hasher); err != nil {
		t.Fatal(err)
	}
	address := func(f *fake) string { return strings.TrimPrefix(f.server.URL, "http://") }
	l.Console = console.New(console.Config{
		Agents: []console.Agent{
			{Replica: "app-1", Address: address(l.agents[0])}, {Replica: "app-2", Address: address(l.agents[1])},
			{Replica: "app-3", Address: "127.0.0.1:1", Spare: true},
		},
		Redis: client, Users: l.users, Hasher: hasher, Reports: "http://127.0.0.1:8090",
	})
	return l
}

func (l *lab) view() control.View {
	l.t.Helper()
	v, err := l.View(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	return v
}

func TestThePictureIsPutTogetherFromWhoIsThere(t *testing.T) {
	l := newLab(t)
	if err := l.redis.Set("authlab:session:0123456789abcdef", "record"); err != nil {
		t.Fatal(err)
	}
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

func TestWhoIsAwayIsShownAndIsNoError(t *testing.T) {
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
		t.Error("what is in Redis did not grow older, and nobody was told")
	}
	if err := l.Reset(t.Context()); err == nil {
		t.Error("nothing was reset, and nobody was told")
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

func TestTimeIsToldToAllAndToWhoComesLater(t *testing.T) {
	l := newLab(t)
	if err := l.redis.Set("authlab:session:x", "record"); err != nil {
		t.Fatal(err)
	}
	l.redis.SetTTL("authlab:session:x", time.Hour)
	if err := errors.Join(l.Advance(t.Context(), 10*time.Minute), l.Skew(t.Context(), "app-2", time.Minute), l.Advance(t.Context(), 10*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if one, two := l.agents[0].offset(), l.agents[1].offset(); one != "20m0s" || two != "21m0s" {
		t.Errorf("the clocks are %s and %s ahead", one, two)
	}
	if left := l.redis.TTL("authlab:session:x"); left != 40*time.Minute {
		t.Errorf("in Redis, %s are left of an hour", left)
	}
	l.agents[1].change(func(m *agent.Memory) { m.Offset = "0s" }) // as after a restart
	v := l.view()
	if two := l.agents[1].offset(); two != "21m0s" || v.Replicas[1].ClockSkew != "1m0s" || !slices.Equal(v.Faults, []string{"clock-skewed:app-2"}) {
		t.Errorf("who came later is %s ahead; %+v", two, v)
	}
	if ahead := time.Until(v.Now); ahead < 19*time.Minute || ahead > 20*time.Minute {
		t.Errorf("the lab's clock is %s ahead", ahead)
	}
	if err := l.Skew(t.Context(), "app-9", time.Minute); !errors.Is(err, control.ErrNoReplica) {
		t.Errorf("a replica that there is not: %v", err)
	}
}

func TestResetEmptiesMemoriesAndRedisAndSetsClocksAndUsersRight(t *testing.T) {
	l := newLab(t)
	if err := l.redis.Set("authlab:session:x", "record"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(
		l.Advance(t.Context(), time.Hour), l.Skew(t.Context(), "app-1", time.Minute),
		l.AddUsers(t.Context(), 3, "secret"), l.SetRoles(t.Context(), "alice", []string{"user"}),
	); err != nil {
		t.Fatal(err)
	}
	if user, err := l.users.User(t.Context(), "user-00003"); err != nil || user.Email != "user-00003@example.com" {
		t.Errorf("%+v, %v", user, err)
	}
	if err := l.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	v := l.view()
	if v.Replicas[0].SessionCount != 0 || len(v.Redis.Keys) != 0 || len(v.Faults) != 0 || len(v.Accounts[0].Roles) != 2 || l.agents[0].offset() != "0s" {
		t.Errorf("%+v", v)
	}
	if _, err := l.users.User(t.Context(), "user-00003"); !errors.Is(err, account.ErrUnknownUser) {
		t.Errorf("a simulated user is still there: %v", err)
	}
	if err := l.SetRoles(t.Context(), "nobody", nil); !errors.Is(err, account.ErrUnknownUser) {
		t.Errorf("nobody: %v", err)
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
		{l.Kill(ctx, "app-2"), "docker compose kill app-2"},
		{l.Start(ctx, "app-2"), "docker compose start app-2"},
		{l.StopStore(ctx), "docker compose stop redis"},
		{l.StartStore(ctx), "docker compose start redis"},
		{l.Scale(ctx, 3), "docker compose up -d --scale app-3=1 app-3"},
		{l.Scale(ctx, 2), "docker compose rm -sf app-3"},
		{l.Scale(ctx, 1), "docker compose kill app-2"},
		{l.BootKeys(ctx), "AUTHLAB_KEYS= docker compose up -d --no-deps app-1 app-2"},
		{l.RotateKeys(ctx, false), rotate + " && docker compose kill -s HUP app-1 app-2"},
		{l.RotateKeys(ctx, true), rotate + " --overlap && docker compose kill -s HUP app-1 app-2"},
		{l.StopHome(ctx), "docker network disconnect authlab_home authlab-reports-1"},
		{l.StartHome(ctx), "docker network connect authlab_home authlab-reports-1"},
	} {
		var elsewhere control.NotHere
		if !errors.As(tt.err, &elsewhere) || elsewhere.Command != tt.want || elsewhere.What == "" {
			t.Errorf("%v with %q, want %q", tt.err, elsewhere.Command, tt.want)
		}
	}
	for what, err := range map[string]error{"a distant Redis": l.DelayStore(ctx, time.Second), "many replicas": l.Scale(ctx, 9)} {
		var elsewhere control.NotHere
		if !errors.As(err, &elsewhere) || elsewhere.Command != "" {
			t.Errorf("%s: %v with %q", what, err, elsewhere.Command)
		}
	}
	for _, err := range []error{l.Kill(ctx, "redis"), l.Start(ctx, "app-9; rm -rf /")} {
		if !errors.Is(err, control.ErrNoReplica) {
			t.Errorf("what is no replica: %v", err)
		}
	}
}

func TestALineOfTheLogIsARequest(t *testing.T) {
	l := newLab(t)
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan control.RequestEvent, 10)
	ended := make(chan error, 1)
	go func() { ended <- l.Listen(conn, func(e control.RequestEvent) { events <- e }) }()
	nginx, err := net.Dial("udp", conn.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
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
	want := control.RequestEvent{
		At: time.UnixMilli(1795320000250).UTC(), Method: "GET", Path: "/session/redis/me", Policy: "hash", Replica: "app-2",
		Status: 200, Attempts: 3, DurationMS: 502, Paid: map[string]int{"store": 1},
	}
	if got := <-events; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	if got := <-events; got.Attempts != 0 || got.Replica != "" || got.Status != 502 {
		t.Errorf("a request that nobody answered: %+v", got)
	}
	if v := l.view(); v.Replicas[0].Requests != 0 || v.Replicas[1].Requests != 1 {
		t.Errorf("counted: %+v", v.Replicas)
	}
	conn.Close()
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("it ended with %v", err)
	}
}
