package experiment

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"authlab/lab/experiment/texts"
)

func TestGrowthIsToldFromNoise(t *testing.T) {
	const ms = time.Millisecond
	times := func(n int, d time.Duration) []time.Duration { return slices.Repeat([]time.Duration{d}, n) }
	noisy := append(times(15, ms/2), times(10, 80*ms)...)
	for name, tt := range map[string]struct {
		near, far []time.Duration
		want      string
	}{
		"a scheme that does not ask":    {times(25, ms/2), times(25, ms/2), "flat"},
		"a scheme that asks":            {times(25, ms/2), times(25, 11*ms/2), "grows"},
		"noise while Redis was far":     {times(25, ms/2), noisy, "flat"},
		"noise while Redis was near":    {noisy, times(25, 11*ms/2), "grows"},
		"a slow machine":                {times(25, 40*ms), times(25, 41*ms), "flat"},
		"a slow machine that asks":      {times(25, 40*ms), times(25, 45*ms), "grows"},
		"a wait that is not the wire's": {times(25, ms/2), times(25, 7*ms/2), "grows by 3.0 ms"},
		"asking nine times of ten":      {times(25, ms/2), append(times(3, ms/2), times(22, 6*ms)...), "grows"},
	} {
		if got := growth(tt.near, tt.far).In(texts.Must(texts.English), "latency"); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestWhereALoginIsKeptIsToldByWhatItSurvives(t *testing.T) {
	for name, tt := range map[string]struct {
		w    weighing
		want string
	}{
		"a session in memory":             {weighing{asked: 2, users: 20, replicas: 100, survived: 2, leavers: 2, refused: 2, growth: -20}, "replica"},
		"a session in Redis":              {weighing{asked: 2, users: 20, store: 100}, "Redis"},
		"a session in both":               {weighing{asked: 2, users: 20, store: 100, replicas: 100}, "replica and Redis"},
		"a signed cookie":                 {weighing{asked: 2, users: 20, survived: 2, leavers: 2}, "0"},
		"a token with a refresh token":    {weighing{asked: 2, users: 20, store: 100, survived: 2, leavers: 2, growth: 94}, "0"},
		"a token that can be taken back":  {weighing{asked: 2, users: 20, store: 100, survived: 2, leavers: 2, growth: 94, refused: 2}, "0 + revoked"},
		"a logout that only some obey":    {weighing{asked: 2, users: 20, store: 100, survived: 2, leavers: 2, growth: 94, refused: 1}, "0"},
		"a store that only some live off": {weighing{asked: 2, users: 20, store: 100, survived: 1, leavers: 1}, "1 of 2 need Redis"},
	} {
		if got := tt.w.outcome().In(texts.Must(texts.English), "server-memory"); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	session, token := weighing{users: 20, asked: 2, store: 200}.measures(), weighing{users: 20, asked: 2, survived: 2, store: 200}.measures()
	if session["bytes_per_user"] != 10 || session["refresh_bytes_per_user"] != 0 || session["mb_for_10000_users"] != 0.1 {
		t.Errorf("a session in Redis: %v", session)
	}
	if token["bytes_per_user"] != 0 || token["refresh_bytes_per_user"] != 10 || token["refresh_mb_for_10000_users"] != 0.1 {
		t.Errorf("a token: %v", token)
	}
}

func TestWhatBecomesOfARequestIsToldByItsWeights(t *testing.T) {
	for name, tt := range map[string]struct {
		seen     map[int]weight
		breaksAt int
		want     string
	}{
		"an ID":                     {map[int]weight{1: {request: 240}, mostPermissions: {request: 241}}, 0, "flat"},
		"growing without end":       {map[int]weight{1: {request: 240}, mostPermissions: {request: 9000, credential: 8700}}, 0, "grows beyond 8,700 bytes"},
		"a cookie of 4 KB":          {map[int]weight{191: {credential: 4090}}, 192, "grows to 4 KB"},
		"exactly 4 KB":              {map[int]weight{191: {credential: 4096}}, 192, "grows to 4 KB"},
		"a token of 8 KB":           {map[int]weight{528: {credential: 8180}}, 529, "grows to 8 KB"},
		"another end than we think": {map[int]weight{90: {credential: 3000}}, 91, "grows to 3,000 bytes"},
		"broken from the beginning": {map[int]weight{}, 1, "breaks at once"},
	} {
		s := scale{seen: tt.seen, breaksAt: tt.breaksAt}
		if got := s.outcome().In(texts.Must(texts.English), "size"); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestABrowserDropsCookiesAboveFourKilobytes(t *testing.T) {
	user := User{cookies: map[string]string{
		"small": "x", "fits": strings.Repeat("x", 4092), "large": strings.Repeat("x", 4092),
	}}
	user.dropLargeCookies()
	if _, ok := user.cookies["large"]; ok || len(user.cookies) != 2 {
		t.Errorf("%d cookies were kept, the large one: %v", len(user.cookies), ok)
	}
}

func TestWireSizeIsWhatArrives(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	arrived := make(chan int, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		total, lines := 0, bufio.NewReader(conn)
		for line := ""; line != "\r\n" && err == nil; {
			line, err = lines.ReadString('\n')
			total += len(line)
		}
		arrived <- total
		_, _ = io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n")
	}()
	trial := newTrial(nowhere{}, 3)
	defer trial.close()
	user := trial.simulated(SessionRedis, 1)
	user.url, user.cookies = "http://"+listener.Addr().String(), map[string]string{"session-redis": "id", "authlab_replica": "app-1"}
	request, err := user.request(t.Context(), http.MethodGet, "/session/redis/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := wireSize(request)
	if _, err := user.send(request); err != nil {
		t.Fatal(err)
	}
	if got := <-arrived; got != want || got < 100 {
		t.Errorf("%d bytes arrived, and %d were counted", got, want)
	}
}
