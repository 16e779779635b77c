package balancer_test

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"authlab/lab/balancer"
	"authlab/lab/contract"
)

// lab is a balancer in front of real servers on loopback, with a clock that stands still.
type lab struct {
	t       *testing.T
	url     string
	handler http.Handler // the balancer itself, to be asked as if from another peer

	mu       sync.Mutex
	backends []balancer.Backend
	servers  map[string]*httptest.Server
	now      time.Time
	seen     chan contract.RequestEvent
}

// newLab starts a replica for each name; serve makes what it serves. Each sets X-Served-By in every response.
func newLab(t *testing.T, serve func(name string) http.Handler, names ...string) *lab {
	return newLabWith(t, balancer.Config{}, serve, names...)
}

// newLabWith is newLab, with a balancer that has something of its own.
func newLabWith(t *testing.T, config balancer.Config, serve func(name string) http.Handler, names ...string) *lab {
	l := &lab{
		t:       t,
		servers: make(map[string]*httptest.Server),
		now:     time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC),
		seen:    make(chan contract.RequestEvent, 10_000),
	}
	for _, name := range names {
		inner := serve(name)
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Served-By", name)
			inner.ServeHTTP(w, r)
		}))
		t.Cleanup(srv.Close)
		l.servers[name] = srv
		l.backends = append(l.backends, balancer.Backend{Name: name, Addr: srv.Listener.Addr().String()})
	}
	config.Backends = func() []balancer.Backend {
		l.mu.Lock()
		defer l.mu.Unlock()
		return append([]balancer.Backend(nil), l.backends...)
	}
	config.SchemeOf = schemeOf
	config.Observe = func(o contract.RequestEvent) { l.seen <- o }
	config.Now = func() time.Time {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.now
	}
	b := balancer.New(config)
	t.Cleanup(b.Close)
	l.handler = b
	front := httptest.NewServer(b)
	t.Cleanup(front.Close)
	l.url = front.URL
	return l
}

// kill closes the replica's port and resets its connections.
func (l *lab) kill(name string) {
	l.servers[name].CloseClientConnections()
	l.servers[name].Close()
}

func (l *lab) move(name, addr string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.backends {
		if l.backends[i].Name == name {
			l.backends[i].Addr = addr
		}
	}
}

func (l *lab) advance(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = l.now.Add(d)
}

type answer struct {
	*http.Response
	body string
}

func (a answer) replica() string { return a.Header.Get("X-Served-By") }

// do sends a request with the given header lines ("Name: value") and reads the whole answer.
func (l *lab) do(method, path, body string, lines ...string) answer {
	l.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(l.t.Context(), method, l.url+path, reader)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		if name == "Host" {
			req.Host = value
			continue
		}
		req.Header.Add(name, value)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		l.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		l.t.Fatalf("%s %s: read body: %v", method, path, err)
	}
	return answer{res, string(text)}
}

func (l *lab) get(lines ...string) answer { l.t.Helper(); return l.do("GET", "/", "", lines...) }

// observed returns the observation of the latest request; there is one for each.
func (l *lab) observed() contract.RequestEvent { return <-l.seen }

// schemeOf is a table of schemes with one row.
func schemeOf(path string) string {
	if strings.HasPrefix(path, "/session/redis/") {
		return "session-redis"
	}
	return ""
}

func wantProblem(t *testing.T, a answer, status int, typ string) {
	t.Helper()
	var p struct {
		Type, Title, Detail, Scheme, Replica string
		Status                               int
	}
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Fatalf("the body is no problem: %v\n%s", err, a.body)
	}
	if got := a.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("Content-Type %q, want application/problem+json", got)
	}
	if a.StatusCode != status || p.Status != status || p.Type != typ {
		t.Errorf("status %d, problem %d %q, want %d %q", a.StatusCode, p.Status, p.Type, status, typ)
	}
	if by := a.Header.Get("X-Served-By"); by != "balancer" || p.Replica != by {
		t.Errorf("served by %q, and the problem says %q, want the balancer twice", by, p.Replica)
	}
	if want := schemeOf(a.Request.URL.Path); p.Scheme != want {
		t.Errorf("%s: scheme %q, want %q", a.Request.URL.Path, p.Scheme, want)
	}
	if p.Title == "" || p.Detail == "" {
		t.Errorf("the problem has no title or no detail: %s", a.body)
	}
}

// ok is a replica that answers everything.
func ok(string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })
}

// hangUp closes the connection of a request without an answer.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	_ = conn.Close()
}

// closedPort returns a loopback address that refuses connections.
func closedPort(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}
