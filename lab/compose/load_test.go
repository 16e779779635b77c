package compose_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"authlab/lab/experiment"
	"authlab/lab/testkit"
)

// A load is clients that send GETs through nginx, one after the other, each by a scheme and a policy.
type load struct {
	stop     context.CancelFunc
	clients  sync.WaitGroup
	answered chan struct{} // heard by a caller that waits for answers, and by no other

	mu   sync.Mutex
	seen []exchange
}

// An exchange is a request and what became of it.
type exchange struct {
	sent  time.Time
	took  time.Duration
	what  string // scheme and policy
	wrong string // empty: 200
}

// startLoad logs alice in and starts clients of each policy, for each of the paths.
func startLoad(t *testing.T, url string, clients int, paths ...string) *load {
	t.Helper()
	logins := map[string]string{"/session/redis/me": "/session/redis/login", "/token/stateless/me": "/authenticate"}
	ctx, stop := context.WithCancel(t.Context())
	l := &load{stop: stop, answered: make(chan struct{})}
	for _, path := range paths {
		header := logIn(t, url+logins[path])
		for _, policy := range []string{experiment.RoundRobin, experiment.Sticky, experiment.Hash} {
			for range clients {
				l.clients.Go(func() {
					for ctx.Err() == nil {
						l.send(url+path, policy, header)
					}
				})
			}
		}
	}
	return l
}

func (l *load) send(address, policy string, header http.Header) {
	sent := time.Now()
	wrong := get(address, policy, header)
	e := exchange{sent, time.Since(sent), address + " by " + policy, wrong}
	l.mu.Lock()
	l.seen = append(l.seen, e)
	l.mu.Unlock()
	select {
	case l.answered <- struct{}{}:
	default:
	}
}

// until waits until n more have been answered.
func (l *load) until(n int) {
	for range n {
		<-l.answered
	}
}

// during waits until a time has passed in which answers came.
func (l *load) during(while time.Duration) {
	for end := time.Now().Add(while); time.Now().Before(end); {
		<-l.answered
	}
}

// end lets the clients come to their end and returns what they saw.
func (l *load) end() []exchange {
	l.stop()
	l.clients.Wait()
	return l.seen
}

// wantNoneLost fails for each request without the answer 200.
func wantNoneLost(t *testing.T, seen []exchange) {
	t.Helper()
	for _, e := range seen {
		if e.wrong != "" {
			t.Errorf("lost after %s: %s: %s", e.took, e.what, e.wrong)
		}
	}
}

func worst(seen []exchange) time.Duration {
	var took time.Duration
	for _, e := range seen {
		took = max(took, e.took)
	}
	return took
}

func logIn(t *testing.T, address string) http.Header {
	t.Helper()
	response := testkit.Send(t, http.MethodPost, address, `{"username":"alice","password":"wonderland"}`)
	if response.StatusCode != http.StatusOK {
		t.Fatalf("log in: %s", response.Status)
	}
	var pair struct {
		AccessToken string `json:"access_token"`
	}
	response.JSON(t, &pair)
	cookie, _, _ := strings.Cut(response.Header.Get("Set-Cookie"), ";")
	return http.Header{"Cookie": {cookie}, "Authorization": {"Bearer " + pair.AccessToken}}
}

// get sends a request and says what was wrong with the answer.
func get(address, policy string, header http.Header) string {
	request, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return err.Error()
	}
	request.Header = header.Clone()
	request.Header.Set("X-Balance", policy)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return fmt.Sprintf("%s %s %v", response.Status, body, err)
	}
	return ""
}
