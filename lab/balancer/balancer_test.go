package balancer_test

import (
	"bufio"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"

	"authlab/lab/balancer"
	"authlab/lab/contract"
)

func TestThirtyRequestsRoundRobinAreTenForEach(t *testing.T) {
	for _, header := range [][]string{nil, {"X-Balance: round-robin"}} {
		l := newLab(t, ok, "app-1", "app-2", "app-3")
		got := map[string]int{}
		for range 30 {
			got[l.get(header...).replica()]++
		}
		if want := map[string]int{"app-1": 10, "app-2": 10, "app-3": 10}; !maps.Equal(got, want) {
			t.Errorf("header %v: %v, want %v", header, got, want)
		}
	}
}

func TestStickyStaysAndMovesOnlyWhenItMust(t *testing.T) {
	l := newLab(t, ok, "app-1", "app-2", "app-3")

	first := l.get("X-Balance: sticky")
	if len(first.Cookies()) != 1 {
		t.Fatalf("cookies %v, want one", first.Cookies())
	}
	want := "authlab_replica=" + first.replica() + "; Path=/; HttpOnly; SameSite=Lax"
	if got := first.Header.Get("Set-Cookie"); got != want {
		t.Errorf("Set-Cookie %q, want %q", got, want)
	}

	cookie := "Cookie: authlab_replica=app-2"
	for range 30 {
		a := l.get("X-Balance: sticky", cookie)
		if a.replica() != "app-2" || a.Header.Get("Set-Cookie") != "" {
			t.Fatalf("answered by %s with Set-Cookie %q, want app-2 and none", a.replica(), a.Header.Get("Set-Cookie"))
		}
	}

	l.kill("app-2")
	moved := l.get("X-Balance: sticky", cookie)
	if moved.StatusCode != 200 || moved.replica() == "app-2" {
		t.Fatalf("status %d from %q, want 200 from one of the living", moved.StatusCode, moved.replica())
	}
	if c := moved.Cookies(); len(c) != 1 || c[0].Value != moved.replica() {
		t.Errorf("cookies %v, want one that names %s", c, moved.replica())
	}

	unknown := l.get("X-Balance: sticky", "Cookie: authlab_replica=app-9")
	if c := unknown.Cookies(); len(c) != 1 || c[0].Value != unknown.replica() {
		t.Errorf("after an unknown name: cookies %v, want one that names %s", c, unknown.replica())
	}
	if c := l.get(cookie).Cookies(); len(c) != 0 {
		t.Errorf("round-robin set %v", c)
	}
}

func TestAnAnswerThatPinsAClientIsForThatClientAlone(t *testing.T) {
	l := newLab(t, func(string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Cache-Control"] = strings.Split(r.URL.Query().Get("c"), "|")
		})
	}, "app-1")
	for _, tt := range []struct{ sent, sticky string }{
		{"public,max-age=60", "private,max-age=60"},
		{"max-age=60,Public", "max-age=60,private"},
		{"max-age=60|public", "max-age=60|private"},
		{"no-store", "no-store"},
		{"republic", "republic"},
		{"", ""},
	} {
		for policy, want := range map[string]string{"sticky": tt.sticky, "round-robin": tt.sent, "hash": tt.sent} {
			a := l.do("GET", "/?c="+tt.sent, "", "X-Balance: "+policy)
			if got := strings.Join(a.Header["Cache-Control"], "|"); got != want {
				t.Errorf("%s: the replica says %q, and the client gets %q, want %q", policy, tt.sent, got, want)
			}
		}
	}
}

func TestTheReplicaSeesEveryCookieButTheBalancers(t *testing.T) {
	l := newLab(t, func(string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, strings.Join(r.Header["Cookie"], "\n"))
		})
	}, "app-1")
	for _, tt := range []struct{ sent, want string }{
		{"", ""},
		{"authlab_replica=app-1", ""},
		{"authlab_replica=app-1;", ""},
		{"a=1; authlab_replica=app-1; b=2", "a=1; b=2"},
		{"authlab_replica=app-1; a=1", "a=1"},
		{"a=1;authlab_replica=app-1", "a=1"},
		{"a=1; authlab_replica=x; authlab_replica=y; b=2", "a=1; b=2"},
		{`odd="x,y" ;; nameless;  two=a=b==; Authlab_replica=no; my_authlab_replica=no; authlab_replica=app-1`,
			`odd="x,y" ;; nameless;  two=a=b==; Authlab_replica=no; my_authlab_replica=no`},
		{`only="odd  ones" ;;x`, `only="odd  ones" ;;x`},
	} {
		for _, policy := range []string{"sticky", "round-robin"} { // every policy removes it
			lines := []string{"X-Balance: " + policy}
			if tt.sent != "" {
				lines = append(lines, "Cookie: "+tt.sent)
			}
			if got := l.get(lines...).body; got != tt.want {
				t.Errorf("%s: sent %q, the replica saw %q, want %q", policy, tt.sent, got, tt.want)
			}
		}
	}
}

func TestHashKeepsAClientOnOneReplica(t *testing.T) {
	l := newLab(t, ok, "app-1", "app-2", "app-3")
	homes := map[string]bool{}
	for i := range 20 {
		from := "X-Forwarded-For: 10.0.0." + strconv.Itoa(i)
		home := l.get("X-Balance: hash", from).replica()
		homes[home] = true
		for range 3 {
			if got := l.get("X-Balance: hash", from).replica(); got != home {
				t.Fatalf("%s went to %s, then to %s", from, home, got)
			}
		}
	}
	if len(homes) != 3 {
		t.Errorf("20 clients live on %v, want on all three", homes)
	}
}

func TestAnUnknownPolicyIsABadRequestThatNamesTheKnownOnes(t *testing.T) {
	l := newLab(t, ok, "app-1")
	for _, value := range []string{"random", "Sticky", "sticky, hash"} {
		a := l.do("GET", "/session/redis/me", "", "X-Balance: "+value)
		wantProblem(t, a, 400, "urn:authlab:problem:unknown-policy")
		for _, name := range []string{"round-robin", "sticky", "hash"} {
			if !strings.Contains(a.body, name) {
				t.Errorf("%q: the answer does not name %s: %s", value, name, a.body)
			}
		}
	}
	l.do("GET", "/known", "")
	if o := l.observed(); o.Path != "/known" {
		t.Errorf("observed %+v, a request that was not balanced", o)
	}
}

func TestTheReplicaLearnsWhoAskedForWhat(t *testing.T) {
	l := newLab(t, func(string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, strings.Join([]string{
				r.Host, r.RequestURI,
				strings.Join(r.Header["X-Forwarded-For"], "|"), r.Header.Get("X-Forwarded-Host"), r.Header.Get("X-Forwarded-Proto"),
			}, "\n"))
		})
	}, "app-1")
	for _, tt := range []struct {
		name, peer string
		forwarded  string
		want       string // X-Forwarded-For at the replica
	}{
		{"believed from loopback", "127.0.0.1:1234", "10.0.0.7, 10.0.0.8", "10.0.0.7, 127.0.0.1"},
		{"nothing claimed", "127.0.0.1:1234", "", "127.0.0.1"},
		{"nothing valid claimed", "127.0.0.1:1234", "me", "127.0.0.1"},
		{"not believed from elsewhere", "203.0.113.9:1234", "10.0.0.7", "203.0.113.9"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/a%2Fb?x=1;y=2&z=%zz", nil)
			r.Host = "login.example:8080"
			r.RemoteAddr = tt.peer
			r.Header.Set("X-Forwarded-Host", "evil.example")
			if tt.forwarded != "" {
				r.Header.Set("X-Forwarded-For", tt.forwarded)
			}
			w := httptest.NewRecorder()
			l.handler.ServeHTTP(w, r)
			want := strings.Join([]string{"login.example:8080", "/a%2Fb?x=1;y=2&z=%zz", tt.want, "login.example:8080", "http"}, "\n")
			if got := w.Body.String(); got != want {
				t.Errorf("the replica saw\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestAnEventStreamPassesAsItHappens(t *testing.T) {
	release := make(chan struct{})
	l := newLab(t, func(string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "data: first\n\n")
			_ = http.NewResponseController(w).Flush()
			<-release
			_, _ = io.WriteString(w, "data: second\n\n")
		})
	}, "app-1")

	res, err := http.Get(l.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	events := bufio.NewReader(res.Body)
	if line, err := events.ReadString('\n'); err != nil || line != "data: first\n" {
		t.Fatalf("read %q, %v", line, err)
	}
	if len(l.seen) != 0 {
		t.Error("observed before it ended")
	}
	close(release)
	if rest, err := io.ReadAll(events); err != nil || string(rest) != "\ndata: second\n\n" {
		t.Errorf("the rest was %q, %v", rest, err)
	}
}

func TestEveryBalancedRequestIsObserved(t *testing.T) {
	l := newLab(t, func(string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Server-Timing", "store;dur=1")
			w.WriteHeader(http.StatusTeapot)
		})
	}, "app-1")
	l.do("POST", "/session/redis/login?secret=1", "{}", "X-Balance: sticky")
	got := l.observed()
	if got.DurationMS <= 0 {
		t.Errorf("it took %v ms", got.DurationMS)
	}
	got.DurationMS = 0
	want := contract.RequestEvent{At: l.now, Method: "POST", Path: "/session/redis/login", Policy: "sticky",
		Replica: "app-1", Attempts: 1, Status: http.StatusTeapot, Paid: map[string]int{"store": 1}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("observed %+v, want %+v", got, want)
	}
}

func TestTheAnswerIsSentBeforeItIsObserved(t *testing.T) {
	replica := httptest.NewServer(ok("app-1"))
	defer replica.Close()
	release := make(chan struct{})
	b := balancer.New(balancer.Config{
		Backends: func() []balancer.Backend {
			return []balancer.Backend{{Name: "app-1", Addr: replica.Listener.Addr().String()}}
		},
		Observe: func(contract.RequestEvent) { <-release },
	})
	defer b.Close()
	front := httptest.NewServer(b)
	defer front.Close()
	defer close(release)
	// A connection for each: the next request on the same one waits for the handler, and that one waits for release.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, method := range []string{"GET", "HEAD"} {
		req, _ := http.NewRequestWithContext(t.Context(), method, front.URL, nil)
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(res.Body); err != nil || res.StatusCode != 200 || (method == "GET") != (string(body) == "ok") {
			t.Errorf("%s: status %d, %q, %v", method, res.StatusCode, body, err)
		}
		_ = res.Body.Close()
	}
}

func TestAnUpgradedConnectionPasses(t *testing.T) {
	l := newLab(t, func(string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			conn, rw, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			defer func() { _ = conn.Close() }()
			_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
			line, _ := rw.ReadString('\n')
			_, _ = io.WriteString(conn, line)
		})
	}, "app-1")
	conn, err := net.Dial("tcp", strings.TrimPrefix(l.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	in := bufio.NewReader(conn)
	res, err := http.ReadResponse(in, nil)
	if err != nil || res.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v, %v", res, err)
	}
	_, _ = io.WriteString(conn, "hello\n")
	if line, err := in.ReadString('\n'); err != nil || line != "hello\n" {
		t.Errorf("echoed %q, %v", line, err)
	}
	_ = conn.Close() // the request lasts as long as the connection does
	if got := l.observed(); got.Status != http.StatusSwitchingProtocols {
		t.Errorf("observed %+v", got)
	}
}

func TestManyClientsAtOnceWhileAReplicaComesAndGoes(t *testing.T) {
	l := newLab(t, ok, "app-1", "app-2", "app-3")
	live, dead := l.backends[1].Addr, closedPort(t)
	var clients sync.WaitGroup
	for i := range 8 {
		clients.Go(func() {
			policy := []string{"round-robin", "sticky", "hash"}[i%3]
			for n := range 40 {
				method, body := "GET", ""
				if n%4 == 0 {
					method, body = "POST", "x"
				}
				a := l.do(method, "/", body, "X-Balance: "+policy, "Cookie: authlab_replica=app-2",
					"X-Forwarded-For: 10.0.0."+strconv.Itoa(n))
				if a.StatusCode != 200 {
					t.Errorf("%s %s: status %d", method, policy, a.StatusCode)
				}
				l.advance(1e8)
				l.move("app-2", []string{live, dead}[n%2])
			}
		})
	}
	clients.Wait()
	for range 8 * 40 { // hangs if one is missing
		l.observed()
	}
	if n := len(l.seen); n != 0 {
		t.Errorf("%d observations too many", n)
	}
}
