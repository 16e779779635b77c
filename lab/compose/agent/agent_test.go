package agent_test

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"authlab/account"
	"authlab/lab/compose/agent"
	"authlab/lab/contract"
	"authlab/lab/fault/door"
	"authlab/lab/testkit"
	"authlab/session"
	"authlab/token"
	"authlab/web"
)

// A replica is one with an agent, each on a port of its own.
type replica struct {
	t       *testing.T
	redis   *miniredis.Miniredis
	clients []redis.UniversalClient // of each life
	agent   *agent.Agent
	app     *httptest.Server
	client  *agent.Client
	cookie  string
}

func start(t *testing.T) *replica {
	t.Helper()
	r := &replica{t: t, redis: miniredis.RunT(t)}
	directory, hasher := account.NewMemory(), account.NewHasher(1)
	testkit.Must(t, account.CreateSimulated(t.Context(), directory, hasher, 1, func(int) string { return "ann" }, "secret"))
	shared, cookies := newKeys(t), newCookieKeys(t)
	listener, err := door.Open(t.Context(), "127.0.0.1:0", nil)
	testkit.Must(t, err)
	connect := func(address string) (redis.UniversalClient, error) {
		client, err := web.OpenRedis(cmp.Or(address, "redis://"+r.redis.Addr()))
		r.clients = append(r.clients, client)
		return client, err
	}
	r.agent, err = agent.New(agent.Config{Door: listener, Redis: connect, Open: func(client redis.UniversalClient, now func() time.Time, startup contract.Startup) (*web.Server, error) {
		keys := shared
		if startup.OwnKeys {
			keys = newKeys(t)
		}
		return web.New(web.Config{
			Name: "app-1", Directory: directory, Hasher: hasher, Redis: client, Keys: keys, CookieKeys: cookies, Now: now,
		}), nil
	}})
	testkit.Must(t, err)
	r.app = &httptest.Server{Listener: listener, Config: &http.Server{Handler: r.agent}}
	r.app.Start()
	lab := httptest.NewServer(r.agent.Lab())
	r.client = agent.NewClient(strings.TrimPrefix(lab.URL, "http://"))
	t.Cleanup(func() {
		r.app.Close()
		lab.Close()
		if err := r.agent.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func newKeys(t *testing.T) *token.Keyring {
	key, err := token.GenerateKey(token.DefaultAlgorithm)
	testkit.Must(t, err)
	keys, err := token.NewKeyring(key)
	testkit.Must(t, err)
	return keys
}

func newCookieKeys(t *testing.T) *session.CookieKeys {
	cookies, err := session.NewCookieKeys([]byte(strings.Repeat("k", 32)))
	testkit.Must(t, err)
	return cookies
}

func (r *replica) send(method, path, body string) int {
	r.t.Helper()
	response := testkit.Send(r.t, method, r.app.URL+path, body, "Cookie", r.cookie)
	if cookie := response.Header.Get("Set-Cookie"); cookie != "" {
		r.cookie, _, _ = strings.Cut(cookie, ";")
	}
	return response.StatusCode
}

func (r *replica) login() {
	r.t.Helper()
	if status := r.send(http.MethodPost, "/session/memory/login", `{"username":"ann","password":"secret"}`); status != http.StatusOK {
		r.t.Fatalf("log in: %d", status)
	}
}

func (r *replica) set(c agent.Conditions) error { return r.client.Set(r.t.Context(), c) }

func (r *replica) memory() agent.Memory {
	r.t.Helper()
	memory, err := r.client.Memory(r.t.Context())
	testkit.Must(r.t, err)
	return memory
}

func TestAnAgentTellsWhatItsReplicaRemembersAndNeverAWholeID(t *testing.T) {
	r := start(t)
	if memory := r.memory(); memory.SessionCount != 0 || memory.Bytes != 0 || !memory.Redis || memory.OwnKeys ||
		memory.Door != agent.DoorOpen || memory.Conditions != (agent.Conditions{}) {
		t.Errorf("at first: %+v", memory)
	}
	r.login()
	memory := r.memory()
	if memory.SessionCount != 1 || memory.Bytes < 64 || len(memory.Sessions) != 1 || memory.Sessions[0].User != "ann" {
		t.Fatalf("after a login: %+v", memory)
	}
	if len(memory.Sessions[0].ID) > 12 {
		t.Errorf("session %q is shown whole", memory.Sessions[0].ID)
	}
}

func TestAReplicaWorksByItsSettingsAlsoAfterItHasForgotten(t *testing.T) {
	r := start(t)
	testkit.Must(t, errors.Join(r.set(agent.Conditions{Settings: contract.Settings{MaxSessions: 1}}), r.client.Forget(t.Context(), contract.Startup{})))
	for i, want := range []int{1, 2} {
		for range 2 {
			r.cookie = ""
			r.login()
		}
		if memory := r.memory(); memory.SessionCount != want {
			t.Errorf("step %d: %d sessions of one user, want %d", i, memory.SessionCount, want)
		}
		testkit.Must(t, errors.Join(r.set(agent.Conditions{}), r.client.Forget(t.Context(), contract.Startup{})))
	}
	if err := r.set(agent.Conditions{Settings: contract.Settings{MaxSessions: -1}}); err == nil {
		t.Error("less than no sessions were set")
	}
}

func TestAReplicasClockIsAsFarAheadAsItWasToldLast(t *testing.T) {
	r := start(t)
	r.login()
	for _, tt := range []struct {
		offset time.Duration
		want   int
	}{{20 * time.Minute, http.StatusOK}, {10 * time.Minute, http.StatusOK}, {time.Hour, http.StatusUnauthorized}} {
		testkit.Must(t, r.set(agent.Conditions{Offset: tt.offset}))
		if offset := r.memory().Offset; offset != tt.offset {
			t.Errorf("the clock is %s ahead, want %s", offset, tt.offset)
		}
		if status := r.send(http.MethodGet, "/session/memory/me", ""); status != tt.want {
			t.Errorf("%s ahead: %d, want %d", tt.offset, status, tt.want)
		}
	}
}

func TestAServerWithNothingButAClockHasItMoved(t *testing.T) {
	var clock agent.Clock
	lab := httptest.NewServer(clock.Lab())
	defer lab.Close()
	client := agent.NewClient(strings.TrimPrefix(lab.URL, "http://"))
	for _, offset := range []time.Duration{15 * time.Minute, 0} {
		testkit.Must(t, client.Set(t.Context(), agent.Conditions{Offset: offset}))
		if off := (time.Until(clock.Now()) - offset).Abs(); off > time.Second {
			t.Errorf("%s ahead: it is wrong by %s", offset, off)
		}
	}
	for _, refused := range []agent.Conditions{{Offset: time.Hour, Cut: true}, {Offset: contract.MaxAhead + 1}, {Offset: -time.Hour}} {
		if err := client.Set(t.Context(), refused); err == nil || time.Until(clock.Now()).Abs() > time.Minute {
			t.Errorf("%+v: %v, and it is %s ahead", refused, err, time.Until(clock.Now()))
		}
	}
	for host, want := range map[string]int{"127.0.0.1:8079": http.StatusNoContent, "localhost": http.StatusNoContent, "attacker.example:8079": http.StatusForbidden, "reports:8079": http.StatusForbidden} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/conditions", strings.NewReader(`{"offset_ns":0}`))
		request.Host = host
		answer := httptest.NewRecorder()
		clock.Lab().ServeHTTP(answer, request)
		if answer.Code != want {
			t.Errorf("asked as %s: %d, want %d", host, answer.Code, want)
		}
	}
	if _, err := client.Memory(t.Context()); err == nil {
		t.Error("it tells what it remembers")
	}
}

func TestAReplicaThatForgetsIsAsAfterAStartAndKeepsItsClock(t *testing.T) {
	r := start(t)
	r.login()
	testkit.Must(t, r.set(agent.Conditions{Offset: time.Minute}))
	testkit.Must(t, r.client.Forget(t.Context(), contract.Startup{}))
	if memory := r.memory(); memory.SessionCount != 0 || memory.Offset != time.Minute || !memory.Redis || memory.Startup != (contract.Startup{}) {
		t.Errorf("%+v", memory)
	}
	if status := r.send(http.MethodGet, "/session/memory/me", ""); status != http.StatusUnauthorized {
		t.Errorf("the session that was forgotten: %d", status)
	}
	r.login()
	if status := r.send(http.MethodGet, "/session/memory/me", ""); status != http.StatusOK {
		t.Errorf("a new session: %d", status)
	}
	r.agent.Drain()
	testkit.Must(t, r.client.Forget(t.Context(), contract.Startup{}))
	if status := r.send(http.MethodGet, "/readyz", ""); status != http.StatusServiceUnavailable {
		t.Errorf("a replica that ends is ready again: %d", status)
	}
}

func TestAReplicaIsAtAnotherRedisForAsLongAsItIsToldSo(t *testing.T) {
	r, other := start(t), miniredis.RunT(t)
	for _, tt := range []struct {
		startup contract.Startup
		want    bool // the other one
	}{{contract.Startup{Redis: "redis://" + other.Addr()}, true}, {contract.Startup{}, false}} {
		if err := r.client.Forget(t.Context(), tt.startup); err != nil {
			t.Fatal(err)
		}
		before := len(other.Keys())
		if status := r.send(http.MethodPost, "/session/redis/login", `{"username":"ann","password":"secret"}`); status != http.StatusOK {
			t.Fatalf("%+v: log in: %d", tt.startup, status)
		}
		if is := len(other.Keys()) > before; is != tt.want {
			t.Errorf("%+v: the session is in the other Redis: %t, want %t", tt.startup, is, tt.want)
		}
	}
}

// Each life of a replica has connections to Redis of its own: those of the one before end, and cost the next one nothing.
func TestALifeOfAReplicaLeavesNothingToTheNext(t *testing.T) {
	r := start(t)
	login := func() (commands int) {
		t.Helper()
		answer := httptest.NewRecorder()
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/session/redis/login", strings.NewReader(`{"username":"ann","password":"secret"}`))
		request.Header.Set("Content-Type", "application/json")
		r.agent.ServeHTTP(answer, request)
		timing := answer.Header().Get("Server-Timing")
		if commands = strings.Count(timing, `"redis `); answer.Code != http.StatusOK || commands == 0 {
			t.Fatalf("%d, %s", answer.Code, timing)
		}
		return commands
	}
	first := login()
	for range 5 {
		r.memory() // asks Redis whether it is there
		testkit.Must(t, r.client.Forget(t.Context(), contract.Startup{}))
	}
	if after := login(); after != first {
		t.Errorf("a login after five lives: %d commands are counted, and %d before them", after, first)
	}
	for i, client := range r.clients {
		err, isLast := client.Ping(t.Context()).Err(), i == len(r.clients)-1
		if isLast && err != nil || !isLast && !errors.Is(err, redis.ErrClosed) {
			t.Errorf("client of Redis %d of %d: %v", i+1, len(r.clients), err)
		}
	}
}

func TestARedisThatIsGoneIsTold(t *testing.T) {
	r := start(t)
	r.redis.Close()
	if r.memory().Redis {
		t.Error("it says that it reaches Redis")
	}
}

func TestAnAddressWithoutAnAgentIsAwayAndARefusalIsNot(t *testing.T) {
	if _, err := agent.NewClient("127.0.0.1:1").Memory(t.Context()); !errors.Is(err, agent.ErrAway) {
		t.Errorf("no agent there: %v", err)
	}
	refusing := httptest.NewServer(http.NotFoundHandler())
	defer refusing.Close()
	paused, err := net.Listen("tcp", "127.0.0.1:0") // the operating system accepts, and no process reads
	testkit.Must(t, err)
	defer paused.Close()
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := agent.NewClient(paused.Addr().String()).Memory(short); !errors.Is(err, agent.ErrSilent) || errors.Is(err, agent.ErrAway) {
		t.Errorf("a process that is stopped: %v", err)
	}
	if err := agent.NewClient(strings.TrimPrefix(refusing.URL, "http://")).Forget(t.Context(), contract.Startup{}); err == nil || errors.Is(err, agent.ErrAway) {
		t.Errorf("an agent that refuses: %v", err)
	}
}

func TestADoorThatRefusesIsADeadReplicaToItsClients(t *testing.T) {
	r := start(t)
	r.login()
	for range 2 {
		testkit.Must(t, r.client.SetDoor(t.Context(), agent.DoorRefuses))
	}
	if _, err := http.Get(r.app.URL + "/livez"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a client: %v", err)
	}
	testkit.Must(t, r.client.SetDoor(t.Context(), agent.DoorSilent))
	if memory := r.memory(); memory.Door != agent.DoorRefuses || memory.SessionCount != 0 {
		t.Errorf("while it refuses: %+v", memory)
	}
	testkit.Must(t, r.client.SetDoor(t.Context(), agent.DoorOpen))
	if status := r.send(http.MethodGet, "/session/memory/me", ""); status != http.StatusUnauthorized || r.memory().Door != agent.DoorOpen {
		t.Errorf("afterwards: %d, %+v", status, r.memory())
	}
}

func TestADoorThatIsSilentForgetsNothing(t *testing.T) {
	r := start(t)
	r.login()
	testkit.Must(t, r.client.SetDoor(t.Context(), agent.DoorSilent))
	answered := make(chan int, 1)
	go func() { answered <- r.send(http.MethodGet, "/session/memory/me", "") }()
	if memory := r.memory(); memory.Door != agent.DoorSilent || memory.SessionCount != 1 {
		t.Errorf("in the silence: %+v", memory)
	}
	testkit.Must(t, r.client.SetDoor(t.Context(), agent.DoorOpen))
	if status := <-answered; status != http.StatusOK {
		t.Errorf("what waited was answered %d", status)
	}
}

func TestAReplicaCanBeCutOffFromRedisAndBeFarFromIt(t *testing.T) {
	r := start(t)
	if status := r.send(http.MethodPost, "/session/redis/login", `{"username":"ann","password":"secret"}`); status != http.StatusOK {
		t.Fatal(status)
	}
	for _, tt := range []struct {
		conditions agent.Conditions
		status     int
	}{
		{agent.Conditions{Cut: true}, http.StatusServiceUnavailable},
		{agent.Conditions{Delay: 30 * time.Millisecond}, http.StatusOK},
		{agent.Conditions{}, http.StatusOK},
	} {
		testkit.Must(t, r.set(tt.conditions))
		began := time.Now()
		status := r.send(http.MethodGet, "/session/redis/me", "")
		if took := time.Since(began); status != tt.status || took < tt.conditions.Delay {
			t.Errorf("%+v: %d after %s", tt.conditions, status, took)
		}
		if memory := r.memory(); memory.Conditions != tt.conditions || memory.Redis == tt.conditions.Cut {
			t.Errorf("%+v: %+v", tt.conditions, memory)
		}
	}
}

func TestAReplicaSignsWithKeysOfItsOwnUntilItForgetsThem(t *testing.T) {
	r := start(t)
	keys := func() string { return testkit.Send(t, http.MethodGet, r.app.URL+"/.well-known/jwks.json", "").Text }
	shared := keys()
	for _, own := range []bool{true, false} {
		testkit.Must(t, r.client.Forget(t.Context(), contract.Startup{OwnKeys: own}))
		if memory := r.memory(); (keys() == shared) == own || memory.OwnKeys != own || memory.Startup.OwnKeys != own {
			t.Errorf("own keys %t: %+v", own, memory)
		}
	}
}

func TestWhatIsNoDoorAndNoConditionIsRefused(t *testing.T) {
	r := start(t)
	for path, bodies := range map[string][]string{
		"/door":   {"", `{"door":"ajar"}`, `{}`},
		"/forget": {""},
		"/conditions": {
			"", "15m", `{"offset_ns":"soon"}`, `{"offset_ns":60,"delay_ns":-1}`,
			`{"offset_ns":60,"delay_ns":2000000000}`, `{"offset_ns":60,"settings":{"max_sessions":-1}}`,
		},
	} {
		for _, body := range bodies {
			answer := httptest.NewRecorder()
			r.agent.Lab().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body)))
			if answer.Code != http.StatusBadRequest {
				t.Errorf("%s %.40q: %d", path, body, answer.Code)
			}
		}
	}
	answer := httptest.NewRecorder()
	long := `{"offset_ns":60` + strings.Repeat(" ", 2000) + "}"
	r.agent.Lab().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/conditions", strings.NewReader(long)))
	if answer.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of %d bytes: %d", len(long), answer.Code)
	}
	if memory := r.memory(); memory.Conditions != (agent.Conditions{}) {
		t.Errorf("what was refused counts: %+v", memory)
	}
	connect := func(address string) (redis.UniversalClient, error) {
		client, err := web.OpenRedis(cmp.Or(address, "redis://"+r.redis.Addr()))
		r.clients = append(r.clients, client)
		return client, err
	}
	without, err := agent.New(agent.Config{Redis: connect, Open: func(redis.UniversalClient, func() time.Time, contract.Startup) (*web.Server, error) { return nil, nil }})
	testkit.Must(t, err)
	defer without.Close()
	answer = httptest.NewRecorder()
	without.Lab().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/door", strings.NewReader(`{"door":"silent"}`)))
	if answer.Code != http.StatusConflict {
		t.Errorf("a replica without a door: %d", answer.Code)
	}
}
