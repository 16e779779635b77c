package agent_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"authlab/account"
	"authlab/lab/agent"
	"authlab/session"
	"authlab/token"
	"authlab/web"
)

// A replica is one with an agent, each on a port of its own.
type replica struct {
	t      *testing.T
	redis  *miniredis.Miniredis
	agent  *agent.Agent
	app    *httptest.Server
	client *agent.Client
	cookie string
}

func start(t *testing.T) *replica {
	t.Helper()
	r := &replica{t: t, redis: miniredis.RunT(t)}
	directory, hasher := account.NewMemory(), account.NewHasher(1)
	if err := account.CreateSimulated(t.Context(), directory, hasher, 1, func(int) string { return "ann" }, "secret"); err != nil {
		t.Fatal(err)
	}
	key, err := token.GenerateKey(token.DefaultAlgorithm)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := token.NewKeyring(key)
	if err != nil {
		t.Fatal(err)
	}
	cookies, err := session.NewCookieKeys([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	r.agent, err = agent.New(agent.Config{OwnKeys: true, Open: func(now func() time.Time) (*web.Server, io.Closer, error) {
		client, err := web.OpenRedis("redis://" + r.redis.Addr())
		return web.New(web.Config{
			Name: "app-1", Directory: directory, Hasher: hasher, Redis: client, Keys: keys, CookieKeys: cookies, Now: now,
		}), client, err
	}})
	if err != nil {
		t.Fatal(err)
	}
	r.app = httptest.NewServer(r.agent)
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

func (r *replica) send(method, path, body string) int {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.app.URL+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Cookie", r.cookie)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
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

func (r *replica) memory() agent.Memory {
	r.t.Helper()
	memory, err := r.client.Memory(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return memory
}

func TestAnAgentTellsWhatItsReplicaRemembersAndNeverAWholeID(t *testing.T) {
	r := start(t)
	if memory := r.memory(); memory.SessionCount != 0 || memory.Bytes != 0 || !memory.Redis || !memory.OwnKeys || memory.Offset != "0s" {
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

func TestAReplicasClockIsAsFarAheadAsItWasToldLast(t *testing.T) {
	r := start(t)
	r.login()
	for _, tt := range []struct {
		offset time.Duration
		want   int
	}{{20 * time.Minute, http.StatusOK}, {10 * time.Minute, http.StatusOK}, {time.Hour, http.StatusUnauthorized}} {
		if err := r.client.SetClock(t.Context(), tt.offset); err != nil {
			t.Fatal(err)
		}
		if offset := r.memory().Offset; offset != tt.offset.String() {
			t.Errorf("the clock is %s ahead, want %s", offset, tt.offset)
		}
		if status := r.send(http.MethodGet, "/session/memory/me", ""); status != tt.want {
			t.Errorf("%s ahead: %d, want %d", tt.offset, status, tt.want)
		}
	}
}

func TestWhoForgetsIsAsAfterAStartAndKeepsItsClock(t *testing.T) {
	r := start(t)
	r.login()
	if err := r.client.SetClock(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := r.client.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	if memory := r.memory(); memory.SessionCount != 0 || memory.Offset != "1m0s" || !memory.Redis {
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
	if err := r.client.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status := r.send(http.MethodGet, "/readyz", ""); status != http.StatusServiceUnavailable {
		t.Errorf("a replica that ends is ready again: %d", status)
	}
}

func TestARedisThatIsGoneIsTold(t *testing.T) {
	r := start(t)
	r.redis.Close()
	if r.memory().Redis {
		t.Error("it says that it reaches Redis")
	}
}

func TestNobodyAtAnAddressIsAwayAndARefusalIsNot(t *testing.T) {
	if _, err := agent.NewClient("127.0.0.1:1").Memory(t.Context()); !errors.Is(err, agent.ErrAway) {
		t.Errorf("nobody there: %v", err)
	}
	refusing := httptest.NewServer(http.NotFoundHandler())
	defer refusing.Close()
	if err := agent.NewClient(strings.TrimPrefix(refusing.URL, "http://")).Forget(t.Context()); err == nil || errors.Is(err, agent.ErrAway) {
		t.Errorf("somebody who refuses: %v", err)
	}
}

func TestAClockThatIsNoneIsRefused(t *testing.T) {
	r := start(t)
	for _, body := range []string{"", "15m", `{"offset":"soon"}`, `{"offset":"1m"` + strings.Repeat(" ", 2000) + "}"} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/clock", strings.NewReader(body))
		answer := httptest.NewRecorder()
		r.agent.Lab().ServeHTTP(answer, request)
		if answer.Code != http.StatusBadRequest {
			t.Errorf("%.30q: %d", body, answer.Code)
		}
	}
	if offset := r.memory().Offset; offset != "0s" {
		t.Errorf("the clock is %s ahead", offset)
	}
}
