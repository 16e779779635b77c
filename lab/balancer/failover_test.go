package balancer_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"authlab/lab/balancer"
)

func TestADeadReplicaCostsAGetNothing(t *testing.T) {
	for _, policy := range []string{"round-robin", "sticky", "hash"} {
		for _, method := range []string{"GET", "HEAD"} {
			l := newLab(t, ok, "app-1", "app-2", "app-3")
			for range 6 { // warm connections, which the kill resets
				l.do(method, "/", "", "X-Balance: "+policy)
			}
			l.kill("app-2")
			for range 30 {
				a := l.do(method, "/", "", "X-Balance: "+policy, "Cookie: authlab_replica=app-2")
				if a.StatusCode != 200 || a.replica() == "app-2" {
					t.Fatalf("%s %s: status %d from %q", method, policy, a.StatusCode, a.replica())
				}
			}
		}
	}
}

func TestTheLivingShareTheTurnsOfTheDead(t *testing.T) {
	l := newLab(t, ok, "app-1", "app-2", "app-3")
	l.kill("app-2")
	got := map[string]int{}
	for range 30 {
		got[l.get().replica()]++
	}
	if want := map[string]int{"app-1": 15, "app-3": 15}; !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestAPostIsDeliveredAtMostOnce(t *testing.T) {
	for _, tt := range []struct {
		name, method, body string
		lines              []string
	}{
		{"with a body", "POST", `{"username":"alice"}`, nil},
		{"without a body", "POST", "", nil},
		{"with a body and a key", "POST", "x", []string{"Idempotency-Key: k1"}},
		{"without a body, with a key", "POST", "", []string{"Idempotency-Key: k1"}},
		{"without a body, with the other key", "POST", "", []string{"X-Idempotency-Key: k1"}},
		{"DELETE", "DELETE", "", nil},
		{"OPTIONS", "OPTIONS", "", nil}, // net/http would repeat it; nginx would not
		{"GET with a body", "GET", "x", nil},
	} {
		for _, warm := range []bool{false, true} {
			name := tt.name
			if warm {
				name += ", on warm connections"
			}
			t.Run(name, func(t *testing.T) {
				var delivered atomic.Int32
				l := newLab(t, func(string) http.Handler {
					return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						if r.URL.Path == "/warm" {
							return
						}
						_, _ = io.Copy(io.Discard, r.Body)
						delivered.Add(1)
						hangUp(w)
					})
				}, "app-1", "app-2", "app-3")
				if warm {
					for range 3 {
						l.do("GET", "/warm", "")
						l.do("POST", "/warm", "")
						l.observed()
						l.observed()
					}
				}
				a := l.do(tt.method, "/", tt.body, tt.lines...)
				wantProblem(t, a, 502, "urn:authlab:problem:bad-gateway")
				if !strings.Contains(a.body, "It is not known") {
					t.Errorf("the answer does not say that the delivery is uncertain: %s", a.body)
				}
				if n := delivered.Load(); n != 1 {
					t.Errorf("delivered %d times, want once", n)
				}
				if o := l.observed(); o.Replica != "" || o.Attempts != 1 || o.Status != 502 {
					t.Errorf("observed %+v", o)
				}
			})
		}
	}
}

func TestAPostThatCouldNotBeSentGoesToTheNext(t *testing.T) {
	for _, addr := range []string{closedPort(t), "", "no address"} {
		for _, body := range []string{"", strings.Repeat("x", 100_000)} {
			var delivered atomic.Int32
			l := newLab(t, func(string) http.Handler {
				return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					if got, err := io.ReadAll(r.Body); err != nil || string(got) != body {
						t.Errorf("the replica read %d bytes, %v; want %d", len(got), err, len(body))
					}
					delivered.Add(1)
				})
			}, "app-1", "app-2")
			l.move("app-1", addr)
			a := l.do("POST", "/", body, "X-Balance: sticky", "Cookie: authlab_replica=app-1")
			if a.StatusCode != 200 || a.replica() != "app-2" || delivered.Load() != 1 {
				t.Errorf("addr %q: status %d from %q, delivered %d times", addr, a.StatusCode, a.replica(), delivered.Load())
			}
			if o := l.observed(); o.Attempts != 2 || o.Replica != "app-2" {
				t.Errorf("addr %q: observed %+v", addr, o)
			}
		}
	}
}

func TestWithoutAReplicaTheAnswerSaysSo(t *testing.T) {
	for _, method := range []string{"GET", "POST"} {
		l := newLab(t, ok, "app-1", "app-2")
		l.kill("app-1")
		l.kill("app-2")
		for range 2 { // the second time both are passed over, and tried all the same
			wantProblem(t, l.do(method, "/session/redis/me", ""), 502, "urn:authlab:problem:no-replica")
			if o := l.observed(); o.Attempts != 2 || o.Replica != "" || o.Status != 502 {
				t.Errorf("observed %+v", o)
			}
		}
		none := newLab(t, ok)
		wantProblem(t, none.do(method, "/", ""), 502, "urn:authlab:problem:no-replica")
	}
}

func TestAnAnswerThatBreaksOffIsAbortedAndNotRepeated(t *testing.T) {
	var delivered atomic.Int32
	l := newLab(t, func(string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			delivered.Add(1)
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "not a hundred")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		})
	}, "app-1", "app-2")
	// The connection breaks off: with a part of the answer, or before any of it was passed on.
	res, err := http.Get(l.url)
	if err == nil {
		_, err = io.ReadAll(res.Body)
		_ = res.Body.Close()
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("read to %v, want an EOF", err)
	}
	if o := l.observed(); o.Attempts != 1 || o.Status != 200 || delivered.Load() != 1 {
		t.Errorf("delivered %d times, observed %+v", delivered.Load(), o)
	}
}

func TestAClientThatLeavesIsNotTheReplicasFault(t *testing.T) {
	entered := make(chan struct{}, 1)
	l := newLab(t, func(string) http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/slow" {
				entered <- struct{}{}
				<-r.Context().Done()
			}
		})
	}, "app-1", "app-2")
	for _, method := range []string{"GET", "POST"} {
		ctx, leave := context.WithCancel(t.Context())
		go func() {
			<-entered
			leave()
		}()
		req, _ := http.NewRequestWithContext(ctx, method, l.url+"/slow", nil)
		req.Header.Set("X-Balance", "sticky")
		req.Header.Set("Cookie", "authlab_replica=app-1")
		if _, err := http.DefaultTransport.RoundTrip(req); !errors.Is(err, context.Canceled) {
			t.Fatalf("%v, want context.Canceled", err)
		}
		if o := l.observed(); o.Status != 499 || o.Attempts != 1 || o.Replica != "" {
			t.Errorf("observed %+v, want 499 after 1 attempt", o)
		}
		if a := l.get("X-Balance: sticky", "Cookie: authlab_replica=app-1"); a.replica() != "app-1" {
			t.Errorf("afterwards answered by %s, want app-1", a.replica())
		}
		l.observed()
	}
}

// raw sends bytes that net/http's client would not send, and returns the first line of the answer.
func raw(t *testing.T, url, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, request)
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func TestAMalformedRequestIsNotTheReplicasFault(t *testing.T) {
	for _, tt := range []struct{ name, request, want string }{
		{"a body that breaks off", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\nzz\r\n",
			"HTTP/1.1 400 Bad Request"},
		{"a trailer with no proper name", "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n" +
			"Trailer: b(a)d\r\n\r\n5\r\nabcde\r\n0\r\n\r\n", "HTTP/1.1 200 OK"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, func(string) http.Handler {
				return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
			}, "app-1", "app-2")
			if got := raw(t, l.url, tt.request); got != tt.want {
				t.Errorf("answered %q, want %q", got, tt.want)
			}
			l.observed()
			for range 2 {
				l.get()
				if o := l.observed(); o.Attempts != 1 {
					t.Errorf("observed %+v, want 1 attempt", o)
				}
			}
			if a := l.get("X-Balance: sticky", "Cookie: authlab_replica=app-1"); a.replica() != "app-1" {
				t.Errorf("app-1 is passed over")
			}
		})
	}
}

func TestTheLogNamesTheFailureAndQuotesNothing(t *testing.T) {
	replica := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nSet-Cookie hunter2\r\n\r\n") // net/http's error quotes this line
		_ = conn.Close()
	}))
	defer replica.Close()
	var log bytes.Buffer
	b := balancer.New(balancer.Config{
		Backends: func() []balancer.Backend {
			return []balancer.Backend{{Name: "app-1", Addr: replica.Listener.Addr().String()}, {Name: "app-2", Addr: closedPort(t)}}
		},
		Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	defer b.Close()
	r := httptest.NewRequest("GET", "/?token=hunter2", nil)
	r.Header.Set("Authorization", "Bearer hunter2")
	b.ServeHTTP(httptest.NewRecorder(), r)
	if got := log.String(); !strings.Contains(got, "replica=app-1") || !strings.Contains(got, `reason="connection refused"`) {
		t.Errorf("the log does not name what failed:\n%s", got)
	}
	if strings.Contains(log.String(), "hunter2") {
		t.Errorf("the log quotes a secret:\n%s", log.String())
	}
}
